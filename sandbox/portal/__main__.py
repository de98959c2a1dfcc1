"""`python -m sandbox.portal`: the portal alone, on loopback, until it is told to stop."""

from sandbox.portal.app import create_app
from sandbox.portal.settings import PortalSettings
from sandbox.serving import Listener, run, serve


async def main() -> None:
    """Build on the running loop and serve."""
    settings = PortalSettings()
    await serve([Listener(create_app(settings), settings.host, settings.port)])


if __name__ == "__main__":
    run(main())
