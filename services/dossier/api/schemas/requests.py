"""What people send: unknown members are refused."""

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

from services.dossier.api.moments import Day
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

IdentityType = Literal["CITIZEN_ID", "OLD_ID", "PASSPORT", "TAX_CODE", "FOREIGNER", "NEWBORN", "OTHER"]
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


Nationality = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3}$")]


class Helper(Strict):
    """Who filed with somebody else's account or phone: neither owner nor submitter, recorded apart."""

    full_name: Name
    relation: Literal["RELATIVE", "COMMUNITY_TEAM", "OFFICER", "POSTAL_STAFF", "SERVICE_PROVIDER", "OTHER"]
    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: Number | None = None
    phone: Phone | None = None


class Postal(Strict):
    """How the post brought it; the day of the postmark is the day it was handed in."""

    sender_name: Name
    sender_phone: Phone | None = None
    tracking_number: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z-]{5,40}$")]
    postmarked_on: Day


class ReusedFrom(Strict):
    """Where a component was found instead of being asked for."""

    kind: Literal["RESULT_OF_DOSSIER", "DATABASE", "PERSONAL_STORE"]
    source: Line
    reference: Line


class ConsultationIn(Strict):
    """A shared database that was asked, and what it answered."""

    database: Code
    outcome: Literal["MATCHED", "DIFFERENT", "NOT_FOUND", "UNAVAILABLE"]
    reference: LongLine = ""
    component_code: Code | None = None


class CounterFile(Strict):
    """A scan made at reception, its content inline."""

    name: Line
    component_code: Code
    sha256: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")] | None = None
    content_base64: Annotated[str, StringConstraints(strict=True, min_length=1)]


class Owner(Strict):
    """Chủ hồ sơ."""

    full_name: Name
    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: Number | None = None
    applicant_type: Literal["CITIZEN", "BUSINESS", "STATE_AGENCY", "ORGANISATION"] = "CITIZEN"
    phone: Phone | None = None
    email: Email | None = None
    address: Address | None = None
    birth_date: Day | None = None
    nationality: Nationality | None = None


class Representative(Strict):
    """Người được ủy quyền: phải là người đang nộp."""

    full_name: Name
    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: Number
    phone: Phone | None = None
    email: Email | None = None
    scope: Note | None = None
    valid_until: Day | None = None
    authorization_attachment_id: UUID | None = None
    nationality: Nationality | None = None


class HandedComponent(Strict):
    """A component as handed in."""

    component_code: Code
    attachment_ids: FewIds = []
    form: Form = "electronic"
    result_id: UUID | None = None
    """A result of the owner's, in the register, that stands for the component."""


class CounterComponent(HandedComponent):
    """A component at the counter: on paper, scanned, or found instead of being asked for."""

    reused_from: ReusedFrom | None = None


class ExemptionClaimIn(Strict):
    """Đề nghị miễn, giảm phí, lệ phí: diện (xem `fee-exemptions`) và tệp đã tải lên chứng minh."""

    category: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64, pattern=r"^[\w-]+$")]
    attachment_id: UUID


class ExemptionVerdictIn(Strict):
    """Xác nhận hoặc từ chối đề nghị miễn, giảm; từ chối phải nêu lý do."""

    granted: StrictBool
    reason: Note = ""


class CounterExemptionIn(Strict):
    """Đề nghị miễn, giảm nêu tại quầy: diện, giấy tờ đã xem (hoặc tệp), và quyết định ngay nếu có."""

    category: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64, pattern=r"^[\w-]+$")]
    paper: Line | None = None
    attachment_id: UUID | None = None
    decision: ExemptionVerdictIn | None = None


class AcceptanceIn(Strict):
    """Acceptance, with the decision on the exemption claimed where there is one to take."""

    note: Note = ""
    exemption: ExemptionVerdictIn | None = None


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
    helper: Helper | None = None
    authorization_id: UUID | None = None
    exemption_claim: ExemptionClaimIn | None = None


class CounterIn(Strict):
    """A dossier received over the counter or by post; `files` are kept with it, `visit_id` groups a visit."""

    procedure_code: Code
    channel: Literal["DIRECT", "POSTAL"] = "DIRECT"
    owner: Owner
    representative: Representative | None = None
    receiving_agency: Code
    competent_agency: Code | None = None
    components: Annotated[list[CounterComponent], Field(max_length=50)] = []
    form_data: Annotated[dict[str, Any], Field(max_length=500)] = {}
    result_delivery: Delivery = "COUNTER"
    files: Annotated[list[CounterFile], Field(max_length=30)] = []
    helper: Helper | None = None
    postal: Postal | None = None
    visit_id: UUID | None = None
    authorization_id: UUID | None = None
    consultations: Annotated[list[ConsultationIn], Field(max_length=20)] = []
    exemption: CounterExemptionIn | None = None


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
    basis: Code = "GENERAL"
    legal_basis: Note = ""


class DraftedSupplementIn(SupplementIn):
    """Likewise after acceptance, where the clock stands for it: with whose time that is."""

    cause: Code | None = None


class AnswerIn(Strict):
    """The applicant's answer to a supplement request."""

    attachment_ids: Ids = []
    note: Note = ""


class RefusalIn(Strict):
    """Why, and by which law."""

    reason: Reason
    legal_basis: Reason


class StepCompletionIn(Strict):
    """How a step ended: DONE goes on (by `next`, else by the conditions in `facts`), RETURNED goes back.

    A signer's `decision` is what the clerk issues: GRANTED unless it says REFUSED.
    """

    step: Code
    outcome: Literal["DONE", "RETURNED"] = "DONE"
    next: Code | None = None
    note: Note = ""
    facts: Annotated[dict[Code, StrictBool], Field(max_length=20)] = {}
    cause: Code | None = None
    decision: Literal["GRANTED", "REFUSED"] | None = None


class ApprovalIn(Strict):
    """Yes or no, with a remark."""

    approved: StrictBool = True
    note: Note = ""


class ResultIn(Strict):
    """The signed result as it is numbered and issued: a file signed digitally, or a paper's scan."""

    number: Line
    name: LongLine = ""
    outcome: Literal["GRANTED", "REFUSED"] = "GRANTED"
    reason: Note = ""
    signed_by: NameOrNothing = ""
    attachment_ids: Ids = []
    cause: Code | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None


class ReturnIn(Strict):
    """How the result reached whom, and what proved that it was the right person.

    At the counter `receiver_name`, `identity_number` and `checked_by` are needed, and the signed receipt or
    the reason why there is none; of whoever is neither owner nor representative the authorization too. By
    post: the number of the item on a list the post signed. Electronically, where nobody asked for it: who
    agreed.
    """

    delivery: Delivery = "COUNTER"
    receiver: Literal["OWNER", "REPRESENTATIVE", "AUTHORIZED"] = "OWNER"
    receiver_name: NameOrNothing = ""
    identity_number: Number | None = None
    checked_by: Literal["DOCUMENT", "CARD_READER", "VNEID"] | None = None
    authorization: Note = ""
    authorization_attachment_id: UUID | None = None
    receipt_attachment_id: UUID | None = None
    tracking_number: Annotated[str, StringConstraints(strict=True, max_length=64)] = ""
    authorization_id: UUID | None = None
    no_receipt_reason: Note = ""
    delivery_reason: Note = ""
    note: Note = ""


class RecallIn(Strict):
    """Why a result is taken back."""

    reason: Reason
