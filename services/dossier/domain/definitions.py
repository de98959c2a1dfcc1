"""What the catalogue says of procedures, processes and calendars, as far as a dossier needs it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from worktime.calendar import DayException, DayKind, OfficeHours, WorkCalendar
from worktime.office_hours import parse_time
from worktime.seasons import Stretch, season_starts
from worktime.term import ClockPolicy, DueTimeMode, Term, Unit


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as it was when we last heard of it."""

    code: str
    name: str
    kind: str = ""
    level: str = ""
    calendar: str = "default"
    one_stop_name: str = ""
    address: str = ""
    phone: str = ""
    place: str = ""
    """The place name (địa danh) its documents are dated at; empty: told by its address."""


@dataclass(frozen=True, slots=True)
class Component:
    """A paper the procedure asks for."""

    code: str
    name: str
    is_mandatory: bool
    allowed_types: frozenset[str]
    max_bytes: int
    originals: int = 1
    certified_copies: int = 0
    photocopies: int = 0


@dataclass(frozen=True, slots=True)
class Channel:
    """How long and for how much, by the way the dossier came; no term where the catalogue knows none."""

    term: Term | None
    fees: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Procedure:
    """One version of a procedure; dossiers keep the version they were accepted under."""

    code: str
    version: int
    name: str
    sector: str
    route: str
    is_submitted_here: bool
    is_open: bool
    portal_url: str
    is_boundary_free: bool
    performing_agencies: frozenset[str]
    is_for_communes: bool
    channels: dict[str, Channel]
    components: dict[str, Component]
    results: tuple[dict[str, Any], ...]
    process: str
    clock_policy: ClockPolicy
    due_time_mode: DueTimeMode
    max_supplements: int
    copies_sets: int = 1
    identification_level: int | None = None
    """Of the account it is handed in with; None: the operator's."""

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Procedure":
        """Read a stored copy."""
        performing = data.get("performing_agencies") or []
        return cls(
            code=data["code"],
            version=data["version"],
            name=data["name"],
            sector=data["sector"],
            route=data["route"],
            is_submitted_here=data["submit_here"],
            is_open=data["open"],
            portal_url=data["portal_url"],
            is_boundary_free=data["boundary_free"],
            performing_agencies=frozenset(performing) if isinstance(performing, list) else frozenset(),
            is_for_communes=performing == "ALL_COMMUNES",
            channels={item["channel"]: _channel(item) for item in data["channels"]},
            components={item["code"]: _component(item) for item in data["components"]},
            results=tuple(data["results"]),
            process=data.get("process") or "",
            clock_policy=ClockPolicy(data["clock_policy"]),
            due_time_mode=DueTimeMode(data["due_time_mode"]),
            max_supplements=data["max_supplements"],
            copies_sets=data.get("copies_sets") or 1,
            identification_level=data.get("identification_level"),
        )

    def channel(self, name: str) -> Channel | None:
        """Return what holds for a channel, None where the procedure is not offered that way."""
        return self.channels.get(name)

    def is_performed_by(self, agency: Agency, inherited: frozenset[str] = frozenset()) -> bool:
        """Tell whether the agency, or one it carries on, works this procedure; an empty list leaves it."""
        if self.is_for_communes:
            return agency.kind == "COMMUNE" or agency.level == "COMMUNE"
        mine = {agency.code} | inherited
        return not self.performing_agencies or not mine.isdisjoint(self.performing_agencies)


@dataclass(frozen=True, slots=True)
class StepRule:
    """A step of an internal process."""

    code: str
    name: str
    kind: str
    role: str
    unit: str
    agency: str
    hours: Decimal
    next: tuple[tuple[str, str], ...]
    can_return_to: tuple[str, ...]
    issues_result: bool
    system: str
    consultation_of: tuple[str, ...]
    join: str = "LAPSE"
    way: str = ""
    tells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Process:
    """An approved internal process."""

    code: str
    version: int
    first: str
    steps: dict[str, StepRule]

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Process":
        """Read a stored copy."""
        return cls(
            code=data["code"],
            version=data["version"],
            first=data["first"],
            steps={item["code"]: _step(item) for item in data["steps"]},
        )


def calendar_of(years: list[dict[str, Any]]) -> WorkCalendar | None:
    """Return the calendar made of the loaded years of one code; None when none is loaded.

    A year missing between them is no year without holidays: nothing is counted through it.
    """
    if not years:
        return None
    ordered = sorted(years, key=lambda item: int(item["year"]))
    exceptions = [_exception(item) for year in ordered for item in year["exceptions"]]
    seasons = [start for year in ordered for start in _season_starts(year)]
    return WorkCalendar.of_years([int(year["year"]) for year in ordered], seasons, exceptions)


def _season_starts(year: dict[str, Any]) -> list[tuple[date, OfficeHours]]:
    stretches = [
        Stretch(
            date.fromisoformat(item["valid_from"]),
            date.fromisoformat(item["valid_to"]),
            OfficeHours.parse(item["office_hours"]),
        )
        for item in year.get("seasons") or ()
    ]
    return season_starts(int(year["year"]), OfficeHours.parse(year["office_hours"]), stretches)


def _exception(item: dict[str, Any]) -> DayException:
    sessions = item.get("sessions")
    hours = OfficeHours.parse(sessions) if sessions else None
    return DayException(date.fromisoformat(item["day"]), DayKind(item["status"]), hours)


def term_of(data: dict[str, Any]) -> Term:
    """Read a processing time; a same-day term has no number of its own."""
    unit = Unit(data["unit"])
    cutoff = parse_time(data["cutoff"]) if data.get("cutoff") else None
    return Term(Decimal(0) if unit is Unit.SAME_DAY else Decimal(str(data["value"])), unit, cutoff)


def _channel(item: dict[str, Any]) -> Channel:
    time = item["processing_time"]
    # What a ministry publishes with a number and no unit is kept so: nobody may guess days.
    is_known = time["unit"] in Unit.__members__
    return Channel(term=term_of(time) if is_known else None, fees=tuple(item.get("fees", ())))


def _component(item: dict[str, Any]) -> Component:
    return Component(
        code=item["code"],
        name=item["name"],
        is_mandatory=item["mandatory"],
        allowed_types=frozenset(item["allowed_types"]),
        max_bytes=item["max_bytes"],
        originals=item["originals"],
        certified_copies=item["certified_copies"],
        photocopies=item["photocopies"],
    )


def _step(item: dict[str, Any]) -> StepRule:
    return StepRule(
        code=item["code"],
        name=item["name"],
        kind=item["kind"],
        role=item.get("role") or "",
        unit=item.get("unit") or "",
        agency=item.get("agency") or "",
        hours=Decimal(str(item["hours"])),
        next=tuple((way["to"], way.get("when") or "") for way in item["next"]),
        can_return_to=tuple(item["can_return_to"]),
        issues_result=item["issues_result"],
        system=item.get("system") or "",
        consultation_of=tuple(item.get("consultation_of") or ()),
        join=item.get("join") or "LAPSE",
        way=item.get("way") or "",
        tells=tuple(item.get("tells") or ()),
    )
