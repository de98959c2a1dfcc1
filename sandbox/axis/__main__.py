"""`python -m sandbox.axis`: the axis alone, on loopback, until told to stop."""

from sandbox.axis.app import create_app
from sandbox.axis.settings import AxisSettings
from sandbox.serving import Listener, run, serve


async def main() -> None:
    """Build on the running loop and serve."""
    settings = AxisSettings()
    await serve([Listener(create_app(settings), settings.host, settings.port)])


if __name__ == "__main__":
    run(main())
