"""One year of working days, counted once so that every question about it is a look-up."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from worktime.office_hours import OfficeHours
from worktime.zone import VIETNAM

_MIDNIGHT = time(0)


def since_midnight(at: datetime | time) -> int:
    """Return the time of day in microseconds."""
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


class WorkDay:
    """A working day: its sessions in microseconds since midnight, and its first and last moment."""

    __slots__ = ("closing", "day", "length", "opening", "ordinal", "sessions")

    def __init__(self, day: date, hours: OfficeHours) -> None:
        self.day = day
        self.ordinal = day.toordinal()
        self.sessions = tuple((since_midnight(s.opens), since_midnight(s.closes)) for s in hours.sessions)
        self.length = sum(closes - opens for opens, closes in self.sessions)
        self.opening = datetime.combine(day, hours.opening, VIETNAM)
        self.closing = datetime.combine(day, hours.closing, VIETNAM)

    def moment(self, microseconds: int) -> datetime:
        """Return the moment of this day that many microseconds after midnight."""
        return datetime.combine(self.day, _MIDNIGHT, VIETNAM) + timedelta(microseconds=microseconds)

    def worked_before(self, microseconds: int) -> int:
        """Return the office time of this day before the given time of day."""
        return sum(max(0, min(microseconds, closes) - opens) for opens, closes in self.sessions)

    def moment_after(self, worked: int) -> datetime:
        """Return the first moment at which `worked` (0 < worked <= length) has passed; may end a session."""
        for opens, closes in self.sessions:
            if worked <= closes - opens:
                return self.moment(opens + worked)
            worked -= closes - opens
        raise ValueError("more office time than the day holds")


class YearTable:
    """The working days of the loaded part of one year, with running counts."""

    __slots__ = ("_ends", "_first", "_last", "_rank", "days", "number", "total")

    def __init__(self, first: date, last: date, hours_on: Callable[[date], OfficeHours | None]) -> None:
        self.number = first.year
        self._first, self._last = first.toordinal(), last.toordinal()
        self.days: list[WorkDay] = []
        self._rank: list[int] = []
        self._ends: list[int] = []
        self.total = 0
        for ordinal in range(self._first, self._last + 1):
            self._rank.append(len(self.days))
            day = date.fromordinal(ordinal)
            hours = hours_on(day)
            if hours is not None:
                self.days.append(WorkDay(day, hours))
                self.total += self.days[-1].length
                self._ends.append(self.total)
        self._rank.append(len(self.days))

    def holds(self, ordinal: int) -> bool:
        """Say whether the day is in the loaded part of this year."""
        return self._first <= ordinal <= self._last

    def before(self, ordinal: int) -> int:
        """Return how many working days of the year lie before the day."""
        return self._rank[ordinal - self._first]

    def through(self, ordinal: int) -> int:
        """Return how many working days of the year lie before the day or are the day."""
        return self._rank[ordinal - self._first + 1]

    def get(self, ordinal: int) -> WorkDay | None:
        """Return the day if it is a working day."""
        index = self.before(ordinal)
        return self.days[index] if self.through(ordinal) > index else None

    def worked_before(self, at: datetime) -> int:
        """Return the office time (microseconds) of the year before a moment of it."""
        ordinal = at.toordinal()
        index = self.before(ordinal)
        worked = self._ends[index - 1] if index else 0
        day = self.get(ordinal)
        return worked if day is None else worked + day.worked_before(since_midnight(at))

    def moment_after(self, worked: int) -> datetime:
        """Return the first moment at which `worked` (0 < worked <= total) of the year has passed."""
        index = bisect_left(self._ends, worked)
        return self.days[index].moment_after(worked - (self._ends[index - 1] if index else 0))
