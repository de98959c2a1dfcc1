"""In how many working days what must be done with a petition: dated, each with its source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from worktime.calendar import CalendarNotLoaded, WorkCalendar
from worktime.deadline import due_at
from worktime.term import Stop, Term, Unit


@dataclass(frozen=True, slots=True)
class Terms:
    """Working days; all but `publish` count from the arrival at the agency."""

    valid_from: date
    route: int
    """To refuse a petition or to send it where it belongs."""
    answer: int
    publish: int
    """After the answer."""
    ask: int
    """To ask the sender to complete it."""
    source: str


TERMS: Sequence[Terms] = (
    Terms(date(2008, 3, 3), 5, 15, 2, 5, "NĐ 20/2008/NĐ-CP Đ.9"),
    Terms(date(2022, 6, 23), 2, 15, 2, 5, "QĐ 766/QĐ-TTg, mô tả công thức tính chỉ số"),
)


def terms_on(day: date) -> Terms:
    """Return what applies to a petition that arrives on a day."""
    return [terms for terms in TERMS if terms.valid_from <= day][-1]


def due_after(
    calendar: WorkCalendar | None, start: datetime, days: int, stops: Iterable[Stop] = ()
) -> datetime | None:
    """Return the last moment of a term; None while no calendar says which days are worked.

    What the sender took to complete the petition is not counted.
    """
    if calendar is None:
        return None
    try:
        return due_at(calendar, start, Term(Decimal(days), Unit.WORKING_DAY), stops)
    except CalendarNotLoaded:
        return None
