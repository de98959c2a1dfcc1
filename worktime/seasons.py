"""Office hours by season: dated stretches of a year with hours of their own, the usual hours around them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from worktime.office_hours import OfficeHours


class Stretch(NamedTuple):
    """Days, both ends included, on which other hours than the usual ones are kept (summer hours)."""

    first_day: date
    last_day: date
    office_hours: OfficeHours


def season_starts(
    year: int, usual: OfficeHours, stretches: Iterable[Stretch] = ()
) -> list[tuple[date, OfficeHours]]:
    """Return the days of a year from which other hours are kept, as `WorkCalendar.from_seasons` takes them.

    ValueError when a stretch leaves the year, ends before it begins, or shares a day with another.
    """
    starts = {date(year, 1, 1): usual}
    last_taken = date.min
    for stretch in sorted(stretches, key=lambda one: one.first_day):
        if not stretch.first_day.year == stretch.last_day.year == year:
            raise ValueError(f"a season of {year} lies in it: {stretch.first_day} to {stretch.last_day}")
        if stretch.last_day < stretch.first_day:
            raise ValueError(f"a season ends before it begins: {stretch.first_day} to {stretch.last_day}")
        if stretch.first_day <= last_taken:
            raise ValueError(f"two seasons share {stretch.first_day}")
        last_taken = stretch.last_day
        starts[stretch.first_day] = stretch.office_hours
        if stretch.last_day < date(year, 12, 31):
            starts[stretch.last_day + timedelta(days=1)] = usual
    return sorted(starts.items())
