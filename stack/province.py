"""What a development stack takes from the sample province besides the catalogue's import."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stack.keys import Keys
from stack.plan import POSTAL_OPERATOR
from stack.postgres.cluster import write_secret
from worktime.calendar import WorkCalendar

KIOSKS_FILE = "kiosks.json"
MACHINES_FILE = "machines.json"


def office_calendar(document: dict[str, Any], code: str = "default") -> WorkCalendar:
    """Return a working calendar of all years the province ships."""
    years = [calendar for calendar in document["calendars"] if calendar["code"] == code]
    exceptions = "|".join(_exception(item) for calendar in years for item in calendar["exceptions"])
    return WorkCalendar.parse(years[0]["office_hours"], exceptions)


def _exception(item: dict[str, Any]) -> str:
    sessions = item.get("sessions")
    return f"{item['status']}:{item['day']}" + (f"@{sessions}" if sessions else "")


def sample_users(document: dict[str, Any]) -> dict[str, Any]:
    """Return the people and officers the development issuer may sign in."""
    return {"people": document["people"], "staff": document["staff"]}


def write_sign_ins(
    data: Path, document: dict[str, Any], desks: Sequence[dict[str, Any]], keys: Keys
) -> tuple[Path, list[str]]:
    """Write down who may sign in; return the file of people and officers, and the names of the kiosks.

    What each kiosk signs in with stands in `kiosks.json` beside it, other machines in `machines.json`,
    for whoever wants to play one.
    """
    users = data / "sample-users.json"
    users.write_text(json.dumps(sample_users(document), ensure_ascii=False))
    kiosks = [kiosk["subject"] for desk in desks for kiosk in desk["kiosks"]]
    write_secret(data / KIOSKS_FILE, json.dumps({one: keys.kiosk_secret(one) for one in kiosks}, indent=2))
    write_secret(
        data / MACHINES_FILE, json.dumps({POSTAL_OPERATOR: keys.kiosk_secret(POSTAL_OPERATOR)}, indent=2)
    )
    return users, kiosks
