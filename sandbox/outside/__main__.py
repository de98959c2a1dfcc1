"""`python -m sandbox.outside`: the outside system alone, on loopback, until told to stop."""

from sandbox.outside.app import create_app
from sandbox.outside.settings import OutsideSettings
from sandbox.serving import Listener, run, serve


async def main() -> None:
    """Build on the running loop and serve."""
    settings = OutsideSettings()
    await serve([Listener(create_app(settings), settings.host, settings.port)])


if __name__ == "__main__":
    run(main())
