"""Periods: whole Vietnamese days, both included, looked at from one moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid

LONGEST_DAYS = 1_830
MOST_PARTS = 62
_DECEMBER = 12


class Every(StrEnum):
    """How a stretch of time is cut up."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """Days `first` to `last`; `as_of` is the moment what is still open is judged at."""

    first: date
    last: date
    as_of: datetime

    @classmethod
    def of(cls, first: date, last: date, now: datetime) -> "Period":
        """Return a period seen now: from its end on, what was open is judged at its end."""
        if last < first:
            raise Invalid(fields=[("to", "Ngày cuối trước ngày đầu")])
        if (last - first).days >= LONGEST_DAYS:
            raise Invalid(fields=[("to", f"Kỳ dài nhất là {LONGEST_DAYS} ngày")])
        return cls(first, last, min(now, end_of(last)))

    def parts(self, every: Every, now: datetime) -> list["Period"]:
        """Cut the period up by days, weeks (from Monday), months, quarters, years; ends may be cut short."""
        found: list[Period] = []
        first = self.first
        while first <= self.last:
            last = min(_last_of(first, every), self.last)
            found.append(Period.of(first, last, now))
            if len(found) > MOST_PARTS:
                raise Invalid(fields=[("every", f"Nhiều nhất {MOST_PARTS} khoảng")])
            first = last + timedelta(days=1)
        return found

    def __iter__(self) -> Iterator[date]:
        """Give the first and the last day."""
        return iter((self.first, self.last))


def end_of(day: date) -> datetime:
    """Return the moment a Vietnamese day is over."""
    return datetime.combine(day + timedelta(days=1), time(0), VIETNAM)


def _last_of(day: date, every: Every) -> date:
    """Return the last day of the day, week, month, quarter or year a day lies in."""
    match every:
        case Every.DAY:
            return day
        case Every.WEEK:
            return day + timedelta(days=6 - day.weekday())
        case Every.MONTH:
            month = day.month
        case Every.QUARTER:
            month = (day.month + 2) // 3 * 3
        case Every.YEAR:
            month = _DECEMBER
    following = date(day.year + month // _DECEMBER, month % _DECEMBER + 1, 1)
    return following - timedelta(days=1)
