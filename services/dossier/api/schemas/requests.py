"""What people send: unknown members are refused."""

from datetime import date
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
