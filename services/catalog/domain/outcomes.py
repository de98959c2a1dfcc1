"""How long procedures really take: the working time of dossiers that ended, stops left out."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from worktime.calendar import CalendarNotLoaded, WorkCalendar
from worktime.moments import working_minutes

DAY_MINUTES = 480
"""A working day of eight hours, in which the law counts terms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A dossier whose result was issued, as its owner told it."""

    dossier_id: UUID
    sequence: int
    procedure: str
    agency: str
    ended_at: datetime
    accepted_at: datetime | None = None
    original_due_at: datetime | None = None
    due_at: datetime | None = None
    is_reappointed: bool = False
    is_correction: bool = False

    @property
    def ended_on(self) -> date:
        """The day it ended, where the agency is."""
        return self.ended_at.date()


def worked_minutes(ended: Ended, calendar: WorkCalendar | None) -> int | None:
    """Return the working minutes between acceptance and result, without those the clock stood.

    Every stop moves the due moment by the working time it took (rule R6), so the distance between the first
    and the last due moment is what all of them took. None where that cannot be told: never accepted, no
    calendar for one of the days, or an extension was granted, which moves the due moment as well. Nor of one
    that corrects another's result: its papers were judged before, so it says nothing of the procedure.
    """
    if ended.accepted_at is None or ended.is_reappointed or ended.is_correction or calendar is None:
        return None
    try:
        whole = working_minutes(calendar, ended.accepted_at, ended.ended_at)
        stopped = (
            working_minutes(calendar, ended.original_due_at, ended.due_at)
            if ended.original_due_at and ended.due_at and ended.due_at > ended.original_due_at
            else 0
        )
    except CalendarNotLoaded:
        return None
    return max(0, whole - stopped)
