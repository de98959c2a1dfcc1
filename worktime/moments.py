"""Office time between moments: R0, and the counting that R1 and R2 stand on."""

from datetime import datetime, timedelta

from worktime.calendar import WorkCalendar
from worktime.day_table import WorkDay, since_midnight
from worktime.zone import local

_MINUTE = 60_000_000


def effective_start(calendar: WorkCalendar, at: datetime) -> datetime:
    """R0: the moment itself inside a session (both ends included), else the next session's opening."""
    at = local(at)
    day = calendar.work_day(at.date())
    if day is not None:
        moment = since_midnight(at)
        for opens, closes in day.sessions:
            if moment < opens:
                return day.moment(opens)
            if moment <= closes:
                return at
    return calendar.working_day_after(at.date()).opening


def same_time_on(day: WorkDay, at: datetime) -> datetime:
    """Return the time of day of `at` on a working day, never outside its sessions and never on another day.

    In a lunch break or before opening it is the next opening (as in R0); after closing, as on a HALF day, it
    is the closing.
    """
    moment = since_midnight(at)
    for opens, closes in day.sessions:
        if moment <= closes:
            return day.moment(max(moment, opens))
    return day.closing


def working_time(calendar: WorkCalendar, a: datetime, b: datetime) -> timedelta:
    """Return the exact office time in [a, b); ValueError when b is before a."""
    return timedelta(microseconds=office_time(calendar, a, b))


def working_minutes(calendar: WorkCalendar, a: datetime, b: datetime) -> int:
    """Return the whole office minutes in [a, b), part minutes dropped; ValueError when b is before a."""
    return office_time(calendar, a, b) // _MINUTE


def add_working_minutes(calendar: WorkCalendar, at: datetime, minutes: int) -> datetime:
    """R2: the moment at which so many office minutes (0 or more) have passed since the effective start.

    It may be the end of a session (11:30, not 13:30). With 0 it is the effective start.
    """
    if minutes < 0:
        raise ValueError(f"minutes are counted forward only: {minutes}")
    return add_office_time(calendar, at, minutes * _MINUTE)


def add_working_days(calendar: WorkCalendar, at: datetime, days: int) -> datetime:
    """Return the moment so many working days later (or earlier, when negative), at the same time of day.

    Counted from the effective start (R0), its day not counted. Where the day found has other hours, see
    `same_time_on`. For the closing time of a day (the usual due moment) ask `due_at`.
    """
    begins = effective_start(calendar, at)
    if days == 0:
        return begins
    move = calendar.working_day_after if days > 0 else calendar.working_day_before
    return same_time_on(move(begins.date(), abs(days)), begins)


def office_time(calendar: WorkCalendar, a: datetime, b: datetime) -> int:
    """Return the office time in [a, b) in microseconds; ValueError when b is before a."""
    a, b = local(a), local(b)
    if b < a:
        raise ValueError(f"{b.isoformat()} is before {a.isoformat()}")
    first, last = calendar.year_of(a.date()), calendar.year_of(b.date())
    worked = last.worked_before(b) - first.worked_before(a)
    return worked + sum(calendar.year(number).total for number in range(first.number, last.number))


def add_office_time(calendar: WorkCalendar, at: datetime, microseconds: int) -> datetime:
    """R2 in microseconds (0 or more), from the effective start of `at`."""
    begins = effective_start(calendar, at)
    if microseconds == 0:
        return begins
    year = calendar.year_of(begins.date())
    worked = year.worked_before(begins) + microseconds
    while worked > year.total:
        worked -= year.total
        year = calendar.year(year.number + 1)
    return year.moment_after(worked)
