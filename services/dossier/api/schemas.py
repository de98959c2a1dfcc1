"""What comes in and goes out over HTTP; nothing else is accepted."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictInt,
    StringConstraints,
)

from services.dossier.api.texts import (
    Address,
    Code,
    Email,
    Line,
    LongLine,
    Name,
    NameOrNothing,
    Note,
    Number,
    Phone,
    Reason,
)

IdentityType = Literal["CITIZEN_ID", "OLD_ID", "PASSPORT", "TAX_CODE", "OTHER"]
Form = Literal["original", "certified_copy", "photocopy", "electronic"]
Delivery = Literal["COUNTER", "POST", "ELECTRONIC"]


def _each_once(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) < len(ids):
        raise ValueError("Có tệp lặp lại")
    return ids


_ONCE = AfterValidator(_each_once)
_UNIQUE: dict[str, JsonValue] = {"uniqueItems": True}
Ids = Annotated[list[UUID], Field(max_length=50, json_schema_extra=_UNIQUE), _ONCE]
FewIds = Annotated[list[UUID], Field(max_length=20, json_schema_extra=_UNIQUE), _ONCE]


class Strict(BaseModel):
    """A request: unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class Owner(Strict):
    """Chủ hồ sơ."""

    full_name: Name
    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: Number | None = None
    applicant_type: Literal["CITIZEN", "BUSINESS", "STATE_AGENCY", "ORGANISATION"] = "CITIZEN"
    phone: Phone | None = None
    email: Email | None = None
    address: Address | None = None
    birth_date: date | None = None


class Representative(Strict):
    """Người được ủy quyền: phải là người đang nộp."""

    full_name: Name
    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: Number
    phone: Phone | None = None
    email: Email | None = None
    scope: Note | None = None
    valid_until: date | None = None
    authorization_attachment_id: UUID | None = None


class HandedComponent(Strict):
    """A component as handed in."""

    component_code: Code
    attachment_ids: FewIds = []
    form: Form = "electronic"


class SubmissionIn(Strict):
    """A dossier handed in online."""

    procedure_code: Code
    channel: Literal["ONLINE"] = "ONLINE"
    owner: Owner
    representative: Representative | None = None
    receiving_agency: Code
    competent_agency: Code | None = None
    components: Annotated[list[HandedComponent], Field(max_length=50)] = []
    form_data: Annotated[dict[str, Any], Field(max_length=500)] = {}
    result_delivery: Delivery = "COUNTER"


class CounterIn(Strict):
    """A dossier received over the counter or by post."""

    procedure_code: Code
    channel: Literal["DIRECT", "POSTAL"] = "DIRECT"
    owner: Owner
    representative: Representative | None = None
    receiving_agency: Code
    competent_agency: Code | None = None
    components: Annotated[list[HandedComponent], Field(max_length=50)] = []
    form_data: Annotated[dict[str, Any], Field(max_length=500)] = {}
    result_delivery: Delivery = "COUNTER"


class PortalAttachment(Strict):
    """A file of a portal-born dossier, its content inline."""

    name: Line
    component_code: Annotated[str, StringConstraints(strict=True, max_length=64)] = ""
    media_type: Annotated[str, StringConstraints(strict=True, max_length=200)] = ""
    sha256: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")] | None = None
    content_base64: Annotated[str, StringConstraints(strict=True, min_length=1)]
    is_digitised: StrictBool = True
    reuse: Annotated[StrictInt, Field(ge=0, le=2)] = 0
    is_from_personal_store: StrictBool = False


class PortalIn(Strict):
    """A dossier born on the national portal, as the gateway mapped it."""

    portal_code: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64, pattern=r"^\S+$")]
    procedure_code: Code
    owner: Owner
    representative: Representative | None = None
    agency: Code
    competent_agency: Code | None = None
    attachments: Annotated[list[PortalAttachment], Field(max_length=50)] = []
    form_data: Annotated[dict[str, Any], Field(max_length=500)] = {}
    result_delivery: Delivery = "COUNTER"
    submitted_at: datetime
    is_vneid_verified: StrictBool = True


class PortalSupplementIn(Strict):
    """What the applicant of a portal-born dossier sent after being asked."""

    portal_code: Annotated[str, StringConstraints(strict=True, max_length=64)] = ""
    note: Note = ""
    attachments: Annotated[list[PortalAttachment], Field(max_length=50)] = []
    form_data: Annotated[dict[str, Any], Field(max_length=500)] = {}
    submitted_at: datetime | None = None


class PortalOut(BaseModel):
    """What became of a portal-born dossier."""

    outcome: Literal["created", "repeated"]
    dossier_id: UUID


class PaperOut(BaseModel):
    """A paper: its PDF is at `/v1/papers/{paper_id}`."""

    paper_id: UUID
    kind: str
    number: str
    issued_at: datetime


class Receipt(BaseModel):
    """What a write answers: where the dossier is now. `secret` comes with acceptance only."""

    dossier_id: UUID
    reference: str
    dossier_code: str | None
    state: str
    version: int
    due_at: datetime | None
    step: dict[str, Any] | None
    secret: str | None = None
    paper_ids: list[UUID] = []


class AttachmentOut(BaseModel):
    """A file that was kept."""

    attachment_id: UUID
    sha256: str
    media_type: str
    size: int
    file_name: str
    component_code: str
    purpose: str


class NoteIn(Strict):
    """An action that needs no more than a remark."""

    note: Note = ""


class SupplementItem(Strict):
    """One published component that is missing or wrong."""

    component_code: Code
    reason: Reason


class SupplementIn(Strict):
    """Everything that is missing, in one go."""

    items: Annotated[list[SupplementItem], Field(min_length=1, max_length=50)]
    reason: Reason
    answer_days: Annotated[StrictInt, Field(ge=1, le=365)] | None = None


class AnswerIn(Strict):
    """The applicant's answer to a supplement request."""

    attachment_ids: Ids = []
    note: Note = ""


class RefusalIn(Strict):
    """Why, and by which law."""

    reason: Reason
    legal_basis: Reason


class StepCompletionIn(Strict):
    """How a step ended: DONE goes on (by `next`, else by the conditions in `facts`), RETURNED goes back."""

    step: Code
    outcome: Literal["DONE", "RETURNED"] = "DONE"
    next: Code | None = None
    note: Note = ""
    facts: Annotated[dict[Code, StrictBool], Field(max_length=20)] = {}


class ApprovalIn(Strict):
    """Yes or no, with a remark."""

    approved: StrictBool = True
    note: Note = ""


class WithdrawalDecisionIn(Strict):
    """Yes or no to a withdrawal."""

    approved: StrictBool
    note: Note = ""
    legal_basis: Note = ""


class ResultIn(Strict):
    """The signed result as it is numbered and issued."""

    number: Line
    name: LongLine = ""
    outcome: Literal["GRANTED", "REFUSED"] = "GRANTED"
    reason: Note = ""
    signed_by: NameOrNothing = ""
    attachment_ids: Ids = []


class ReturnIn(Strict):
    """How the result reached the applicant."""

    delivery: Delivery = "COUNTER"
    receiver_name: NameOrNothing = ""
    tracking_number: Annotated[str, StringConstraints(strict=True, max_length=64)] = ""
    note: Note = ""


class RecallIn(Strict):
    """Why a result is taken back."""

    reason: Reason


class OutsideResultIn(Strict):
    """The answer of an outside system; `completed` goes on, anything else goes back."""

    request_id: UUID
    outcome: Line
    evidence: Annotated[dict[str, Any], Field(max_length=100)] = {}
    note: Note = ""
    finished_at: datetime | None = None


class OutsideResultOut(BaseModel):
    """Whether the answer was taken now or before."""

    outcome: Literal["accepted", "repeated"]


class DossierItem(BaseModel):
    """A dossier in a list."""

    dossier_id: UUID
    reference: str
    dossier_code: str | None
    portal_code: str | None
    procedure_code: str
    procedure_name: str
    channel: str
    origin: str
    state: str
    state_name: str
    version: int
    owner_name: str
    receiving_agency: str
    competent_agency: str
    submitted_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    is_overdue: bool
    step: dict[str, Any] | None
    task_due_at: datetime | None


class DossierPage(BaseModel):
    """One page of dossiers."""

    items: list[DossierItem]
    next_cursor: str | None = None


class DossierOut(BaseModel):
    """Everything a dossier's screen shows; `owner`, papers and files only for whoever may see them."""

    dossier_id: UUID
    version: int
    reference: str
    dossier_code: str | None
    portal_code: str | None
    origin: str
    channel: str
    procedure: dict[str, str]
    procedure_version: int
    helping_agency: dict[str, str]
    receiving_agency: dict[str, str]
    competent_agency: dict[str, str]
    state: str
    state_name: str
    portal_status: int
    clock: str
    submitted_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    original_due_at: datetime | None
    ended_at: datetime | None
    is_overdue: bool
    step: dict[str, Any] | None
    actions: list[str]
    owner_masked: str
    owner: dict[str, Any] | None
    representative: dict[str, Any] | None
    form_data: dict[str, Any] | None
    result_delivery: str
    components: list[dict[str, Any]]
    attachments: list[AttachmentOut]
    papers: list[PaperOut]
    fees: list[dict[str, Any]]
    supplements: list[dict[str, Any]]
    draft: dict[str, Any] | None
    consultations: list[dict[str, Any]]
    steps_done: list[dict[str, Any]]
    result: dict[str, Any] | None
    secret: str | None


class HistoryEntry(BaseModel):
    """One change."""

    version: int
    type: str
    at: datetime
    state: str
    change: dict[str, Any]


class HistoryOut(BaseModel):
    """A dossier's history, oldest first."""

    items: list[HistoryEntry]


class PapersOut(BaseModel):
    """A dossier's papers, oldest first."""

    items: list[PaperOut]


class PortalView(BaseModel):
    """What the portal driver needs of a dossier at one version."""

    dossier_id: UUID
    version: int
    reference: str
    dossier_code: str | None
    portal_code: str | None
    origin: str
    channel: str
    procedure: dict[str, Any]
    procedure_version: int
    helping_agency: dict[str, str]
    receiving_agency: dict[str, str]
    competent_agency: dict[str, str]
    state: str
    portal_status: int
    submitted_at: str
    accepted_at: str | None
    due_at: str | None
    original_due_at: str | None
    ended_at: str | None
    returned_at: str | None
    step: dict[str, Any] | None
    result_delivery: str
    owner: dict[str, Any]
    fees: list[dict[str, Any]]
    components: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    results: list[dict[str, Any]]
    supplements: list[dict[str, Any]]
    progress: list[dict[str, Any]]
    change: dict[str, Any]
    note: str
    is_verified: bool
    evidence: dict[str, bool]
