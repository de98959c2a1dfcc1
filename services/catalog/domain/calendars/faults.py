"""What is wrong with a year of a calendar, each reason under a code that never changes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from worktime.office_hours import OfficeHours

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason (Vietnamese) with the place in the record it speaks of."""

    code: str
    place: str
    reason: str


def day_of(text: object) -> date | None:
    """Return an ISO day, None for anything else."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def hours_of(text: object) -> OfficeHours | None:
    """Return office hours, None when they cannot be read, cross midnight or overlap."""
    try:
        return OfficeHours.parse(str(text))
    except ValueError:
        return None


def days_of(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return every day that differs: an agency's own ones stand over the national ones of the same day."""
    days = {
        str(one.get("day")): one
        for one in (*(record.get("exceptions") or ()), *(record.get("local_exceptions") or ()))
    }
    return [days[day] for day in sorted(days)]


def is_worked(day: date, differing: Mapping[str, Mapping[str, Any]]) -> bool:
    """Say whether a day is worked, given the days that differ from Monday to Friday."""
    found = differing.get(day.isoformat())
    return day.weekday() < _SATURDAY if found is None else found["status"] != "OFF"


def faults_of(record: Mapping[str, Any]) -> list[Fault]:
    """Return every reason why a year cannot be worked with; the record's members are of the right types."""
    year = int(record["year"])
    found = _hours(record.get("office_hours"), "office_hours")
    found += _seasons(record.get("seasons") or (), year)
    for name in ("exceptions", "local_exceptions"):
        found += _days(record.get(name) or (), name, year)
    return found or swap_faults(days_of(record))


def _hours(text: object, place: str) -> list[Fault]:
    if hours_of(text) is None:
        return [Fault("hours-unreadable", place, "giờ làm việc sai, chồng nhau hoặc qua nửa đêm")]
    return []


def _seasons(seasons: Sequence[Mapping[str, Any]], year: int) -> list[Fault]:
    found: list[Fault] = []
    taken: list[tuple[date, date]] = []
    for index, season in enumerate(seasons):
        place = f"seasons[{index}]"
        found += _hours(season.get("office_hours"), f"{place}.office_hours")
        first, last = day_of(season.get("valid_from")), day_of(season.get("valid_to"))
        if first is None or last is None or last < first:
            found.append(Fault("season-period", place, "mùa phải có ngày đầu và ngày cuối, theo thứ tự"))
            continue
        if not first.year == last.year == year:
            found.append(Fault("day-outside-year", place, "mùa nằm ngoài năm của lịch"))
        if any(first <= to and since <= last for since, to in taken):
            found.append(Fault("seasons-overlap", place, "hai mùa chồng ngày nhau"))
        taken.append((first, last))
    return found


def _days(days: Sequence[Mapping[str, Any]], name: str, year: int) -> list[Fault]:
    found = []
    times = Counter(str(one.get("day")) for one in days)
    for index, one in enumerate(days):
        place, day = f"{name}[{index}]", day_of(one.get("day"))
        if day is None or day.year != year:
            found.append(Fault("day-outside-year", place, "có ngày ngoài năm của lịch"))
        if times[str(one.get("day"))] > 1:
            found.append(Fault("day-twice", place, "có ngày khai hai lần"))
        if one.get("status") == "HALF" or one.get("sessions"):
            found += _hours(one.get("sessions"), f"{place}.sessions")
        if one.get("status") == "OFF" and one.get("sessions"):
            found.append(Fault("day-off-with-hours", place, "ngày nghỉ không có giờ làm việc"))
    return found


def swap_faults(days: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """Return where a swapped day has no partner: each day off is made up by one day worked, and back.

    The day off would have been worked and the make-up day would not: so a swap never changes how many
    days of a year are worked.
    """
    known = {str(one["day"]): one for one in days}
    found = []
    for day, one in known.items():
        if not one.get("swap_with"):
            continue
        other = known.get(str(one["swap_with"]))
        pair = {one["status"] == "OFF", other is not None and other["status"] == "OFF"}
        place, moved = f"days[{day}]", day_of(day)
        if other is None or other.get("swap_with") != day or pair != {True, False}:
            found.append(Fault("swap-without-pair", place, "ngày hoán đổi không có cặp nghỉ và làm bù"))
        elif moved is not None and (moved.weekday() < _SATURDAY) != (one["status"] == "OFF"):
            found.append(
                Fault("swap-unbalanced", place, "hoán đổi phải lấy một ngày làm việc đổi một ngày nghỉ tuần")
            )
    return found
