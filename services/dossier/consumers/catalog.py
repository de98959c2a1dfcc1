"""Keeps local copies of what the catalogue publishes; a copy never goes back to an older event."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from kernel.core.event import ReceivedEvent
from kernel.service import handles
from services.dossier.use_cases.ports import Work

_COMMON_TYPES = ["application/pdf", "image/jpeg", "image/png"]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Term(_Fields):
    value: float | int = 0
    unit: str
    cutoff: str | None = None


class _Exemption(_Fields):
    who: str
    percent: float | int
    basis: str | None = None


class _Fee(_Fields):
    """A fee row; without an amount it names a regulation only, and somebody assesses it."""

    code: str = ""
    name: str | None = None
    kind: str = "FEE"
    amount: int | None = None
    collected: str | None = None
    free: bool = False
    doubtful: bool = False
    note: str | None = None
    payer: str = "ALL"
    exemptions: list[_Exemption] = []


class _Channel(_Fields):
    channel: str
    processing_time: _Term
    fees: list[_Fee] = []


class _Component(_Fields):
    code: str
    name: str
    mandatory: bool = True
    originals: int = 1
    certified_copies: int = 0
    photocopies: int = 0
    allowed_types: list[str] = _COMMON_TYPES
    max_bytes: int = 10_485_760


class _Result(_Fields):
    code: str = ""
    name: str


class _Decision(_Fields):
    change_kind: str | None = None


class ProcedureFields(_Fields):
    """The fields of a procedure a dossier needs."""

    code: str
    version: int
    agency: str = ""
    name: str
    sector: str
    route: str = "PROVINCE"
    submit_here: bool = False
    portal_url: str | None = None
    boundary_free: bool = False
    identification_level: int | None = None
    performing_agencies: list[str] | str = []
    channels: list[_Channel]
    components: list[_Component] = []
    results: list[_Result] = []
    process: str | None = None
    clock_policy: str = "PAUSE"
    due_time_mode: str = "END_OF_DAY"
    max_supplements: int = 1
    copies_sets: int = 1
    visibility: str = "PUBLIC"
    valid_from: date = date.min
    decision: _Decision | None = None


class _Next(_Fields):
    to: str
    when: str | None = ""


class _Step(_Fields):
    code: str
    name: str
    kind: str = "OFFICE"
    role: str | None = None
    unit: str | None = None
    agency: str | None = None
    hours: float | int
    next: list[_Next] = []
    can_return_to: list[str] = []
    issues_result: bool = False
    system: str | None = None
    consultation_of: list[str] = []
    join: str | None = None
    way: str | None = None
    tells: list[str] = []

    @model_serializer(mode="wrap")
    def _as_before(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write what most steps do not say not at all: their copies stay those that were sealed before."""
        found: dict[str, Any] = written(self)
        unsaid = {name for name in ("way", "tells") if not found[name]}
        return {name: value for name, value in found.items() if name not in unsaid}


class ProcessFields(_Fields):
    """The fields of an internal process a dossier needs."""

    code: str
    version: int
    first: str
    steps: list[_Step]


class FormFields(_Fields):
    """The form a citizen fills in; its members are judged by the catalogue before it is published."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    code: str
    version: int
    title: str
    form_schema: dict[str, Any] = Field(alias="schema")
    layout: dict[str, Any]
    fee: dict[str, Any] | None = None


class _OneStop(_Fields):
    name: str | None = None


class _Unit(_Fields):
    code: str
    name: str = ""


class _Continuing(_Fields):
    agency: str = ""
    by_procedure: dict[str, str] = {}


class _TookOver(_Fields):
    agency: str
    procedures: list[str] | None = None
    excluded: list[str] = Field(default=[], alias="except")


class _Given(_Fields):
    """Roles held in another's place."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    roles: list[str]
    procedures: list[str] = []
    agency: str
    unit: str | None = None
    giver: str = Field(default="", alias="from")
    from_name: str = ""
    valid_from: date
    valid_to: date
    decision: dict[str, Any] | None = None


class _Days(_Fields):
    valid_from: date
    valid_to: date


class StaffFields(_Fields):
    """Who sits where in which roles, who acts for whom, and who is away."""

    subject: str
    name: str = ""
    agency: str = ""
    unit: str | None = None
    roles: list[str] = []
    delegations: list[_Given] = []
    leaves: list[_Days] = []


class AgencyFields(_Fields):
    """The fields of an agency a dossier needs."""

    code: str
    name: str
    kind: str = ""
    level: str = ""
    calendar: str | None = None
    one_stop_unit: _OneStop | None = None
    address: str | None = None
    phone: str | None = None
    place: str | None = None
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: list[str] = []
    continuing: _Continuing | None = None
    predecessors: list[_TookOver] = []
    units: list[_Unit] = []


class _Day(_Fields):
    day: date
    status: str
    sessions: str | None = None


class _Season(_Fields):
    valid_from: date
    valid_to: date
    office_hours: str


class CalendarFields(_Fields):
    """One year of a working calendar."""

    code: str
    year: int
    office_hours: str
    seasons: list[_Season] = Field(default_factory=list)
    exceptions: list[_Day] = Field(default_factory=list)
    local_exceptions: list[_Day] = Field(default_factory=list)


@handles("procedure.published.v1", ProcedureFields)
async def on_procedure_published(
    data: ProcedureFields, *, event: ReceivedEvent, work: Work, now: datetime
) -> None:
    """Keep the version; dossiers accepted before keep theirs."""
    del now
    copy = data.model_dump(mode="json")
    is_abolished = data.decision is not None and data.decision.change_kind == "ABOLISHED"
    copy["open"] = data.visibility in {"PUBLIC", "PUBLIC_AMENDED"} and not is_abolished
    copy["portal_url"] = data.portal_url or ""
    await work.published.put_procedure(copy, event.sequence)


@handles("process.approved.v1", ProcessFields)
async def on_process_approved(
    data: ProcessFields, *, event: ReceivedEvent, work: Work, now: datetime
) -> None:
    """Keep the process; dossiers handed over under an older version keep that one."""
    del now
    await work.published.put_process(data.model_dump(mode="json"), event.sequence)


@handles("form.published.v1", FormFields)
async def on_form_published(data: FormFields, *, event: ReceivedEvent, work: Work, now: datetime) -> None:
    """Keep the form; what was handed in before is not looked at again."""
    del now
    await work.published.put_form(data.model_dump(mode="json", by_alias=True), event.sequence)


@handles("agency.changed.v1", AgencyFields)
async def on_agency_changed(data: AgencyFields, *, event: ReceivedEvent, work: Work, now: datetime) -> None:
    """Keep the agency, its last day and who goes on; dossiers keep the name they were received under.

    Where nothing says who continues running dossiers, the first successor does: none is left without one.
    """
    first = data.successors[0] if data.successors else ""
    continuing = data.continuing or _Continuing(agency=first)
    copy: dict[str, Any] = {
        "code": data.code,
        "name": data.name,
        "kind": data.kind,
        "level": data.level,
        "calendar": data.calendar or "default",
        "one_stop_name": (data.one_stop_unit.name or "") if data.one_stop_unit else "",
        "address": data.address or "",
        "phone": data.phone or "",
        "place": data.place or "",
        "parent": data.parent,
        "valid_from": data.valid_from,
        "valid_to": data.valid_to,
        "successors": data.successors,
        "continuing": continuing.agency or first,
        "continuing_by": continuing.by_procedure,
        "took_over": [item.model_dump(by_alias=True) for item in data.predecessors],
        "units": [unit.code for unit in data.units],
        "unit_names": {unit.code: unit.name for unit in data.units if unit.name},
        "heard_at": now,
    }
    await work.published.put_agency(copy, event.sequence)


@handles("staff.changed.v1", StaffFields)
async def on_staff_changed(data: StaffFields, *, event: ReceivedEvent, work: Work, now: datetime) -> None:
    """Keep who acts for whom; what one may do in one's own place comes with the token."""
    del now
    await work.published.put_staff(data.subject, data.model_dump(mode="json"), event.sequence)


@handles("calendar.changed.v1", CalendarFields)
async def on_calendar_changed(
    data: CalendarFields, *, event: ReceivedEvent, work: Work, now: datetime
) -> None:
    """Keep the year, the agency's own days over the national ones; due moments given stay as they were."""
    del now
    days = {item.day: item for item in (*data.exceptions, *data.local_exceptions)}
    copy = data.model_dump(mode="json", exclude={"local_exceptions", "exceptions"})
    copy["exceptions"] = [item.model_dump(mode="json") for item in days.values()]
    await work.published.put_calendar(copy, event.sequence, event.occurred_at)
