"""Until when a published decision must be in the national database (NĐ 63/2010 Đ.24)."""

from datetime import date

from worktime.calendar import CalendarNotLoaded, WorkCalendar

ENTRY_DAYS = {"MINISTRY": 10, "PROVINCE": 5}
"""Working days from signing."""
SHORT_DAYS = 2
"""Working days from signing for acts made by the short procedure, whoever signs."""
WARN_DAYS = 1
"""An entry is warned about from so many working days before its due day."""


def entry_due_on(
    calendar: WorkCalendar | None, signed_on: date, level: str, *, is_short: bool
) -> date | None:
    """Return the last working day for the entry, the day of signing not counted; None without a calendar."""
    if calendar is None:
        return None
    days = SHORT_DAYS if is_short else ENTRY_DAYS[level]
    try:
        return calendar.working_day_after(signed_on, days).day
    except CalendarNotLoaded:
        return None


def entry_state(due_on: date | None, done_on: date | None, today: date) -> str:
    """Return DONE, DONE_LATE, OVERDUE, OPEN, or UNKNOWN while the due day cannot be counted."""
    if due_on is None:
        return "DONE" if done_on else "UNKNOWN"
    if done_on is not None:
        return "DONE_LATE" if done_on > due_on else "DONE"
    return "OVERDUE" if today > due_on else "OPEN"


def is_soon(calendar: WorkCalendar | None, due_on: date | None, today: date) -> bool:
    """Say whether an open entry is due today or on the next working day."""
    if calendar is None or due_on is None or today > due_on:
        return False
    try:
        return calendar.working_days(today, due_on) <= WARN_DAYS
    except CalendarNotLoaded:
        return True
