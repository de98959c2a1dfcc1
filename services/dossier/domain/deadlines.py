"""Due moments of dossiers and steps, by the counting rules of domain.md 5 (package worktime)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from services.dossier.domain.definitions import Procedure
from services.dossier.domain.errors import CalendarMissing
from worktime.calendar import CalendarNotLoaded, WorkCalendar
from worktime.deadline import add_working_minutes, due_at, working_minutes
from worktime.term import Stop, Term
from worktime.zone import VIETNAM


def dossier_due(
    procedure: Procedure,
    term: Term,
    calendar: WorkCalendar | None,
    accepted_at: datetime,
    stops: Iterable[Stop] = (),
) -> datetime:
    """Return the due moment under the procedure's own policy; raise `CalendarMissing` rather than guess."""
    if calendar is None:
        raise CalendarMissing
    try:
        return due_at(calendar, accepted_at, term, stops, procedure.clock_policy, procedure.due_time_mode)
    except CalendarNotLoaded as error:
        raise CalendarMissing from error


def step_due(calendar: WorkCalendar | None, began_at: datetime, hours: Decimal) -> datetime:
    """Return until when a step should be done: its budget in working hours from its beginning."""
    if calendar is None:
        raise CalendarMissing
    try:
        return add_working_minutes(calendar, began_at, int(hours * 60))
    except CalendarNotLoaded as error:
        raise CalendarMissing from error


def moved_by_stop(calendar: WorkCalendar | None, due: datetime, stop: Stop) -> datetime:
    """Return a step's due moment after a stop: later by the office time that stood still."""
    if calendar is None or stop.resumed_at is None:
        raise CalendarMissing
    try:
        return add_working_minutes(calendar, due, working_minutes(calendar, stop.stopped_at, stop.resumed_at))
    except CalendarNotLoaded as error:
        raise CalendarMissing from error


def answer_by(now: datetime, days: int) -> datetime:
    """Return the end of the day so many days from now: until then the applicant may answer."""
    day: date = now.astimezone(VIETNAM).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59, 59), VIETNAM)
