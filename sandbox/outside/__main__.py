"""`python -m sandbox.outside`: the outside system alone, on loopback, until told to stop."""

import asyncio

from sandbox.outside.app import create_app
from sandbox.outside.settings import OutsideSettings
from sandbox.serving import Listener, serve


async def main() -> None:
    """Build on the running loop and serve."""
    settings = OutsideSettings()
    await serve([Listener(create_app(settings), settings.host, settings.port)])


if __name__ == "__main__":
    asyncio.run(main())
