"""Agencies receive petitions, and their calendars say when what is due."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from kernel.core.event import ReceivedEvent
from kernel.service import Handler, handles


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Continuing(_Read):
    agency: str = ""
    by_procedure: dict[str, str] = Field(default_factory=dict)


class AgencyFields(_Read):
    """What petitions need of an agency."""

    code: str
    name: str
    calendar: str | None = None
    valid_from: date
    valid_to: date | None = None
    successors: list[str] = Field(default_factory=list)
    continuing: _Continuing | None = None

    @property
    def heir(self) -> str:
        """Who goes on with its petitions once it ended: who is said to, else the first successor."""
        named = self.continuing.agency if self.continuing else ""
        return named or next(iter(self.successors), "")

    @property
    def heirs(self) -> list[str]:
        """Everybody who goes on with some of its work: a petition names no procedure, so each may take it."""
        split = self.continuing.by_procedure.values() if self.continuing else ()
        return list(dict.fromkeys(one for one in (self.heir, *split) if one))


class _Day(_Read):
    day: date
    status: str
    sessions: str | None = None


class _Season(_Read):
    valid_from: date
    valid_to: date
    office_hours: str


class CalendarFields(_Read):
    """One year of a working calendar."""

    code: str
    year: int
    office_hours: str
    seasons: list[_Season] = Field(default_factory=list)
    exceptions: list[_Day] = Field(default_factory=list)
    local_exceptions: list[_Day] = Field(default_factory=list)


@handles("agency.changed.v1", AgencyFields)
async def on_agency_changed(
    data: AgencyFields,
    *,
    event: ReceivedEvent,
    work: Any,
    now: datetime,  # noqa: ARG001 - a handler's signature.
) -> None:
    """Keep the agency, its last day and who goes on."""
    told = data.model_dump(exclude={"successors", "continuing"})
    record = {**told, "calendar": data.calendar or "default", "continuing": data.heir, "heirs": data.heirs}
    work.offices.put_office(record, event.sequence)


@handles("calendar.changed.v1", CalendarFields)
async def on_calendar_changed(
    data: CalendarFields,
    *,
    event: ReceivedEvent,
    work: Any,
    now: datetime,  # noqa: ARG001 - a handler's signature.
) -> None:
    """Keep the year, the agency's own days over the national ones; what is appointed already stays."""
    days = {one.day: one for one in (*data.exceptions, *data.local_exceptions)}
    record = data.model_dump(mode="json", exclude={"exceptions", "local_exceptions"})
    record["exceptions"] = [one.model_dump(mode="json") for one in days.values()]
    work.offices.put_year(data.code, data.year, record, event.sequence)


HANDLERS: tuple[Handler, ...] = (on_agency_changed, on_calendar_changed)
