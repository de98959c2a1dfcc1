"""What the catalogue answers. Records keep members this version does not name: they grow without breaking."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.catalog.domain.items import ItemKind, Outcome


class Open(BaseModel):
    """A record that may say more than is named here."""

    model_config = ConfigDict(extra="allow")


class ProcedureSummary(BaseModel):
    """One line of a search."""

    code: str
    name: str
    sector: str
    sector_name: str
    levels: list[str]
    online_level: str
    route: str
    submit_here: bool
    version: int
    score: float


class Facet(BaseModel):
    """A value of a filter and how many of what was found have it."""

    value: str
    name: str | None
    count: int


class Facets(BaseModel):
    """The filters of a search."""

    sector: list[Facet]
    level: list[Facet]
    audience: list[Facet]
    online_level: list[Facet]
    agency: list[Facet]


class ProcedurePage(BaseModel):
    """A page of what was found."""

    items: list[ProcedureSummary]
    total: int
    facets: Facets
    next_cursor: str | None


class Procedure(Open):
    """A procedure as it is in force on a day."""

    code: str
    name: str
    sector: str
    sector_name: str | None
    levels: list[str]
    route: str
    submit_here: bool
    online_level: str | None
    identification_level: int = Field(
        description="Mức độ tài khoản định danh điện tử để nộp trực tuyến: 1 hoặc 2", ge=1, le=2
    )
    process: str | None
    applicant_types: list[str]
    channels: list[dict[str, Any]]
    components: list[dict[str, Any]]
    results: list[dict[str, Any]]
    legal_bases: list[dict[str, Any]]
    steps_text: list[str] | str
    requirements: str | list[str] | None = None
    keywords: list[str]
    decision: dict[str, Any] | None
    national: dict[str, Any] | None
    agency: str
    version: int
    valid_from: date
    valid_to: date | None
    visibility: str


class Agency(Open):
    """An agency with its days; one that has ended names those who carry on."""

    code: str
    legacy_code: str | None
    name: str
    level: str
    kind: str
    parent: str | None
    valid_from: date
    valid_to: date | None
    successors: list[str]
    units: list[dict[str, Any]]
    version: int
    short_name: str | None = None
    address: str | None = None
    phone: str | None = None
    place: str | None = None
    calendar: str | None = None
    one_stop_unit: dict[str, Any] | None = None


class Sector(Open):
    """A sector (lĩnh vực)."""

    code: str
    name: str
    version: int


class Process(Open):
    """An internal process (quy trình nội bộ)."""

    code: str
    name: str
    first: str
    steps: list[dict[str, Any]]
    critical_hours: float
    version: int | None


class Calendar(Open):
    """One year of a working calendar."""

    code: str
    year: int
    office_hours: str
    exceptions: list[dict[str, Any]]
    version: int


class InterlinkedGroup(Open):
    """Procedures submitted together."""

    code: str
    name: str
    lead_procedure: str
    members: list[dict[str, Any]]
    version: int | None
    lead_agency: str | None = None
    merged_components: str | None = None


class StaffMember(Open):
    """An entry of the staff directory."""

    subject: str
    name: str
    agency: str
    unit: str | None
    roles: list[str]
    version: int
    position: str | None = None
    phone: str | None = None
    email: str | None = None
    sits_at: Any = None


class ImportItem(BaseModel):
    """What became of one entry of the document."""

    kind: ItemKind
    code: str
    outcome: Outcome
    reasons: list[str]


class ImportReport(BaseModel):
    """What became, or would become, of the whole document."""

    dry_run: bool
    counts: dict[str, dict[str, int]]
    items: list[ImportItem]


class ImportBody(BaseModel):
    """The province's document, or records of the national catalogue under `public_procedures` alone."""

    model_config = ConfigDict(extra="forbid")

    province: dict[str, Any] | None = None
    agencies: list[dict[str, Any]] = []
    staff: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    administrative_units: list[dict[str, Any]] = []
    calendars: list[dict[str, Any]] = []
    sectors: list[dict[str, Any]] = []
    processes: list[dict[str, Any]] = []
    procedures: list[dict[str, Any]] = []
    interlinked_groups: list[dict[str, Any]] = []
    legal_documents: list[dict[str, Any]] = []
    public_procedures: list[dict[str, Any]] = []
