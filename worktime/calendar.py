"""The working calendar of an agency: which days are worked, and at which hours."""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Self

from worktime.day_table import WorkDay, YearTable
from worktime.office_hours import OfficeHours, Session

__all__ = [
    "CalendarNotLoaded",
    "DayException",
    "DayKind",
    "OfficeHours",
    "Season",
    "Session",
    "WorkCalendar",
]

_SATURDAY = 5


class CalendarNotLoaded(LookupError):  # noqa: N818 - the fact is the name.
    """A count reached a day whose holidays or hours are not loaded; a guess would be a wrong due date."""


class DayKind(StrEnum):
    """What a calendar says of a single day, against the week pattern Monday to Friday."""

    OFF = "OFF"
    WORK = "WORK"
    HALF = "HALF"


@dataclass(frozen=True, slots=True)
class DayException:
    """One day that differs from the week pattern.

    OFF: holiday, compensation, closure. WORK: make-up day, at the usual hours or at its own. HALF: a shift
    with its own hours (`HALF:2026-09-12@07:30-11:30`); it counts as one whole working day in R1 and R6.
    """

    day: date
    kind: DayKind
    hours: OfficeHours | None = None

    def __post_init__(self) -> None:
        if self.kind is DayKind.OFF and self.hours is not None:
            raise ValueError(f"a day off has no hours: {self}")
        if self.kind is DayKind.HALF and self.hours is None:
            raise ValueError(f"HALF needs its own sessions: HALF:{self.day}@07:30-11:30")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `OFF:2026-02-16`, `WORK:2026-08-22` or `HALF:2026-09-12@07:30-11:30;13:30-15:30`."""
        kind, _, rest = text.partition(":")
        day, at, hours = rest.partition("@")
        try:
            return cls(
                date.fromisoformat(day.strip()),
                DayKind(kind.strip().upper()),
                OfficeHours.parse(hours) if at else None,
            )
        except ValueError as error:
            raise ValueError(f"calendar exception {text.strip()!r}: {error}") from None

    def __str__(self) -> str:
        return f"{self.kind}:{self.day}" + (f"@{self.hours}" if self.hours else "")


class Season(NamedTuple):
    """Office hours valid from a day until the next season begins (summer, winter, a new decision)."""

    first_day: date
    office_hours: OfficeHours


class WorkCalendar:
    """Says of each day whether it is worked, and counts working days. Immutable; safe to share.

    Day status, first match wins: WORK or HALF, then OFF, then Monday to Friday. `covers` names the first
    and the last day for which holidays are loaded; a count that leaves them raises `CalendarNotLoaded`.
    Without `covers` the given exceptions are taken as complete (tables of cases, tests).
    """

    def __init__(
        self,
        office_hours: OfficeHours,
        exceptions: Iterable[DayException] = (),
        covers: tuple[date, date] | None = None,
    ) -> None:
        self._set_up((Season(date.min, office_hours),), exceptions, covers)

    @classmethod
    def from_seasons(
        cls,
        seasons: Iterable[tuple[date, OfficeHours]],
        exceptions: Iterable[DayException] = (),
        covers: tuple[date, date] | None = None,
    ) -> Self:
        """Return a calendar of dated office hours; days before the first season are not loaded."""
        calendar = cls.__new__(cls)
        dated = tuple(Season(*season) for season in seasons)
        calendar._set_up(dated, exceptions, covers)  # noqa: SLF001 - its own class, a second constructor.
        return calendar

    @classmethod
    def of_years(
        cls,
        years: Collection[int],
        seasons: Iterable[tuple[date, OfficeHours]],
        exceptions: Iterable[DayException] = (),
    ) -> Self:
        """Return a calendar of whole years (at least one); one missing between them is not loaded."""
        first, last = min(years), max(years)
        calendar = cls.from_seasons(seasons, exceptions, (date(first, 1, 1), date(last, 12, 31)))
        calendar._missing = frozenset(range(first, last)) - set(years)  # noqa: SLF001 - a third constructor.
        return calendar

    @classmethod
    def parse(
        cls, office_hours_text: str, exceptions_text: str = "", covers: tuple[date, date] | None = None
    ) -> Self:
        """Read hours `07:30-11:30;13:30-17:30` and exceptions separated by `|`; order and spaces are free."""
        exceptions = [DayException.parse(part) for part in exceptions_text.split("|") if part.strip()]
        return cls(OfficeHours.parse(office_hours_text), exceptions, covers)

    def _set_up(
        self,
        seasons: tuple[Season, ...],
        exceptions: Iterable[DayException],
        covers: tuple[date, date] | None,
    ) -> None:
        self.seasons = tuple(sorted(seasons, key=lambda season: season.first_day))
        if not self.seasons:
            raise ValueError("a calendar needs office hours")
        self._season_starts = [season.first_day for season in self.seasons]
        if len(set(self._season_starts)) < len(self.seasons):
            raise ValueError("two seasons begin on the same day")
        if covers is not None and covers[1] < covers[0]:
            raise ValueError(f"covers ends before it begins: {covers[0]} to {covers[1]}")
        self.covers = covers
        first, last = covers or (date.min, date.max)
        self._first, self._last = max(first, self._season_starts[0]), last
        self._missing: frozenset[int] = frozenset()
        self._exceptions = _one_per_day(exceptions)
        self._years: dict[int, YearTable] = {}

    @property
    def exceptions(self) -> tuple[DayException, ...]:
        """The exceptions that decide, one a day, in the order of days."""
        return tuple(self._exceptions[day] for day in sorted(self._exceptions))

    def hours_on(self, day: date) -> OfficeHours | None:
        """Return the day's office hours, None for a day off; CalendarNotLoaded outside the loaded days."""
        if not self._first <= day <= self._last or day.year in self._missing:
            raise self._not_loaded(day)
        exception = self._exceptions.get(day)
        if exception is not None:
            if exception.kind is DayKind.OFF:
                return None
            if exception.hours is not None:
                return exception.hours
        elif day.weekday() >= _SATURDAY:
            return None
        return self.seasons[bisect_right(self._season_starts, day) - 1].office_hours

    def is_working_day(self, day: date) -> bool:
        """Say whether the day is worked, a HALF day included."""
        return self.work_day(day) is not None

    def work_day(self, day: date) -> WorkDay | None:
        """Return the day with its sessions if it is worked."""
        return self.year_of(day).get(day.toordinal())

    def working_day_after(self, day: date, count: int = 1) -> WorkDay:
        """Return the `count`th (1 or more) working day after a day, that day not counted."""
        year = self.year_of(day)
        return self._at(year, year.through(day.toordinal()) + count - 1)

    def working_day_before(self, day: date, count: int = 1) -> WorkDay:
        """Return the `count`th (1 or more) working day before a day, that day not counted."""
        year = self.year_of(day)
        return self._at(year, year.before(day.toordinal()) - count)

    def working_day_from(self, day: date) -> WorkDay:
        """Return the day itself if it is worked, else the next working day (roll forward)."""
        year = self.year_of(day)
        return self._at(year, year.before(day.toordinal()))

    def working_days(self, after: date, through: date) -> int:
        """Count the working days in (after, through]; none when `through` is not later."""
        if through <= after:
            return 0
        first, last = self.year_of(after), self.year_of(through)
        count = last.through(through.toordinal()) - first.through(after.toordinal())
        return count + sum(len(self.year(number).days) for number in range(first.number, last.number))

    def year_of(self, day: date) -> YearTable:
        """Return the table of the day's year; CalendarNotLoaded when the day is not loaded."""
        year = self._years.get(day.year) or self.year(day.year)
        if not year.holds(day.toordinal()):
            raise self._not_loaded(day)
        return year

    def year(self, number: int) -> YearTable:
        """Return the table of a year, counted at first use; CalendarNotLoaded when none of it is loaded."""
        year = self._years.get(number)
        if year is None:
            if not self._first.year <= number <= self._last.year or number in self._missing:
                raise self._not_loaded(f"year {number}")
            first, last = max(self._first, date(number, 1, 1)), min(self._last, date(number, 12, 31))
            year = self._years[number] = YearTable(first, last, self.hours_on)
        return year

    def _at(self, year: YearTable, index: int) -> WorkDay:
        """Return the working day at an index counted from the start of `year`, in whatever year it lies."""
        while index >= len(year.days):
            index -= len(year.days)
            year = self.year(year.number + 1)
        while index < 0:
            year = self.year(year.number - 1)
            index += len(year.days)
        return year.days[index]

    def _not_loaded(self, what: object) -> CalendarNotLoaded:
        gaps = f" without {sorted(self._missing)}" if self._missing else ""
        loaded = f"from {self._first} to {self._last}{gaps}"
        return CalendarNotLoaded(f"working calendar loaded {loaded}: {what} is not")


def _one_per_day(exceptions: Iterable[DayException]) -> dict[date, DayException]:
    """Keep of each day the exception that decides: own hours, then WORK, then OFF, whatever their order."""
    chosen: dict[date, DayException] = {}
    for new in exceptions:
        old = chosen.get(new.day)
        if old is not None and old.hours and new.hours and old.hours != new.hours:
            raise ValueError(f"one day, two sets of hours: {old} and {new}")
        if old is None or _weight(new) > _weight(old):
            chosen[new.day] = new
    return chosen


def _weight(exception: DayException) -> int:
    return 2 if exception.hours else int(exception.kind is DayKind.WORK)
