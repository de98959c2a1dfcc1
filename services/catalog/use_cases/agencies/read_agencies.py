"""An agency as of a day, whatever generation of code one asks with: who it was, who answers now."""

from datetime import date
from typing import Any

from services.catalog.domain.agencies.errors import NoSuchEntry
from services.catalog.domain.agencies.in_time import as_of, is_in_force, who_answers
from services.catalog.use_cases.ports import Work


async def read_agency(code: str, day: date, *, work: Work) -> dict[str, Any]:
    """Return the agency as it is on the day, `in_force`, and `answered_by`: who works for it on that day."""
    line, coming = await work.agencies.line(code) if code else ({}, ())
    if code not in line:
        raise NoSuchEntry
    version, agency = line[code]
    records = {one: record for one, (_, record) in line.items()}
    found = as_of(agency, day, coming)
    found.pop("decided", None)
    return {
        **found,
        "version": version,
        "on": day.isoformat(),
        "in_force": is_in_force(agency, day),
        "answered_by": [
            {"code": one, "name": as_of(records[one], day)["name"]} for one in who_answers(code, records, day)
        ],
        "decided": [
            {"effective_on": effective_on.isoformat(), **members}
            for effective_on, members in coming
            if members
        ],
    }
