"""What a development stack takes from the sample province besides the catalogue's import."""

from typing import Any

from worktime.calendar import WorkCalendar


def office_calendar(document: dict[str, Any]) -> WorkCalendar:
    """Return the default working calendar of all years the province ships."""
    years = [calendar for calendar in document["calendars"] if calendar["code"] == "default"]
    exceptions = "|".join(_exception(item) for calendar in years for item in calendar["exceptions"])
    return WorkCalendar.parse(years[0]["office_hours"], exceptions)


def _exception(item: dict[str, Any]) -> str:
    sessions = item.get("sessions")
    return f"{item['status']}:{item['day']}" + (f"@{sessions}" if sessions else "")


def sample_users(document: dict[str, Any]) -> dict[str, Any]:
    """Return the people and officers the development issuer may sign in."""
    return {"people": document["people"], "staff": document["staff"]}
