"""How fast the national portal learns of dossiers when each of its answers takes 50 ms."""

import json
import time
import urllib.request
from collections.abc import Mapping, Sequence

from bench.figures import Figure
from bench.generator import Plan
from bench.measures.lifecycle import acceptance
from bench.people import SUBMITTED
from bench.run import Run, notes_of

DOSSIERS = 1_500
LATENCY_MILLISECONDS = 50
TARGET = 200
_UNPRINTED = "SELECT count(*) FROM papers WHERE sha256 IS NULL"
_SETTLED = """
SELECT count(*), extract(epoch FROM max(settled_at) - min(settled_at))::float8 FROM (
    SELECT dossier_id, max(settled_at) AS settled_at FROM portal_ledger WHERE dossier_id = ANY ($1::uuid[])
    GROUP BY dossier_id HAVING bool_and(state = 'CONFIRMED')) AS told
"""


def synchronised(run: Run) -> Sequence[Figure]:
    """Accept dossiers while the gateway is stopped, then start it against a slow portal."""
    notes = run.quiet()
    stack = run.subject.stack
    stack.children["gateway"].stop()
    before = run.subject.rows("dossier", "SELECT clock_timestamp()")[0][0]
    base = run.subject.url("dossier", "/v1")
    made, _ = run.load(
        Plan(
            connections=16,
            seconds=60,
            count=DOSSIERS,
            actors=run.people.at_service(),
            rows_file=run.people.files(DOSSIERS, SUBMITTED),
            steps=[run.people.submission(base + "/dossiers", SUBMITTED), acceptance(base)],
        )
    )
    query = "SELECT DISTINCT key::uuid FROM outbox WHERE type = 'dossier.accepted.v1' AND created_at > $1"
    keys = [row[0] for row in run.subject.rows("dossier", query, before)]
    unprinted = _await_printed(run)
    switch_faults(run, {"slow_ms": LATENCY_MILLISECONDS})
    try:
        with run.subject.watched() as busy:
            stack.children["gateway"].start()
            stack.await_ready("gateway")
            told, seconds = _await_told(run, keys)
    finally:
        switch_faults(run, {})
    rate = told / seconds if seconds else 0.0
    return [
        Figure(
            what=f"Portal sync at {LATENCY_MILLISECONDS} ms portal latency",
            measured=f"{rate:,.0f} dossiers/s ({told:,} of {len(keys):,} told)",
            target=f">= {TARGET}/s",
            reached=rate >= TARGET and told == len(keys),
            busy=busy,
            per_second=rate,
            notes=[
                "accepted dossiers, each told as new (1) and received (2); first to last confirmation in"
                f" the ledger, {seconds:.1f} s, events consumed meanwhile; the simulator shares the cores",
                "receipts (form 01) of these acceptances were printed before it began"
                + (f", but for {unprinted} that were printed meanwhile" if unprinted else ""),
                *notes_of(made),
                *notes,
            ],
        )
    ]


def _await_printed(run: Run) -> int:
    """Let the acceptances' own work end, which is no part of telling; return how many papers are left."""
    until = time.monotonic() + run.lengths.settle
    while True:
        left = int(run.subject.rows("dossier", _UNPRINTED)[0][0])
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.25)


def _await_told(run: Run, keys: Sequence[object]) -> tuple[int, float]:
    until = time.monotonic() + run.lengths.drain
    while True:
        told, seconds = run.subject.rows("gateway", _SETTLED, keys)[0]
        if told >= len(keys) or time.monotonic() > until:
            return int(told), float(seconds or 0.0)
        time.sleep(0.2)


def switch_faults(run: Run, faults: Mapping[str, object]) -> None:
    """Switch the simulated portal's faults: these and no others."""
    request = urllib.request.Request(  # noqa: S310 - our own simulator.
        run.subject.url("portal", "/sandbox/faults"),
        json.dumps(dict(faults)).encode(),
        {"Content-Type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - our own simulator.
        pass
