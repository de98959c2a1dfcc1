"""A year as it applies: what the shipped file or an approved year says, with every later decision over it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from services.catalog.domain.calendars.faults import day_of, days_of, hours_of
from worktime.calendar import DayException, DayKind, WorkCalendar
from worktime.office_hours import OfficeHours
from worktime.seasons import Stretch, season_starts

PROPOSED = "PROPOSED"


def composed(base: Mapping[str, Any], decisions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a year with the days and seasons of decisions over it, in the order they were approved.

    A decision is {id, kind, number, signed_on, signer, reason, days, seasons}; a day whose status is USUAL
    is again what the week pattern makes of it.
    """
    record = {name: value for name, value in base.items() if name not in {"decisions", "version"}}
    days = {str(one["day"]): dict(one) for one in days_of(base)}
    seasons = list(base.get("seasons") or ())
    for decision in decisions:
        for day in decision.get("days") or ():
            days.pop(str(day["day"]), None)
            if day["status"] != "USUAL":
                days[str(day["day"])] = {
                    "source": decision["number"],
                    "reason": decision["reason"],
                    **{name: value for name, value in day.items() if value is not None},
                }
        seasons += [{**one, "source": decision["number"]} for one in decision.get("seasons") or ()]
    record["exceptions"] = [days[day] for day in sorted(days)]
    record["local_exceptions"] = []
    if seasons:
        record["seasons"] = sorted(seasons, key=lambda one: str(one["valid_from"]))
    if decisions:
        record["decisions"] = [dict(one) for one in decisions]
    return record


def carried_over(given: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a shipped year makes of the one held: the file decides, later decisions stay over it.

    None when the file only proposes what has been announced or decided already.
    """
    if given.get("status_of_source") == PROPOSED and held and held.get("status_of_source") != PROPOSED:
        return None
    decisions = held.get("decisions") or ()
    return composed(given, decisions) if decisions else dict(given)


def calendar_of(years: Iterable[Mapping[str, Any]]) -> WorkCalendar | None:
    """Return the calendar of the loaded years of one code, local days over national; None without any.

    Nothing is counted through a year between them that is not loaded.
    """
    ordered = sorted(years, key=lambda year: int(year["year"]))
    if not ordered:
        return None
    seasons = [start for year in ordered for start in starts_of(year)]
    days = [_exception(one) for year in ordered for one in days_of(year)]
    return WorkCalendar.of_years([int(year["year"]) for year in ordered], seasons, days)


def starts_of(year: Mapping[str, Any]) -> list[tuple[date, OfficeHours]]:
    """Return the days of a year from which other hours are kept."""
    stretches = [
        Stretch(
            date.fromisoformat(one["valid_from"]),
            date.fromisoformat(one["valid_to"]),
            OfficeHours.parse(one["office_hours"]),
        )
        for one in year.get("seasons") or ()
    ]
    return season_starts(int(year["year"]), OfficeHours.parse(year["office_hours"]), stretches)


def _exception(item: Mapping[str, Any]) -> DayException:
    hours = OfficeHours.parse(item["sessions"]) if item.get("sessions") else None
    return DayException(date.fromisoformat(item["day"]), DayKind(item["status"]), hours)


def working_days_by_month(record: Mapping[str, Any]) -> list[int]:
    """Return how many days of each month are worked."""
    calendar = calendar_of([record])
    year = int(record["year"])
    counts = [0] * 12
    day = date(year, 1, 1)
    while calendar is not None and day.year == year:
        counts[day.month - 1] += calendar.is_working_day(day)
        day += timedelta(days=1)
    return counts


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each day, season or member that is not the same, in the order of days."""
    found = [
        {"field": name, "old": old.get(name), "new": new.get(name)}
        for name in ("office_hours", "status_of_source", "source")
        if old.get(name) != new.get(name)
    ]
    for name, key, of in (
        ("seasons", "valid_from", lambda record: record.get("seasons") or ()),
        ("days", "day", days_of),
    ):
        before = {str(one[key]): one for one in of(old)}
        after = {str(one[key]): one for one in of(new)}
        found += [
            {"field": f"{name}[{at}]", "old": before.get(at), "new": after.get(at)}
            for at in sorted(before.keys() | after.keys())
            if _said(before.get(at)) != _said(after.get(at))
        ]
    return found


def _said(one: Mapping[str, Any] | None) -> object:
    """Return what a day or season means, whoever says it: the reason's wording is no difference."""
    if one is None:
        return None
    hours = one.get("sessions") or one.get("office_hours")
    read = hours_of(hours) if hours else None
    return (one.get("status"), one.get("valid_to"), str(read) if read else None, one.get("swap_with"))


def hours_on(record: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Return whether a day is worked, at which hours, and who says so."""
    calendar = calendar_of([record])
    hours = calendar.hours_on(day) if calendar is not None else None
    differs = next((one for one in days_of(record) if day_of(one["day"]) == day), None)
    season = next(
        (
            one
            for one in record.get("seasons") or ()
            if str(one["valid_from"]) <= day.isoformat() <= str(one["valid_to"])
        ),
        None,
    )
    return {
        "day": day.isoformat(),
        "is_worked": hours is not None,
        "sessions": [str(session) for session in hours.sessions] if hours else [],
        "season": season.get("name") if season else None,
        "reason": differs.get("reason") if differs else None,
        "source": differs.get("source") if differs else None,
    }
