"""Builders and generators of the working-time tests: an office, a moment, a term."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from worktime.calendar import DayException, DayKind, OfficeHours, Session, WorkCalendar
from worktime.term import Stop, Term, Unit
from worktime.zone import VIETNAM

USUAL = "07:30-11:30;13:30-17:30"
TET = "|".join(f"OFF:2026-02-{day}" for day in range(16, 21))


def an_office(
    exceptions: str = "", hours: str = USUAL, covers: tuple[date, date] | None = None
) -> WorkCalendar:
    return WorkCalendar.parse(hours, exceptions, covers)


def at(text: str) -> datetime:
    """`2026-03-02 09:15`, in Vietnam."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def working_days(value: int | str) -> Term:
    return Term(Decimal(value), Unit.WORKING_DAY)


def working_hours(value: int | str) -> Term:
    return Term(Decimal(value), Unit.WORKING_HOUR)


def same_day(cutoff: time | None = time(15)) -> Term:
    return Term(Decimal(0), Unit.SAME_DAY, cutoff)


def calendar_days(value: int) -> Term:
    return Term(Decimal(value), Unit.CALENDAR_DAY)


def months(value: int) -> Term:
    return Term(Decimal(value), Unit.MONTH)


def a_stop(stopped: str, resumed: str | None = None) -> Stop:
    return Stop(at(stopped), at(resumed) if resumed else None)


# Generators: a few weeks around a year end, so that weekends, exceptions and both years take part.
FIRST = date(2025, 12, 8)
DAYS = 60


@st.composite
def hours(draw: st.DrawFn) -> OfficeHours:
    marks = draw(st.lists(st.integers(0, 95), min_size=2, max_size=6, unique=True))
    quarter = [time(mark // 4, mark % 4 * 15) for mark in sorted(marks[: len(marks) // 2 * 2])]
    return OfficeHours([Session(*pair) for pair in zip(quarter[::2], quarter[1::2], strict=True)])


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    days = draw(st.lists(st.integers(0, DAYS), max_size=12, unique=True))
    exceptions = []
    for offset in days:
        kind = draw(st.sampled_from(DayKind))
        own = draw(hours()) if kind is DayKind.HALF else None
        exceptions.append(DayException(FIRST + timedelta(days=offset), kind, own))
    return WorkCalendar(draw(st.one_of(st.just(OfficeHours.parse(USUAL)), hours())), exceptions)


def moments(first: int = 0, last: int = DAYS) -> st.SearchStrategy[datetime]:
    """Moments to the second, often on a quarter of an hour, where sessions begin and end."""
    midnight = datetime.combine(FIRST, time(0), VIETNAM)
    quarters = st.integers(first * 96, last * 96).map(lambda n: midnight + timedelta(minutes=15 * n))
    seconds = st.integers(first * 86_400, last * 86_400).map(lambda n: midnight + timedelta(seconds=n))
    return st.one_of(quarters, seconds)


@st.composite
def stops_between(draw: st.DrawFn, first: int, last: int) -> list[Stop]:
    ends = sorted(draw(st.lists(moments(first, last), max_size=6)))
    return [Stop(*pair) for pair in zip(ends[::2], ends[1::2], strict=False)]


def terms() -> st.SearchStrategy[Term]:
    return st.one_of(
        st.integers(0, 20).map(working_days),
        st.decimals(0, 12, places=2).map(working_days),
        st.decimals(0, 40, places=2).map(working_hours),
        st.sampled_from([None, time(9), time(12), time(15)]).map(same_day),
        st.integers(0, 40).map(calendar_days),
        st.integers(0, 14).map(months),
    )
