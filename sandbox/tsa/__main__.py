"""`python -m sandbox.tsa`: the authority alone, on loopback, until told to stop."""

from sandbox.serving import Listener, run, serve
from sandbox.tsa.app import create_app
from sandbox.tsa.settings import TsaSettings


async def main() -> None:
    """Build on the running loop and serve."""
    settings = TsaSettings()
    await serve([Listener(create_app(settings), settings.host, settings.port)])


if __name__ == "__main__":
    run(main())
