"""`python -m sandbox`: portal, catcher, outside system and ministry in one process, on one event loop."""

from sandbox.all_together import listeners
from sandbox.serving import run, serve


async def main() -> None:
    """Build on the running loop and serve until told to stop."""
    await serve(listeners())


if __name__ == "__main__":
    run(main())
