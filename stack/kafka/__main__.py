"""`python -m stack.kafka --data DIR`: run Apache Kafka in the foreground until Ctrl-C."""

import argparse
import sys
from pathlib import Path

from stack.foreground import Foreground
from stack.kafka import KAFKA, start_kafka
from stack.servers import StackError


def main() -> int:
    """Read the command line, run, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m stack.kafka", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the broker; created if missing")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    options = parser.parse_args()
    foreground = Foreground()
    try:
        with start_kafka(options.data, options.port, ends_with_us=True) as server:
            print(f"Kafka {KAFKA} listens on {server.bootstrap}; data in {server.home}", flush=True)
            return foreground.wait(lambda: server.is_running)
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
