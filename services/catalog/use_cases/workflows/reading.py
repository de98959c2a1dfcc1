"""What readers ask: what applies on a day, what changed, when each step and the whole would be due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.catalog.domain.calendars.composing import calendar_of
from services.catalog.domain.errors import NoSuchEntry, NoSuchProcedure
from services.catalog.domain.interlinked import reference_faults
from services.catalog.domain.items import ItemKind
from services.catalog.domain.workflows.appointment import Appointment, NoTerm, appointment, term_of
from services.catalog.domain.workflows.components import Merged, merge, of_case
from services.catalog.domain.workflows.differences import Difference, differences
from services.catalog.domain.workflows.errors import BadScenario, NoCalendar, NotCountable, Unsound
from services.catalog.domain.workflows.facts import read_scenario, rules_with_implied
from services.catalog.domain.workflows.faults import faults
from services.catalog.domain.workflows.fit import terms_of
from services.catalog.domain.workflows.graph import Graph
from services.catalog.domain.workflows.simulation import Walk, all_ways, follow, walk, whole_due
from services.catalog.use_cases.ports import Work
from services.catalog.use_cases.workflows.judge import sealed
from worktime.calendar import CalendarNotLoaded, WorkCalendar
from worktime.term import DueTimeMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a simulation is of: from when, for which procedure, channel, case, agency, in which situations."""

    start: datetime
    procedure: str = ""
    channel: str = ""
    case: str = ""
    agency: str = ""
    scenarios: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Simulation:
    """The ways in time, and the whole due moment with its term where a procedure was named."""

    walks: list[Walk]
    due_at: datetime | None
    term: Mapping[str, Any] | None


async def version_on(
    kind: ItemKind, code: str, on: date, *, work: Work, today: date, rather: str = ""
) -> Mapping[str, Any]:
    """Return what applies on a day, of the code `rather` (an agency's variant) where there is one."""
    codes = [rather, code] if rather else [code]
    found = await work.workflows.version(kind, codes, on, today)
    if found is None:
        raise NoSuchEntry
    return sealed(kind, found)


async def differences_between(
    kind: ItemKind, code: str, before: int, after: int, *, work: Work
) -> list[Difference]:
    """Return what differs between two versions."""
    found = await work.workflows.numbered(kind, code, [before, after])
    if before not in found or after not in found:
        raise NoSuchEntry
    return differences(found[before], found[after])


async def simulate(process: Mapping[str, Any], asked: Asked, *, work: Work) -> Simulation:
    """Return when each step would be due; without scenarios, along every way through (64 at most).

    Raises `Unsound` for a draft that cannot be walked, `BadScenario`, `NotCountable`, `NoCalendar`.
    """
    wrong = faults(process)
    if wrong:
        raise Unsound.because(wrong)
    graph = Graph(process)
    procedure = await _procedure(asked, work)
    agency = asked.agency or _performing(procedure)
    places = sorted({agency, *(step.get("agency") or "" for step in process["steps"])} - {""})
    calendars = _calendars(await work.workflows.calendars(places))
    own = calendars.get(agency) or calendars.get("")
    if own is None:
        raise NoCalendar
    term = _term(procedure, asked)
    try:
        due = None
        if term is not None:
            mode = DueTimeMode((procedure or {}).get("due_time_mode") or "END_OF_DAY")
            due = whole_due(own, asked.start, term_of(term), mode)
        walks = [
            walk(graph, way, facts, calendars={**calendars, "": own}, start=asked.start, due=due)
            for way, facts in _ways(process, graph, asked)
        ]
    except CalendarNotLoaded as error:
        raise NoCalendar from error
    return Simulation(walks, due, term)


def _ways(
    process: Mapping[str, Any], graph: Graph, asked: Asked
) -> list[tuple[list[str], Mapping[str, Any]]]:
    if not asked.scenarios:
        return [(way, {}) for way in all_ways(graph)]
    rules = rules_with_implied(process)
    try:
        situations = [read_scenario(text, rules) for text in asked.scenarios]
    except ValueError as error:
        raise BadScenario(str(error)) from error
    return [(follow(graph, facts), facts) for facts in situations]


async def _procedure(asked: Asked, work: Work) -> Mapping[str, Any] | None:
    if not asked.procedure:
        return None
    found = (await work.workflows.members([asked.procedure], asked.start.date())).procedures
    if asked.procedure not in found:
        raise NoSuchProcedure
    return found[asked.procedure]


def _performing(procedure: Mapping[str, Any] | None) -> str:
    named = (procedure or {}).get("performing_agencies") or []
    return str(named[0]) if isinstance(named, list) and named else ""


def _term(procedure: Mapping[str, Any] | None, asked: Asked) -> Mapping[str, Any] | None:
    if procedure is None:
        return None
    terms = [one for one in terms_of(procedure) if not asked.channel or one[0] == asked.channel]
    chosen = next((one for one in terms if one[1] == asked.case), None)
    if chosen is None or chosen[2].get("unit") in {None, "UNKNOWN"}:
        raise NotCountable
    return chosen[2]


def _calendars(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, WorkCalendar]:
    read = {agency: calendar_of(years) for agency, years in found.items()}
    return {agency: calendar for agency, calendar in read.items() if calendar is not None}


async def components_of(
    code: str, on: date, cases: Mapping[str, str], *, work: Work, today: date
) -> tuple[Mapping[str, Any], Merged, list[str]]:
    """Return a group, its papers each once, and members of which nothing is known on that day.

    Of a member whose case is named, papers of its other cases are left out.
    """
    group = await version_on(ItemKind.INTERLINKED_GROUP, code, on, work=work, today=today)
    codes = [member["procedure"] for member in group["members"]]
    found = (await work.workflows.members(codes, on)).procedures
    known = {one: of_case(record, cases.get(one, "")) for one, record in found.items()}
    return group, merge(group, known), [code for code in codes if code not in found]


async def appoint(
    code: str,
    start: datetime,
    channel: str,
    cases: Mapping[str, str],
    agency: str,
    *,
    work: Work,
    today: date,
) -> tuple[Mapping[str, Any], Appointment]:
    """Return a group and the one appointment a citizen who hands in at a moment is given.

    `agency` counts for members every commune performs. Raises `Unsound` (a member unknown or abolished),
    `NotCountable`, `NoCalendar`.
    """
    group = await version_on(ItemKind.INTERLINKED_GROUP, code, start.date(), work=work, today=today)
    codes = [member["procedure"] for member in group["members"]]
    known = await work.workflows.members(codes, start.date())
    blocking = [
        fault
        for fault in reference_faults(group, known.procedures, known.agencies)
        if fault.code in {"member-unknown", "member-abolished"}
    ]
    if blocking:
        raise Unsound.because(blocking)
    places = {one: _performing(known.procedures[one]) or agency for one in codes}
    calendars = _calendars(await work.workflows.calendars(sorted({*places.values()} - {""})))
    chosen = {one: calendars.get(place) or calendars.get("") for one, place in places.items()}
    counted = {one: calendar for one, calendar in chosen.items() if calendar is not None}
    if len(counted) < len(codes):
        raise NoCalendar
    try:
        return group, appointment(group["members"], known.procedures, counted, start, channel, cases)
    except NoTerm as error:
        raise NotCountable(f"Thủ tục {error} chưa công bố thời hạn tính được") from error
    except CalendarNotLoaded as error:
        raise NoCalendar from error
