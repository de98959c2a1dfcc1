"""`make seed-year`: a stack with a year of dossiers in it, its statistics held against the maker's truth."""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

from bench.seed_year.copying import Keys
from bench.seed_year.seeding import require_empty, seed, verdict_on
from stack.plan import Ports
from stack.servers import StackError
from stack.supervisor import Stack, Wanted

FULL = 336_418


def main() -> int:
    """Make the year and check it; 1 when any figure is wrong or the year cannot be made."""
    parser = argparse.ArgumentParser(prog="seed-year", description=__doc__)
    parser.add_argument("--size", type=int, default=FULL, help="dossiers received within the year")
    parser.add_argument("--data", type=Path, default=Path(".data/seed-year"), help="the stack's data; kept")
    parser.add_argument("--bus", choices=("embedded", "kafka"), default=os.environ.get("BUS", "embedded"))
    given = parser.parse_args()
    began = time.monotonic()
    try:
        with Stack(Wanted(data=given.data, ports=Ports.free(), bus=given.bus), print) as stack:
            for name in ("notify", "survey", "gateway"):
                stack.children[name].stop()
            dsn = stack.around.databases["dossier"]
            asyncio.run(require_empty(dsn, given.data))
            keys = Keys(pii=stack.keys.pii_key, history=stack.keys.history_key)
            seeded = seed(dsn, keys, size=given.size, say=print)
            verdict = asyncio.run(verdict_on(dsn, seeded))
    except StackError as error:
        print(f"cannot make the year: {error}", file=sys.stderr)
        return 1
    for example in verdict.examples:
        print(f"  wrong: {example}")
    print(f"ok={verdict.ok} wrong={verdict.wrong}")
    print(f"{time.monotonic() - began:.0f} s in all; `make run DATA={given.data}` shows the year")
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
