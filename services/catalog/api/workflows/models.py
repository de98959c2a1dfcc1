"""What is sent and answered about processes and groups."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kernel.core.clock import VIETNAM
from services.catalog.domain.workflows.differences import Difference
from services.catalog.domain.workflows.drafts import Draft, WorkflowDraftState
from services.catalog.domain.workflows.faults import Fault

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WorkflowDraftBody(_Sent):
    """The content of a draft: a process or a group as the province's document writes it."""

    content: dict[str, Any]
    base_version: Annotated[int | None, Field(strict=True, ge=0, le=2**53)] = None


class ReturnBody(_Sent):
    """Why a draft goes back."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class ApprovalBody(_Sent):
    """The decision that approves."""

    number: Short
    signed_on: date
    signer: Short
    effective_on: date


class ApprovalAnswer(BaseModel):
    """The decision that approved; older records may lack a member."""

    model_config = ConfigDict(extra="allow")

    number: str | None = None
    signed_on: date | None = None
    signer: str | None = None
    effective_on: date | None = None


class Entry(BaseModel):
    """What was done to a draft, when and by whom (null: by the clock)."""

    at: datetime
    by: str | None
    what: str
    note: str


class WorkflowDraftAnswer(BaseModel):
    """A draft as it stands."""

    id: UUID
    code: str
    base_version: int
    state: WorkflowDraftState
    content: dict[str, Any]
    authors: list[str]
    note: str
    approval: ApprovalAnswer | None
    approved_by: str | None
    approved_at: datetime | None
    published_version: int | None
    history: list[Entry]
    created_at: datetime
    changed_at: datetime
    version: int

    @classmethod
    def of(cls, draft: Draft) -> "WorkflowDraftAnswer":
        """Return the answer of a draft, moments in Vietnam's time."""
        approval = draft.approval
        said = (
            None
            if approval is None
            else ApprovalAnswer(
                number=approval.number,
                signed_on=approval.signed_on,
                signer=approval.signer,
                effective_on=approval.effective_on,
            )
        )
        return cls(
            id=draft.id,
            code=draft.code,
            base_version=draft.base_version,
            state=draft.state,
            content=draft.data,
            authors=list(draft.authors),
            note=draft.note,
            approval=said,
            approved_by=draft.approved_by,
            approved_at=draft.approved_at.astimezone(VIETNAM) if draft.approved_at else None,
            published_version=draft.published_version,
            history=[Entry.model_validate(one) for one in draft.history],
            created_at=draft.created_at.astimezone(VIETNAM),
            changed_at=draft.changed_at.astimezone(VIETNAM),
            version=draft.version,
        )


class Drafts(BaseModel):
    """Drafts begun together."""

    items: list[WorkflowDraftAnswer]


class WorkflowFaultAnswer(BaseModel):
    """A reason: stable code, what it is about, words for people."""

    code: str
    about: list[str]
    reason: str

    @classmethod
    def of(cls, fault: Fault) -> "WorkflowFaultAnswer":
        """Return the answer of a fault."""
        return cls(code=fault.code, about=list(fault.about), reason=fault.reason)


class WorkflowVerdictAnswer(BaseModel):
    """What keeps a draft from being approved today, and what an approver should know."""

    is_sound: bool
    is_base_moved: bool
    faults: list[WorkflowFaultAnswer]
    notes: list[str]


class VersionAnswer(BaseModel):
    """A version in time; `version` is null while an approved one waits for its day."""

    version: int | None
    valid_from: date
    valid_to: date | None
    state: str
    approved_by: ApprovalAnswer | None
    approved_person: str | None


class Versions(BaseModel):
    """All versions, newest first."""

    items: list[VersionAnswer]


class WorkflowDifferenceAnswer(BaseModel):
    """One place that differs, such as steps[ky].hours."""

    path: str
    change: str
    before: Any
    after: Any

    @classmethod
    def of(cls, found: Difference) -> "WorkflowDifferenceAnswer":
        """Return the answer of a difference."""
        return cls(path=found.path, change=found.change, before=found.before, after=found.after)


class Differences(BaseModel):
    """Everything that differs."""

    items: list[WorkflowDifferenceAnswer]


class TimedAnswer(BaseModel):
    """A step in time; `beside` names the step an opinion runs beside."""

    code: str
    name: str
    kind: str
    hours: float
    begins_at: datetime
    due_at: datetime
    beside: str
    slack_hours: float | None


class WalkAnswer(BaseModel):
    """One way through, in time."""

    facts: dict[str, Any]
    way: list[str]
    steps: list[TimedAnswer]
    ends_at: datetime
    slack_hours: float | None
    is_within: bool | None


class SimulationAnswer(BaseModel):
    """When each step would be due, beside the whole due moment of the procedure."""

    start: datetime
    term: dict[str, Any] | None
    due_at: datetime | None
    walks: list[WalkAnswer]


class WayOn(BaseModel):
    """Where a step leads, and when in words."""

    to: str
    when: str


class SheetRow(BaseModel):
    """A row of the process sheet."""

    number: str
    code: str
    name: str
    who: str
    hours: float
    product: str | None
    next: list[WayOn]
    returns_to: list[str]
    beside: list[str]
    may_skip: list[str]


class Sheet(BaseModel):
    """The process in the order of work."""

    code: str
    name: str
    critical_hours: float
    rows: list[SheetRow]


class PaperPart(BaseModel):
    """What a paper stands for in one member."""

    procedure: str
    code: str | None
    name: str | None
    mandatory: bool
    condition: str | None
    case: str | None


class PaperAnswer(BaseModel):
    """One paper of the group; `merged_by` says why several members' papers are one."""

    key: str
    name: str
    merged_by: str
    asked: bool
    reason: str
    from_procedure: str | None
    from_result: str | None
    mandatory: bool
    originals: int
    certified_copies: int
    photocopies: int
    parts: list[PaperPart]


class Pair(BaseModel):
    """Two papers that look alike and were left apart."""

    one: str
    other: str
    alike_by: str


class GroupComponents(BaseModel):
    """The papers of the whole group, each handed in once."""

    code: str
    on: date
    papers: list[PaperAnswer]
    look_again: list[Pair]
    unknown_members: list[str]


class MemberTime(BaseModel):
    """A member in time; `channel` is the one counted."""

    procedure: str
    channel: str
    case: str
    term: dict[str, Any]
    begins_at: datetime
    due_at: datetime
    waits_for: str | None


class AppointmentAnswer(BaseModel):
    """The one appointment and the members that decide it, first to last."""

    code: str
    start: datetime
    due_at: datetime
    path: list[str]
    members: list[MemberTime]
