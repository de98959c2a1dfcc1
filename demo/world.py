"""What the demonstration knows of the sample province, and computes by itself to check the system."""

import re
from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from province.read import read
from worktime.calendar import WorkCalendar
from worktime.deadline import due_at
from worktime.term import ClockPolicy, DueTimeMode, Stop, Term, Unit


class World:
    """The sample province as data."""

    def __init__(self) -> None:
        document = read()
        self.staff: list[dict[str, Any]] = document["staff"]
        self._people = {person["subject"]: person for person in document["people"]}
        self._procedures = {procedure["code"]: procedure for procedure in document["procedures"]}
        self._agencies = {agency["code"]: agency for agency in document["agencies"]}
        self._calendars: list[dict[str, Any]] = document["calendars"]

    def person(self, subject: str) -> dict[str, Any]:
        """Return a sample citizen."""
        return dict(self._people[subject])

    def staff_with(self, role: str) -> str:
        """Return the subject of a member of staff with this role."""
        return str(next(member["subject"] for member in self.staff if role in member["roles"]))

    def is_legal_code(self, code: str, agency: str) -> bool:
        """Tell whether a dossier code has the legal form for this agency."""
        return re.fullmatch(rf"{re.escape(agency)}-\d{{6}}-\d{{4,}}", code) is not None

    def due(
        self, agency: str, procedure: str, channel: str, accepted_at: datetime, stops: Sequence[Stop] = ()
    ) -> datetime:
        """Return when a dossier is due, from the data and the pure arithmetic alone."""
        found = self._procedures[procedure]
        given = next(one for one in found["channels"] if one["channel"] == channel)["processing_time"]
        cutoff = time.fromisoformat(given["cutoff"]) if given.get("cutoff") else None
        term = Term(Decimal(str(given["value"])), Unit(given["unit"]), cutoff)
        policy, mode = ClockPolicy(found["clock_policy"]), DueTimeMode(found["due_time_mode"])
        calendar = self._calendar(self._agencies[agency]["calendar"])
        return due_at(calendar, accepted_at, term, stops, policy, mode)

    def _calendar(self, code: str) -> WorkCalendar:
        years = [year for year in self._calendars if year["code"] == code]
        exceptions = "|".join(
            f"{item['status']}:{item['day']}" + (f"@{item['sessions']}" if item.get("sessions") else "")
            for year in years
            for item in year["exceptions"]
        )
        return WorkCalendar.parse(years[0]["office_hours"], exceptions)
