"""`python -m sandbox.catcher`: SMTP and HTTP on loopback until told to stop."""

from sandbox.catcher.app import create_app
from sandbox.catcher.settings import CatcherSettings
from sandbox.serving import Listener, run, serve


async def main() -> None:
    """Build on the running loop and serve."""
    settings = CatcherSettings()
    await serve([Listener(create_app(settings), settings.host, settings.port)])


if __name__ == "__main__":
    run(main())
