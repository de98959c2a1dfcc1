"""`make bench`: measure everything in one run and write the page."""

import argparse
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, page
from bench.generator import built_generator
from bench.machine import commit, machine, versions
from bench.measures import (
    catalogue,
    due_dates,
    effects,
    figures,
    floor,
    footprint,
    lifecycle,
    outage,
    portal,
    reads,
    round_trips,
    submits,
)
from bench.people import People
from bench.run import Lengths, Measure, Run
from bench.subject import Subject
from stack.servers import StackError

RESULTS = Path(__file__).with_name("RESULTS.md")
MEASURES: dict[str, Measure] = {
    "start": footprint.at_start,
    "floor": floor.three_inserts_and_one_read,
    "round-trips": round_trips.statements_per_submit,
    "floor-rows": floor.same_rows,
    "lifecycle": lifecycle.whole_lives,
    "effects": effects.commit_to_effect,
    "steady": submits.steady,
    "tracking": reads.tracking,
    "portal": portal.synchronised,
    "burst": submits.burst,
    "inbox": reads.inbox,
    "own-port": submits.own_port,
    "spike": submits.spike,
    "catalogue": catalogue.catalogue,
    "due-dates": due_dates.a_million_due_dates,
    "rebuild": figures.rebuild,
    "end": footprint.at_end,
    "million": figures.million,
    "outage": outage.outage,
}
OPT_IN = ("million", "outage")
"""Measures that take many minutes: only when they are named."""
NOT_HERE = {
    "million": (
        "Lifecycle, inbox and search at 1 M dossiers (`make bench-million`)",
        ">= 225/s; >= 500/s, p95 < 50 ms",
    ),
    "outage": ("Portal away for 600 s under load (`make bench-outage`)", "nothing lost, order kept"),
}


def main() -> int:
    """Run the measures asked for; 1 when the bench itself cannot run, whatever the figures are."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--bus", choices=("embedded", "kafka"), default=os.environ.get("BUS", "embedded"))
    parser.add_argument("--quick", action="store_true", help="short measures: a first look, not a result")
    usual = [name for name in MEASURES if name not in OPT_IN]
    parser.add_argument("--only", nargs="+", choices=tuple(MEASURES), default=usual, metavar="MEASURE")
    parser.add_argument("--minutes", type=float, default=7, help="no measure begins after so long")
    parser.add_argument("--keep", action="store_true", help="keep the stack's data and logs afterwards")
    parser.add_argument("--data", type=Path, help="a stack's data to measure on, as `seed-year` leaves it")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the page is written")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    head = {"Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "Commit": commit(), **machine()}
    ends = began + given.minutes * 60
    lengths = Lengths.quick() if given.quick else Lengths()
    try:
        generator = built_generator()
        with Subject(given.bus, keep=given.keep, data=given.data) as subject:
            head["Versions"] = versions(subject.stack.postgres.sql("SHOW server_version"))
            run = Run(subject, generator, People(subject), lengths)
            found = [figure for name in given.only for figure in _measured(name, run, ends)]
    except StackError as error:
        print(f"cannot measure: {error}", file=sys.stderr)
        return 1
    head["Stack"] = f"durable (fsync on), bus {given.bus}, role all: one process a service; caller limits off"
    head["Run"] = f"{time.monotonic() - began:.0f} s" + (
        ", --quick: a first look, not a result" if given.quick else ""
    )
    found += [
        Figure(what=what, measured="not measured in this run", target=target)
        for name, (what, target) in NOT_HERE.items()
        if name not in given.only
    ]
    given.out.write_text(page(head, found))
    print(f"\nwritten to {given.out}")
    return 0


def _measured(name: str, run: Run, ends: float) -> Sequence[Figure]:
    """Return the figures of a measure; one that fails is a row that says so, and the others go on."""
    print(f"· {name}", flush=True)
    if time.monotonic() > ends:
        return [Figure(what=name, measured="not measured: the time of the run was used up", reached=False)]
    try:
        run.subject.stack.watch()
        found = MEASURES[name](run)
    except Exception as error:
        traceback.print_exc()
        found = [
            Figure(what=name, measured=f"not measured: {type(error).__name__}: {error}"[:300], reached=False)
        ]
    for figure in found:
        print(f"  {figure.as_line()}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
