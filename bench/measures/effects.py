"""From the commit of an event to its effect in another service, from the rows of both databases."""

from collections.abc import Sequence
from datetime import datetime

from bench.figures import Figure
from bench.generator import Plan
from bench.people import SUBMITTED
from bench.run import Run, notes_of

RATE = 200
TARGET_MILLISECONDS = 250


def commit_to_effect(run: Run) -> Sequence[Figure]:
    """Submit at a given rate and join each outbox row with the inbox rows of the services that took it."""
    notes = run.quiet()
    began = run.subject.rows("dossier", "SELECT clock_timestamp()")[0][0]
    seconds = run.lengths.effects
    loaded, busy = run.load(
        Plan(
            connections=32,
            seconds=seconds,
            rate=RATE,
            actors=run.people.at_gateway(),
            rows_file=run.people.files(int(seconds * RATE) + 32, SUBMITTED),
            steps=[run.people.submission(run.subject.url("gateway", "/api/v1/dossiers"), SUBMITTED)],
        )
    )
    run.quiet()
    found = [_of_service(run, name, began) for name in ("gateway", "notify", "survey")]
    told = [one for one in found if one]
    worst = max((one[1] for one in told), default=float("inf"))
    return [
        Figure(
            what=f"Commit to applied effect in another service, {loaded.per_second:.0f} events/s",
            measured="; ".join(text for text, _ in told) or "no service applied any",
            target=f"p99 < {TARGET_MILLISECONDS} ms at {RATE}/s",
            reached=worst < TARGET_MILLISECONDS and loaded.per_second >= RATE * 0.98,
            generator_cores=loaded.cores,
            busy=busy,
            per_second=loaded.per_second,
            notes=[
                "outbox.created_at to inbox.received_at of the same event: both clock_timestamp() of one"
                " server, inside the statement that commits (or a moment before, where messages that waited"
                " share a transaction)",
                *notes_of(loaded),
                *notes,
            ],
        )
    ]


def _of_service(run: Run, name: str, began: datetime) -> tuple[str, float] | None:
    sent = {
        row["event_id"]: row["created_at"]
        for row in run.subject.rows(
            "dossier", "SELECT event_id, created_at FROM outbox WHERE created_at > $1", began
        )
    }
    applied = run.subject.rows(name, "SELECT event_id, received_at FROM inbox WHERE received_at > $1", began)
    waits = sorted(
        (row["received_at"] - sent[row["event_id"]]).total_seconds() * 1000
        for row in applied
        if row["event_id"] in sent
    )
    if not waits:
        return None
    p50, p99 = (waits[int(len(waits) * share)] for share in (0.50, 0.99))
    return f"{name} p50 {p50:.0f}, p99 {p99:.0f} ms (n={len(waits):,})", p99
