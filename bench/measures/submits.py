"""Submits through the gateway and at the service's own port: bursts, a steady rate, a spike."""

import time
from collections.abc import Mapping, Sequence

from bench.figures import Figure
from bench.generator import Loaded, Plan
from bench.people import SUBMITTED
from bench.run import Run, notes_of

BURST_CONNECTIONS = 48
BURST_TARGET = 1_500
STEADY_RATE = 400
OWN_PORT_SHARE = 0.25
SPIKE = 5
_MOST = 4_000
"""Dossiers a second that files are laid down for."""
_FLAT = 0.5
"""Seconds' worth of events that may be on their way while the lag still counts as flat."""
_CONSUMERS = ("notify", "survey", "gateway")


def burst(run: Run) -> Sequence[Figure]:
    """As many as it takes, in a closed loop; then wait until every service has applied them."""
    notes = run.quiet()
    loaded, busy = _submits(run, run.lengths.burst, connections=BURST_CONNECTIONS)
    left = run.subject.lag()
    waited, still = run.subject.drain(run.lengths.drain * 3)
    rest = f", then still to apply: {still}" if still else ""
    ratio = f"{loaded.per_second / run.floors['three']:.2f} of three inserts" if "three" in run.floors else ""
    return [
        Figure(
            what=f"Submit through the gateway, burst of {run.lengths.burst:.0f} s",
            measured=f"{loaded.per_second:,.0f}/s accepted, {loaded.failed} errors;"
            f" drained in {waited:.0f} s{rest}",
            ratio=ratio,
            target=f">= {BURST_TARGET:,}/s",
            reached=loaded.per_second >= BURST_TARGET,
            generator_cores=loaded.cores,
            busy=busy,
            per_second=loaded.per_second,
            notes=[
                f"{BURST_CONNECTIONS} connections, closed loop, fresh idempotency keys, one file each",
                *notes_of(loaded),
                f"events not yet applied when it ended: {left}",
                *notes,
            ],
        )
    ]


def steady(run: Run) -> Sequence[Figure]:
    """Keep a given rate, open loop, with the lag looked at before and right after."""
    notes = run.quiet()
    before = sum(run.subject.lag().values())
    loaded, busy = _submits(run, run.lengths.steady, connections=64, rate=STEADY_RATE)
    after = run.subject.lag()
    run.sustained = loaded.per_second
    worst = max(after.values(), default=0)
    is_flat = worst <= STEADY_RATE * _FLAT
    kept_up = loaded.per_second >= STEADY_RATE * 0.98 and not loaded.failed
    return [
        Figure(
            what=f"Submit through the gateway at {STEADY_RATE}/s for {run.lengths.steady:.0f} s",
            measured=f"{loaded.per_second:,.0f}/s, {loaded.failed} errors; lag {before} → {worst} events",
            target=f">= {STEADY_RATE}/s with flat lag",
            reached=kept_up and is_flat,
            generator_cores=loaded.cores,
            busy=busy,
            per_second=loaded.per_second,
            notes=[
                "64 connections, open loop; latency counts from when a request was due",
                *notes_of(loaded),
                f"lag right after, by service: {after}; flat: at most {_FLAT:.1f} s of events in the worst",
                *notes,
            ],
        )
    ]


def own_port(run: Run) -> Sequence[Figure]:
    """At the dossier service's own port, everybody else stopped; then start each and see it catch up."""
    run.quiet()
    stack = run.subject.stack
    for name in _CONSUMERS:
        stack.children[name].stop()
    url = run.subject.url("dossier", "/v1/dossiers")
    loaded, busy = run.load(
        Plan(
            connections=BURST_CONNECTIONS,
            seconds=run.lengths.own_port,
            actors=run.people.at_service(),
            rows_file=run.people.files(int(run.lengths.own_port * _MOST), SUBMITTED),
            steps=[run.people.submission(url, SUBMITTED)],
        )
    )
    ratio = loaded.per_second / run.floors["rows"] if run.floors.get("rows") else 0.0
    figure = Figure(
        what="Submit at the dossier service's own port",
        measured=f"{loaded.per_second:,.0f}/s, {loaded.failed} errors",
        ratio=f"{ratio:.2f} of pgbench writing the same rows",
        target=f">= {OWN_PORT_SHARE}",
        reached=ratio >= OWN_PORT_SHARE,
        generator_cores=loaded.cores,
        busy=busy,
        per_second=loaded.per_second,
        notes=[
            f"{BURST_CONNECTIONS} connections, closed loop, internal tokens; gateway, notify, survey stopped",
            *notes_of(loaded),
        ],
    )
    return [figure, *_caught_up(run)]


def _caught_up(run: Run) -> list[Figure]:
    """Start the stopped services one after another and read from their inboxes how fast they applied."""
    found = []
    _relay_is_done(run)
    for name in _CONSUMERS:
        waiting = run.subject.lag((name,)).get(name, 0)
        last = run.subject.rows(name, "SELECT max(received_at) FROM inbox")[0][0]
        with run.subject.watched() as busy:
            run.subject.stack.children[name].start()
            run.subject.stack.await_ready(name)
            _, left = run.subject.drain(run.lengths.drain, (name,))
        query = (
            "SELECT count(*), extract(epoch FROM max(received_at) - min(received_at))::float8 FROM inbox"
            " WHERE received_at > coalesce($1::timestamptz, '-infinity')"
        )
        count, seconds = run.subject.rows(name, query, last)[0]
        if not waiting or not seconds:
            continue
        rate = count / seconds
        found.append(
            Figure(
                what=f"Events drained by {name} after a stop",
                measured=f"{rate:,.0f} events/s",
                target=">= 5,000/s",
                reached=rate >= 5_000,  # noqa: PLR2004 - the target beside it.
                busy=busy,
                per_second=rate,
                notes=[
                    f"{count:,} of {waiting:,} waiting events in {seconds:.1f} s, from the rows of its inbox"
                    + (f"; still waiting: {left}" if left else "")
                ],
            )
        )
    return found


def _relay_is_done(run: Run) -> None:
    """Wait for the relay, so that catching up measures consumers only."""
    until = time.monotonic() + run.lengths.drain
    query = "SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"
    while run.subject.rows("dossier", query)[0][0] and time.monotonic() < until:
        time.sleep(0.2)


def spike(run: Run) -> Sequence[Figure]:
    """Five times a normal rate, then the normal rate again five seconds later.

    Normal is what this machine bears for long, less a fifth: a rate above that is no return to normal.
    """
    notes = run.quiet()
    normal = round(min(STEADY_RATE, (run.sustained or STEADY_RATE) * 0.8))
    loaded, busy = _submits(run, run.lengths.spike, connections=800, rate=normal * SPIKE)
    time.sleep(5)
    after, _ = _submits(run, run.lengths.spike, connections=64, rate=normal)
    allowed = {"201", "429", "503"}
    wrong = {status: count for status, count in loaded.statuses.items() if status not in allowed}
    is_normal = not after.failed and after.per_second >= normal * 0.98
    return [
        Figure(
            what=f"Spike: {normal * SPIKE:,}/s for {run.lengths.spike:.0f} s, then {normal}/s",
            measured=f"spike {loaded.statuses}; 5 s later {after.per_second:,.0f}/s, {after.failed} errors,"
            f" p99 {after.milliseconds('p99'):,.0f} ms",
            target="only 429/503; normal in 5 s",
            reached=not wrong and is_normal,
            generator_cores=loaded.cores,
            busy=busy,
            per_second=loaded.per_second,
            notes=[*notes_of(loaded), *notes_of(after), *notes],
        )
    ]


def _submits(
    run: Run, seconds: float, *, connections: int, rate: float = 0.0
) -> tuple[Loaded, Mapping[str, float]]:
    most = int(seconds * (rate or _MOST)) + connections
    return run.load(
        Plan(
            connections=connections,
            seconds=seconds,
            rate=rate,
            actors=run.people.at_gateway(),
            rows_file=run.people.files(most, SUBMITTED),
            steps=[run.people.submission(run.subject.url("gateway", "/api/v1/dossiers"), SUBMITTED)],
        )
    )
