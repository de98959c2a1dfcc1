"""By when a decision must be published (NĐ 63/2010 Điều 15) and entered in the national database (Điều 24).

The law says days, the index of QĐ 766 counts working days: both are kept. The numbers are data with their
source, for six of the instruments they come from changed within eighteen months.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from worktime.calendar import CalendarNotLoaded, WorkCalendar

LEVELS = ("MINISTRY", "PROVINCE")
WARN_DAYS = 3
"""Working days before a deadline from which lists warn."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many days, counted before the act takes effect or after its signing."""

    days: int
    is_after_signing: bool
    source: str


RULES = {
    "MINISTRY": Rule(20, is_after_signing=False, source="NĐ 63/2010 Điều 15"),
    "PROVINCE": Rule(5, is_after_signing=False, source="NĐ 63/2010 Điều 15"),
    "SHORT": Rule(3, is_after_signing=True, source="NĐ 63/2010 Điều 15"),
}


def deadlines(
    level: str, *, signed_on: date | None, effective_on: date | None, is_short: bool, calendar: WorkCalendar
) -> dict[str, Any]:
    """Return {rule, days, source, by_calendar_days, by_working_days} for the underlying act.

    A day is null where the act's date or the calendar's year is not known: a guess would be a wrong deadline.
    """
    rule = RULES["SHORT" if is_short else level]
    base = signed_on if rule.is_after_signing else effective_on
    found: dict[str, Any] = {
        "rule": "SHORT" if is_short else level,
        "days": rule.days,
        "source": rule.source,
        "by_calendar_days": None,
        "by_working_days": None,
    }
    if base is None:
        return found
    step = rule.days if rule.is_after_signing else -rule.days
    found["by_calendar_days"] = (base + timedelta(days=step)).isoformat()
    try:
        day = (
            calendar.working_day_after(base, rule.days)
            if rule.is_after_signing
            else calendar.working_day_before(base, rule.days)
        )
    except CalendarNotLoaded:
        return found
    found["by_working_days"] = day.day.isoformat()
    return found


def standing(found: dict[str, Any], *, today: date, published_on: date | None, calendar: WorkCalendar) -> str:
    """Return ON_TIME or LATE (published), NONE, DUE_SOON or OVERDUE (not yet), by the earlier count."""
    days = [found[name] for name in ("by_calendar_days", "by_working_days") if found[name]]
    if not days:
        return "NONE"
    last = date.fromisoformat(min(days))
    if published_on is not None:
        return "ON_TIME" if published_on <= last else "LATE"
    if today > last:
        return "OVERDUE"
    try:
        left = calendar.working_days(today, last)
    except CalendarNotLoaded:
        left = (last - today).days
    return "DUE_SOON" if left <= WARN_DAYS else "NONE"
