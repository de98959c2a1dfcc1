"""What the stack needs: time to be ready, memory."""

from collections.abc import Sequence

from bench.figures import Figure
from bench.run import Run

READY_SECONDS = 10
MEGABYTES = 900


def at_start(run: Run) -> Sequence[Figure]:
    """Look at the stack before anything was asked of it."""
    shares = run.subject.pss_megabytes()
    return [
        Figure(
            what="Ready after",
            measured=f"{run.subject.seconds_to_ready:.1f} s",
            target=f"<= {READY_SECONDS} s after the install",
            reached=run.subject.seconds_to_ready <= READY_SECONDS,
            notes=["a new cluster, migrations and the sample province included"],
        ),
        _memory("Memory of the whole stack when ready", shares),
    ]


def at_end(run: Run) -> Sequence[Figure]:
    """Look again after everything was asked of it."""
    return [_memory("Memory of the whole stack after the run", run.subject.pss_megabytes())]


def _memory(what: str, shares: dict[str, float]) -> Figure:
    total = sum(shares.values())
    parts = ", ".join(
        f"{name} {size:.0f}" for name, size in sorted(shares.items(), key=lambda item: -item[1])
    )
    return Figure(
        what=what,
        measured=f"{total:.0f} MB",
        target=f"< {MEGABYTES} MB",
        reached=total < MEGABYTES,
        notes=[f"summed PSS, PostgreSQL and supervisor included: {parts}"],
    )
