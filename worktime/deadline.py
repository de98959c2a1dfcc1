"""Due moments by the counting rules R0 to R7 (Civil Code Đ.147-148; NĐ 61/2018 Đ.18-19)."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from worktime.calendar import CalendarNotLoaded, WorkCalendar
from worktime.moments import (
    add_office_time,
    add_working_days,
    add_working_minutes,
    effective_start,
    office_time,
    same_time_on,
    working_minutes,
    working_time,
)
from worktime.term import STATUTORY_CUTOFF, ClockPolicy, DueTimeMode, Stop, Term, Unit
from worktime.zone import VIETNAM, local

__all__ = [
    "ClockStopped",
    "add_working_days",
    "add_working_minutes",
    "apology_for_term",
    "apology_latest",
    "due_at",
    "effective_start",
    "term_start",
    "working_minutes",
    "working_time",
]

_Span = tuple[datetime, datetime]


class ClockStopped(ValueError):  # noqa: N818 - the fact is the name.
    """The clock stands still (a stop without its end), so there is no due moment yet."""


def due_at(
    calendar: WorkCalendar,
    start: datetime,
    term: Term,
    stops: Iterable[Stop] = (),
    policy: ClockPolicy = ClockPolicy.PAUSE,
    mode: DueTimeMode = DueTimeMode.END_OF_DAY,
) -> datetime:
    """Return the last moment at which the term is kept.

    R1 whole working days, R2 hours and fractions, R3 same day, R4 calendar days, R5 months; stops by R6 or
    R7. Stops may come in any order and overlap: stopped time counts once. What lies before `start`, and a
    stop of no length, count nothing. A stop after the due moment counts too: it never makes a late dossier
    later. `mode` speaks to R1 only. Raises `ClockStopped` while a stop lasts, `CalendarNotLoaded` when a
    day needed is not loaded, ValueError for a moment without a zone.
    """
    start = local(start)
    stopped = _spans(stops, start)
    if stopped and policy is ClockPolicy.RESTART:
        start, stopped = max(resumed for _, resumed in stopped), []
    begins = term_start(calendar, start, term)
    if term.is_in_hours:
        return add_office_time(calendar, begins, term.office_time + _stopped_time(calendar, stopped))
    if term.unit in (Unit.WORKING_DAY, Unit.SAME_DAY):
        count = term.count + sum(calendar.working_days(*days) for days in _stopped_days(calendar, stopped))
        day = (
            calendar.working_day_after(begins.date(), count)
            if count
            else calendar.working_day_from(begins.date())
        )
        if mode is DueTimeMode.SAME_TIME and term.unit is Unit.WORKING_DAY:
            return same_time_on(day, begins)
        return day.closing
    extra = sum((through - after).days for after, through in _stopped_days(calendar, stopped))
    try:
        last = _months_after(begins.date(), term.count) if term.unit is Unit.MONTH else begins.date()
        last += timedelta(days=extra + (0 if term.unit is Unit.MONTH else term.count))
    except (OverflowError, ValueError):
        raise CalendarNotLoaded(f"{term.value} {term.unit} from {begins.date()} leaves all years") from None
    return calendar.working_day_from(last).closing


def term_start(calendar: WorkCalendar, start: datetime, term: Term) -> datetime:
    """Return the moment from which a term counts: R0, and for SAME_DAY the cut-off of R3.

    The cut-off is held against the moment of acceptance itself, on the day R0 gives: accepted at 12:40
    with a cut-off at 13:00 is in time, although office time goes on at 13:30 only.
    """
    start = local(start)
    begins = effective_start(calendar, start)
    if term.unit is Unit.SAME_DAY:
        cutoff = STATUTORY_CUTOFF if term.cutoff is None else term.cutoff
        if start > datetime.combine(begins.date(), cutoff, VIETNAM):
            return calendar.working_day_after(begins.date()).opening
    return begins


def apology_latest(calendar: WorkCalendar, due: datetime) -> datetime:
    """Return the closing time of the last working day before the due date (NĐ 61: one day before)."""
    return calendar.working_day_before(local(due).date()).closing


def apology_for_term(calendar: WorkCalendar, due: datetime, term: Term) -> datetime | None:
    """Return `apology_latest`, or None where the law's "one day before the due date" cannot be kept.

    Terms in hours (R2, fractions of a day too) and same-day terms (R3) are due within the day or hours
    into another: the day before may lie before the receipt itself. So it is with a term of zero.
    """
    if term.is_in_hours or term.unit is Unit.SAME_DAY or term.count == 0:
        return None
    return apology_latest(calendar, due)


def _spans(stops: Iterable[Stop], start: datetime) -> list[_Span]:
    """Return the stopped stretches at or after the start, in order; ClockStopped when one has no end."""
    spans = []
    for stop in stops:
        if stop.resumed_at is None:
            raise ClockStopped(f"stopped since {stop.stopped_at.isoformat()}: no due moment yet")
        if max(stop.stopped_at, start) < stop.resumed_at:
            spans.append((max(stop.stopped_at, start), stop.resumed_at))
    return sorted(spans)


def _stopped_days(calendar: WorkCalendar, spans: list[_Span]) -> list[tuple[date, date]]:
    """R6: the days (stop date, resume date] of each stop, none twice.

    The resume moment passes through R0, the stop moment does not.
    """
    days: list[tuple[date, date]] = []
    reached = date.min
    for stopped, resumed in spans:
        after, through = max(stopped.date(), reached), effective_start(calendar, resumed).date()
        if through > after:
            days.append((after, through))
            reached = through
    return days


def _stopped_time(calendar: WorkCalendar, spans: list[_Span]) -> int:
    """R6: the office time (microseconds) in [stop, resume) of all stops, none twice."""
    total = 0
    reached: datetime | None = None
    for stopped, resumed in spans:
        begins = stopped if reached is None else max(stopped, reached)
        if resumed > begins:
            total += office_time(calendar, begins, resumed)
            reached = resumed
    return total


def _months_after(day: date, months: int) -> date:
    """R5: the same day number, else the last day of the month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
