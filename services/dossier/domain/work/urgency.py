"""How urgent a task is, and from when on: the lines an inbox is counted and filtered by."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from kernel.core.clock import VIETNAM
from services.dossier.domain.states import HANDED_OUT, State

SOON_DAYS = 3
RUNNING = frozenset({State.ACCEPTED, State.PROCESSING})
WAITS_FOR_OFFICE = HANDED_OUT | {
    *(State.SUBMITTED, State.INTAKE_SUPPLEMENT, State.SUPPLEMENT_REQUESTED, State.WITHDRAWAL_REQUESTED)
}
"""Where what waits as somebody's task is theirs to say, whatever the clock does: a reply, a decision."""
WAITS_BY_DAY = frozenset({State.SUSPENDED, State.AWAITING_FINANCIAL})
"""Where the clock stands until a day the office itself named; from then on it is for the office to go on."""


class Urgency(StrEnum):
    """The most pressing that holds: a late step of a dossier still in time comes before what is due soon."""

    OVERDUE = "OVERDUE"
    DUE_TODAY = "DUE_TODAY"
    LATE_STEP = "LATE_STEP"
    SOON = "SOON"
    ON_TRACK = "ON_TRACK"


@dataclass(frozen=True, slots=True)
class Lines:
    """The moments that part the urgencies now."""

    now: datetime
    tomorrow: datetime
    soon: datetime

    @classmethod
    def at(cls, now: datetime) -> "Lines":
        """Return them: today and the days that count as soon end at midnight in Vietnam."""
        day = now.astimezone(VIETNAM).date()
        midnight = datetime.combine(day + timedelta(days=1), time(), VIETNAM)
        return cls(now, midnight, midnight + timedelta(days=SOON_DAYS - 1))


def urgency_of(
    due_at: datetime | None,
    task_due_at: datetime | None,
    lines: Lines,
    state: State,
    prior_state: State | None = None,
) -> Urgency:
    """Return how urgent a task is by the dossier's due moment and its own.

    A clock that stands presses nobody; an office that has not said its word in time is late all the same, and
    so is one that lets the day pass on which its suspension ends or money was due. A wait without such a day
    has the dossier's due moment for its own, which the standing clock has left behind. A withdrawal that
    waits stops no clock (domain.md 3.2, T16): its dossier is late as it was before.
    """
    is_late = task_due_at is not None and task_due_at < lines.now
    ticking = prior_state if state is State.WITHDRAWAL_REQUESTED else state
    if ticking not in RUNNING or due_at is None:
        has_day = state in WAITS_BY_DAY and due_at is not None and task_due_at != due_at
        is_theirs = state in WAITS_FOR_OFFICE or has_day
        return Urgency.LATE_STEP if is_late and is_theirs else Urgency.ON_TRACK
    if due_at < lines.now:
        return Urgency.OVERDUE
    if due_at < lines.tomorrow:
        return Urgency.DUE_TODAY
    if is_late:
        return Urgency.LATE_STEP
    return Urgency.SOON if due_at < lines.soon else Urgency.ON_TRACK
