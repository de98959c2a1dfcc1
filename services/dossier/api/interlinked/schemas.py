"""What people send and see of interlinked submissions."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.dossier.api.moments import Moment
from services.dossier.api.schemas.answers import Warned
from services.dossier.api.schemas.requests import (
    CounterFile,
    Delivery,
    FewIds,
    Form,
    Helper,
    Owner,
    Representative,
    Strict,
)
from services.dossier.api.texts import Code, Line, Note, Reason

PaperName = Annotated[str, StringConstraints(strict=True, max_length=120, pattern=r"^[\w.:-]+/[\w.:-]+$")]


class PaperIn(Strict):
    """A paper handed in once; `names` are `procedure/component`, one for each member that asks for it."""

    names: Annotated[list[PaperName], Field(min_length=1, max_length=20)]
    attachment_ids: FewIds = Field(default_factory=list)
    form: Form = "electronic"


class GroupSubmissionIn(Strict):
    """One submission for a whole group."""

    group_code: Code
    channel: Literal["ONLINE"] = "ONLINE"
    owner: Owner
    representative: Representative | None = None
    receiving_agency: Code
    """The lead agency: who receives the whole group."""
    agencies: Annotated[dict[Code, Code], Field(max_length=20)] = Field(default_factory=dict)
    """Whose a member is, by procedure, where the applicant chooses."""
    papers: Annotated[list[PaperIn], Field(max_length=50)] = Field(default_factory=list)
    form_data: Annotated[dict[str, Any], Field(max_length=500)] = Field(default_factory=dict)
    result_delivery: Delivery = "COUNTER"
    helper: Helper | None = None
    authorization_id: UUID | None = None


class CounterGroupIn(GroupSubmissionIn):
    """The same, taken at the counter of the lead agency; `component_code` of a scan is a paper's name."""

    channel: Literal["DIRECT"] = "DIRECT"  # type: ignore[assignment]  # the counter's own way in
    files: Annotated[list[CounterFile], Field(max_length=30)] = Field(default_factory=list)


class MemberDecisionIn(Strict):
    """What becomes of the members after one that ended without its result, is late or could not be opened."""

    procedure: Code
    choice: Literal["GO_ON", "WAIT", "STOP"]
    reason: Reason


class GroupWithdrawalIn(Strict):
    """Why the whole submission is withdrawn."""

    reason: Note = ""


class OutsideMemberIn(Strict):
    """What is known of a member another system works."""

    procedure: Code
    source: Code
    outside_code: Line
    state: Literal["SENT", "ACCEPTED", "GRANTED", "REFUSED", "WITHDRAWN"]
    at: Moment
    due_at: Moment | None = None
    reason: Note = ""

    @model_validator(mode="after")
    def _due_after(self) -> "OutsideMemberIn":
        if self.due_at is not None and self.state not in {"SENT", "ACCEPTED"}:
            raise ValueError("Chỉ hồ sơ chưa kết thúc mới có hạn giải quyết")
        return self


class MemberOut(BaseModel):
    """A member as the caller may see it."""

    procedure: dict[str, str]
    after: list[str]
    agency: dict[str, str]
    continuing_agency: dict[str, str] | None = None
    """Who works it since its agency ended."""
    route: str
    status: str
    status_name: str
    is_lead: bool
    dossier_id: UUID | None = None
    dossier_code: str | None = None
    state: str | None = None
    state_name: str | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    is_overdue: bool = False
    reason: str = ""


class QuestionOut(BaseModel):
    """What waits for the lead agency's decision."""

    procedure: str
    kind: str
    title: str
    asked_at: datetime
    reason: str


class GroupDecisionOut(BaseModel):
    """What was decided, and why."""

    procedure: str
    kind: str
    choice: str
    reason: str
    by: str
    at: datetime


class InterlinkedOut(BaseModel):
    """One submission: one reference, one appointment, its members."""

    interlinked_dossier_id: UUID
    version: int
    reference: str
    group: dict[str, Any]
    lead_agency: dict[str, str]
    continuing_agency: dict[str, str] | None = None
    """Who answers for the whole since the lead agency ended."""
    origin: str
    channel: str
    state: str
    state_name: str
    outcome: str | None
    is_withdrawn: bool
    owner_name: str
    submitted_at: datetime
    expected_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    ended_at: datetime | None
    members: list[MemberOut]
    questions: list[QuestionOut]
    decisions: list[GroupDecisionOut]
    actions: list[str]
    slip_id: UUID | None = None
    """The one receipt slip in force (`papers/{paper_id}`), for the party and the lead agency."""
    secret: str | None = None
    warnings: list[Warned] = []


class InterlinkedItem(BaseModel):
    """A line of a list."""

    interlinked_dossier_id: UUID
    reference: str
    group: dict[str, Any]
    lead_agency: dict[str, str]
    state: str
    state_name: str
    owner_name: str
    submitted_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    version: int


class InterlinkedPage(BaseModel):
    """A page of a list."""

    items: list[InterlinkedItem]
    next_cursor: str | None = None


class InterlinkedEntry(BaseModel):
    """One entry of a submission's history."""

    version: int
    type: str
    at: datetime
    change: dict[str, Any]


class InterlinkedHistory(BaseModel):
    """What happened, oldest first."""

    items: list[InterlinkedEntry]
