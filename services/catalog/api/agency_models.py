"""What is asked and answered about agencies, their places and their staff."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.catalog.api.publishing.models.basics import Day as RealDay
from services.catalog.domain.identifiers import agency_code
from services.catalog.domain.registers import ROLES

NOT_AN_IDENTIFIER = "Không phải mã định danh cơ quan (QĐ 20/2020 hoặc QCVN 102:2016)"


def _new_form(given: str) -> str:
    code = agency_code(given)
    if code is None:
        raise ValueError(NOT_AN_IDENTIFIER)
    return code


def _role(given: str) -> str:
    if given not in ROLES:
        message = "Không phải vai trò của hệ thống"
        raise ValueError(message)
    return given


AgencyCode = Annotated[str, Field(min_length=3, max_length=50), AfterValidator(_new_form)]
Role = Annotated[str, Field(max_length=50), AfterValidator(_role)]
Subject = Annotated[str, Field(min_length=1, max_length=63)]
ProcedureCode = Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Strict(BaseModel):
    """A body that says nothing we do not read."""

    model_config = ConfigDict(extra="forbid")


class AgencyDecisionBody(Strict):
    """The paper a change rests on."""

    number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    signed_on: RealDay


class UnitBody(Strict):
    """A unit of an agency."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
    name: Name


class NewAgencyBody(Strict):
    """An agency the decision founds."""

    code: AgencyCode
    name: Name
    short_name: Annotated[str, Field(max_length=200)] | None = None
    level: Literal["MINISTRY", "PROVINCE", "DISTRICT", "COMMUNE", "OTHER"]
    kind: Annotated[str, Field(min_length=1, max_length=50)]
    parent: AgencyCode | None = None
    calendar: Annotated[str, Field(max_length=63)] = "default"
    address: Annotated[str, Field(max_length=500)] | None = None
    phone: Annotated[str, Field(max_length=30)] | None = None
    place: (
        Annotated[
            str,
            Field(max_length=100, description="Địa danh ghi trên văn bản (NĐ 30/2020, Phụ lục I)"),
        ]
        | None
    ) = None
    units: Annotated[list[UnitBody], Field(max_length=200)] = []


class PlacementBody(Strict):
    """Where a member of staff goes."""

    subject: Subject
    agency: AgencyCode
    unit: Annotated[str, Field(max_length=63)] = ""


class ShareBody(Strict):
    """Who is competent for a procedure afterwards; `*` for all that are not named."""

    procedure: Annotated[str, Field(pattern=r"^(?:\d\.\d{6}|\*)$")]
    agencies: Annotated[list[AgencyCode], Field(min_length=1, max_length=200)]


class MoveBody(Strict):
    """What goes where: a subordinate agency or a one-stop point."""

    code: Annotated[str, Field(min_length=1, max_length=63)]
    agency: AgencyCode


class AgencyChangeBody(Strict):
    """One decision about agencies; which members it needs depends on its kind."""

    kind: Literal["MERGE", "SPLIT", "RENAME", "DISSOLVE", "MOVE"]
    decision: AgencyDecisionBody
    effective_on: RealDay
    is_correction: bool = False
    ended: Annotated[list[AgencyCode], Field(max_length=200)] = []
    created: Annotated[list[NewAgencyBody], Field(max_length=200)] = []
    successors: Annotated[list[AgencyCode], Field(max_length=200)] = []
    continuing: AgencyCode | None = None
    procedures: Annotated[list[ShareBody], Field(max_length=5000)] = []
    children: Annotated[list[MoveBody], Field(max_length=500)] = []
    staff: Annotated[list[PlacementBody], Field(max_length=5000)] = []
    points: Annotated[list[MoveBody], Field(max_length=500)] = []
    agency: AgencyCode | None = None
    name: Name | None = None
    short_name: Annotated[str, Field(max_length=200)] | None = None
    parent: AgencyCode | None = None


class Settled(BaseModel):
    """How, when and by whom something left open was settled."""

    by: str
    at: datetime
    outcome: str


class Question(BaseModel):
    """Something the decision leaves open, until somebody settles it."""

    about: str
    code: str
    text: str
    closed: Settled | None = None


class QuestionClosing(Strict):
    """How something left open was settled."""

    about: Annotated[str, Field(min_length=1, max_length=50)]
    code: Annotated[str, Field(min_length=1, max_length=63)]
    outcome: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class ChangeWithdrawal(Strict):
    """Why a change does not come."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Withdrawal(BaseModel):
    """Who withdrew a change, when and why."""

    by: str
    at: datetime
    reason: str


class AgencyChangePreview(BaseModel):
    """What a change does."""

    model_config = ConfigDict(extra="allow")

    kind: str
    effective_on: date
    applies: Literal["NOW", "ON_THE_DAY"]
    ended: list[dict[str, Any]]
    created: list[dict[str, Any]]
    moved: list[dict[str, Any]]
    competence: list[dict[str, Any]]
    staff: list[dict[str, Any]]
    one_stop_points: list[dict[str, Any]]
    open_questions: list[Question]


class AgencyChange(BaseModel):
    """A change as it is kept."""

    id: UUID
    kind: str
    number: str
    signed_on: date
    effective_on: date
    state: Literal["PENDING", "APPLIED", "WITHDRAWN"]
    summary: AgencyChangePreview
    open_questions: list[Question]
    made_by: str
    made_at: datetime
    applied_at: datetime | None
    withdrawal: Withdrawal | None
    version: int


class OfferingBody(Strict):
    """A competence to record."""

    procedure: ProcedureCode
    valid_from: RealDay
    valid_to: RealDay | None = None
    decision: AgencyDecisionBody


class OfferingEndBody(Strict):
    """The last day of a competence."""

    procedure: ProcedureCode
    last_day: date


class Offering(BaseModel):
    """That an agency is competent for a procedure on these days."""

    agency: str
    procedure: str
    valid_from: date
    valid_to: date | None


class Offerings(BaseModel):
    """What an agency is competent for."""

    items: list[Offering]


class Level(BaseModel):
    """An administrative level with its days."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None


class Levels(BaseModel):
    """The register of levels."""

    items: list[Level]
