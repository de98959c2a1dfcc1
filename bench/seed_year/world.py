"""What the year is made of: the agencies, procedures, processes and calendar the dossier service knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg
import orjson

from services.dossier.domain.definitions import Agency, Procedure, Process, calendar_of
from worktime.calendar import WorkCalendar

_AGENCIES = (
    "SELECT code, name, kind, level, calendar, one_stop_name, address, phone FROM agencies"
    " WHERE valid_to IS NULL ORDER BY code"
)
_PROCEDURES = "SELECT DISTINCT ON (code) data FROM procedures ORDER BY code, version DESC"
_PROCESSES = "SELECT DISTINCT ON (code) code, data FROM processes ORDER BY code, version DESC"
_CALENDAR = "SELECT data FROM calendars WHERE code = 'default' ORDER BY year"


@dataclass(frozen=True, slots=True)
class Desk:
    """A procedure at who decides it and who receives for it, with its share of the year."""

    procedure: Procedure
    process: Process
    receiving: Agency
    competent: Agency
    weight: float


@dataclass(frozen=True, slots=True)
class World:
    """Everything the planner chooses from."""

    desks: tuple[Desk, ...]
    communes: tuple[Agency, ...]
    calendar: WorkCalendar
    calendar_code: str = "default"


async def read_world(connection: asyncpg.Connection) -> World:
    """Read what the service has taken in from the catalogue."""
    agencies = {row["code"]: Agency(**dict(row)) for row in await connection.fetch(_AGENCIES)}
    known = [Procedure.of(_json(row["data"])) for row in await connection.fetch(_PROCEDURES)]
    # What a ministry works, or whose term nobody knows, has no year of its own here.
    procedures = [
        one
        for one in known
        if one.route == "PROVINCE" and all(channel.term is not None for channel in one.channels.values())
    ]
    rows = await connection.fetch(_PROCESSES)
    processes = {row["code"]: Process.of(_json(row["data"])) for row in rows}
    years = [_json(row["data"]) for row in await connection.fetch(_CALENDAR)]
    communes = tuple(one for one in agencies.values() if one.kind == "COMMUNE")
    worked = [
        (procedure, processes[procedure.process])
        for procedure in procedures
        if procedure.route == "PROVINCE" and procedure.is_open and procedure.process in processes
    ]
    calendar = calendar_of(_with_december(years)) if years else None
    if calendar is None or not worked:
        raise LookupError("the service knows no calendar or no procedure yet")
    return World(tuple(_desks(worked, agencies, communes)), communes, calendar)


async def given_numbers(connection: asyncpg.Connection) -> dict[tuple[str, date], int]:
    """Return the last number of each agency and day the service has given."""
    rows = await connection.fetch("SELECT agency, day, last FROM code_counters")
    return {(row["agency"], row["day"]): row["last"] for row in rows}


def _desks(
    worked: list[tuple[Procedure, Process]], agencies: Mapping[str, Agency], communes: tuple[Agency, ...]
) -> list[Desk]:
    """Spread procedures over agencies: a few are asked for often, most seldom; large communes get more."""
    centre = next((one for one in agencies.values() if one.kind == "SERVICE_CENTER"), None)
    found: list[Desk] = []
    for rank, (procedure, process) in enumerate(worked, 1):
        share = 1 / rank
        at = [one for one in communes if procedure.is_performed_by(one)]
        if at:
            found += [
                Desk(procedure, process, one, one, share / (place + 1) ** 0.6) for place, one in enumerate(at)
            ]
        for code in sorted(procedure.performing_agencies - {one.code for one in at}):
            if code in agencies:
                competent = agencies[code]
                found.append(Desk(procedure, process, centre or competent, competent, share * 0.5))
    return found


def _with_december(years: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the December before in front, for what is carried over: it has no public holiday in any year."""
    first = min(years, key=lambda item: int(item["year"]))
    before = {**first, "year": int(first["year"]) - 1, "exceptions": [], "seasons": []}
    return [before, *years]


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value
