"""`python -m sandbox.identity`: both issuers alone, on loopback, until told to stop."""

from sandbox.identity.app import create_app
from sandbox.identity.settings import IdentitySettings
from sandbox.serving import Listener, run, serve


async def main() -> None:
    """Build on the running loop and serve."""
    settings = IdentitySettings()
    await serve([Listener(create_app(settings), settings.host, settings.port)])


if __name__ == "__main__":
    run(main())
