"""`python -m sandbox.ministry`: the ministry alone, on loopback, until told to stop."""

from sandbox.ministry.app import create_app
from sandbox.ministry.settings import MinistrySettings
from sandbox.serving import Listener, run, serve


async def main() -> None:
    """Build on the running loop and serve."""
    settings = MinistrySettings()
    await serve([Listener(create_app(settings), settings.host, settings.port)])


if __name__ == "__main__":
    run(main())
