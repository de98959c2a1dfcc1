"""What goes in and out of statistics over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.dossier.api.moments import Day
from services.dossier.api.schemas.requests import Strict
from services.dossier.api.texts import Code, Note, Reason
from services.dossier.domain.figures.asked import Cut
from services.dossier.domain.figures.export import ExportState, Format
from services.dossier.domain.figures.numbers import Number

Only = Annotated[
    dict[Cut, Annotated[list[Code], Field(min_length=1, max_length=50)]], Field(max_length=len(Cut))
]


class RateOut(BaseModel):
    """An exact fraction; `percent` is for display and null without a denominator."""

    numerator: int
    denominator: int
    percent: str | None


class CellOut(BaseModel):
    """The numbers of one part and cut; each of `numbers` opens at `statistics/dossiers`."""

    first: date
    last: date
    cut: dict[str, str]
    numbers: dict[str, int]
    amounts: dict[str, int]
    rates: dict[str, RateOut]


class CorrectionOut(BaseModel):
    """What was changed in a closed period after it was closed, summed over its dossiers."""

    period_id: UUID
    first: date
    last: date
    dossiers: int
    numbers: dict[str, int]


class StatisticsOut(BaseModel):
    """Figures: LIVE as they are at `as_of`, CLOSED as a person closed them."""

    first: date
    last: date
    as_of: datetime
    source: str
    closed_at: datetime | None
    period_id: UUID | None
    formulas: str
    items: list[CellOut]
    corrections: list[CorrectionOut]


class CountedDossierOut(BaseModel):
    """A dossier behind a number; no name of any person."""

    dossier_id: UUID
    mirror_id: UUID | None
    """Of one that another system works and that is no dossier of ours: the same id, read there."""
    source: str | None
    outside_code: str | None
    status_at: datetime | None
    dossier_code: str | None
    reference: str | None
    procedure: str
    procedure_name: str | None
    sector: str
    agency: str
    receiving_agency: str
    place: str
    channel: str
    route: str
    cause: str
    state: str | None
    received_at: datetime | None
    due_at: datetime | None
    stopped_at: datetime | None
    ended_at: datetime | None
    ending: str
    punctuality: str


class CountedDossiersOut(BaseModel):
    """A page of the dossiers behind a number."""

    items: list[CountedDossierOut]
    next_cursor: str | None


class DossierCorrectionOut(BaseModel):
    """A dossier that left (-1) or came into (+1) numbers of a closed period."""

    period_id: UUID
    first: date
    last: date
    dossier_id: UUID
    amended_at: datetime | None
    numbers: dict[str, int]


class CorrectionsOut(BaseModel):
    """Corrections made on the days asked for, dossier by dossier."""

    items: list[DossierCorrectionOut]


class ClosingIn(Strict):
    """Days to close, both included."""

    first: Day
    last: Day
    note: Note = ""


class ClosedPeriodOut(BaseModel):
    """A closed period; `rows` dossiers are kept as they were."""

    period_id: UUID
    first: date
    last: date
    as_of: datetime
    closed_at: datetime
    closed_by: str
    note: str
    formulas: str
    rows: int


class ClosedPeriodsOut(BaseModel):
    """A page of closed periods."""

    items: list[ClosedPeriodOut]
    next_cursor: str | None


class ExportIn(Strict):
    """The list behind a number, as a file; a reason is needed (domain.md 9)."""

    number: Number
    first: Day
    last: Day
    format: Format
    reason: Reason
    only: Only = Field(default_factory=dict)


class ExportOut(BaseModel):
    """How far an export is; its file is at `exports/{id}/content` once READY."""

    export_id: UUID
    state: ExportState
    format: Format
    number: Number
    first: date
    last: date
    as_of: datetime
    asked_at: datetime
    rows_done: int
    rows_all: int | None
    finished_at: datetime | None
    size: int | None
    failure: str


class ExportsOut(BaseModel):
    """A page of my exports."""

    items: list[ExportOut]
    next_cursor: str | None
