"""The portal is away for minutes while people go on: what waits, how long the drain takes, what was lost."""

import time
import urllib.request
from collections.abc import Mapping, Sequence

import orjson

from bench.figures import Figure
from bench.generator import Plan
from bench.measures.lifecycle import lifecycle_steps
from bench.measures.portal import switch_faults
from bench.people import LIFECYCLE
from bench.run import Run, notes_of

RATE = 5
"""Whole lives a second, five statuses each: a province of 1.3 million dossiers a year at its busiest hour."""
_CONNECTIONS = 16
_DRAIN_SECONDS = 600.0
_TO_TELL = """
SELECT code, array_agg(portal_status::text ORDER BY version, part) FROM portal_ledger
WHERE kind <> 'HERE_PROGRESS' GROUP BY code
"""
_OPEN = (
    "SELECT count(*), count(*) FILTER (WHERE state = 'REFUSED') FROM portal_ledger WHERE state <> 'CONFIRMED'"
)
_CODES = "SELECT code FROM portal_ledger WHERE kind = 'HERE_CREATE'"


def outage(run: Run) -> Sequence[Figure]:
    """Switch the portal off under load, on again, wait for the drain, then ask it about every dossier."""
    notes = run.quiet()
    before = _codes(run)
    switch_faults(run, {"down": True})
    seconds = run.lengths.outage
    steps = lifecycle_steps(run, run.subject.url("gateway", "/api/v1"))
    try:
        loaded, _ = run.load(
            Plan(
                connections=_CONNECTIONS,
                seconds=seconds,
                rate=RATE,
                actors=run.people.at_gateway(),
                rows_file=run.people.files(int(seconds * RATE) + 100, LIFECYCLE, with_result=True),
                steps=steps,
            )
        )
    finally:
        waiting = run.subject.rows("gateway", _OPEN)[0][0]
        switch_faults(run, {})
    drained, left, refused = _drain(run)
    to_tell = {code: said for code, said in run.subject.rows("gateway", _TO_TELL) if code not in before}
    codes = sorted(_codes(run) - before)
    wrong = [code for code in codes if _statuses(run, code) != list(to_tell[code])]
    is_whole = not left and not wrong and len(codes) >= loaded.succeeded
    return [
        Figure(
            what=f"Portal away for {seconds:.0f} s at {RATE} lives/s",
            measured=f"{len(codes):,} dossiers, {waiting:,} messages waited; drained in {drained:.0f} s;"
            f" {len(wrong)} not whole, in order and once",
            target="nothing lost, order kept",
            reached=is_whole,
            per_second=waiting / drained if drained else 0.0,
            notes=[
                f"still to be told: {left}, refused: {refused}; first wrong: {wrong[:3]}",
                *notes_of(loaded),
                *notes,
            ],
        )
    ]


def _codes(run: Run) -> set[str]:
    return {row[0] for row in run.subject.rows("gateway", _CODES)}


def _drain(run: Run) -> tuple[float, int, int]:
    """Wait until the ledger is empty; return the seconds it took and what is left."""
    began = time.monotonic()
    while True:
        left, refused = run.subject.rows("gateway", _OPEN)[0]
        passed = time.monotonic() - began
        if not left or passed > _DRAIN_SECONDS:
            return passed, int(left), int(refused)
        time.sleep(0.5)


def _statuses(run: Run, code: str) -> list[str]:
    """Return the statuses the portal has of a dossier, in order of arrival; a repeated one stands twice."""
    url = run.subject.url("portal", f"/sandbox/dossiers/{code}")
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own simulator.
        kept: Sequence[Mapping[str, object]] = orjson.loads(answer.read())["statuses"]
    return [str(one["status"]) for one in kept for _ in range(int(str(one["count"])))]
