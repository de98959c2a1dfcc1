"""`python -m stack.postgres --data DIR`: run PostgreSQL in the foreground until Ctrl-C."""

import argparse
import sys
from pathlib import Path

from stack.foreground import Foreground
from stack.postgres import start_postgres, upgrade_postgres
from stack.servers import StackError


def main() -> int:
    """Read the command line, run, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m stack.postgres", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the server; created if missing")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument(
        "--upgrade-from",
        type=Path,
        metavar="BIN",
        help="bring the data to this version; BIN holds the old programs",
    )
    options = parser.parse_args()
    foreground = Foreground()
    try:
        if options.upgrade_from:
            kept = upgrade_postgres(options.data, options.upgrade_from)
            print(f"upgraded; the old cluster is kept in {kept}")
            return 0
        with start_postgres(options.data, options.port, ends_with_us=True) as server:
            print(
                f"PostgreSQL listens on 127.0.0.1:{server.port}; superuser's password in {server.home}",
                flush=True,
            )
            return foreground.wait(lambda: server.is_running)
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
