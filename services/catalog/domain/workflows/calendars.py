"""Working calendars as the catalogue keeps them, ready to count with."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from worktime.calendar import DayException, DayKind, OfficeHours, WorkCalendar


def calendar_of(years: Iterable[Mapping[str, Any]]) -> WorkCalendar | None:
    """Return the calendar of the loaded years of one code, local days over national; None without any."""
    ordered = sorted(years, key=lambda year: int(year["year"]))
    if not ordered:
        return None
    days = {
        item["day"]: item
        for year in ordered
        for item in (*(year.get("exceptions") or ()), *(year.get("local_exceptions") or ()))
    }
    first, last = int(ordered[0]["year"]), int(ordered[-1]["year"])
    seasons = [(date(int(year["year"]), 1, 1), OfficeHours.parse(year["office_hours"])) for year in ordered]
    return WorkCalendar.from_seasons(
        seasons, [_exception(item) for item in days.values()], (date(first, 1, 1), date(last, 12, 31))
    )


def _exception(item: Mapping[str, Any]) -> DayException:
    hours = OfficeHours.parse(item["sessions"]) if item.get("sessions") else None
    return DayException(date.fromisoformat(item["day"]), DayKind(item["status"]), hours)
