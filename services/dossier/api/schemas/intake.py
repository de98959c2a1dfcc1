"""What the ways in take and answer."""
# ruff: noqa: RUF012 - pydantic copies a default for every instance.

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.dossier.api.moments import Day, Moment
from services.dossier.api.schemas.answers import DossierItem, Receipt, Warned
from services.dossier.api.schemas.requests import (
    CounterIn,
    IdentityType,
    Nationality,
    Strict,
    SubmissionIn,
)
from services.dossier.api.texts import Code, Email, Name, Note, Number, Phone, Reason


class KioskVoucher(Strict):
    """The kiosk that vouches for who stands before it."""

    code: Code
    agency: Code
    identity_check: Literal["CARD_READER", "VNEID"]


class KioskSubmissionIn(SubmissionIn):
    """A dossier made at a smart kiosk by the person whose card or account it has just read."""

    kiosk: KioskVoucher
    checked_identity_number: Number


class CounterLookUpIn(Strict):
    """Who stands at the counter, and for what."""

    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: Number
    nationality: Nationality | None = None
    procedure_code: Code


class CounterComponentOut(BaseModel):
    """A component the procedure asks for."""

    component_code: str
    name: str
    is_mandatory: bool
    allowed_types: list[str]


class CounterLookUpOut(BaseModel):
    """What an officer needs to begin: the person as last known here, the procedure as it is today."""

    person: dict[str, Any] | None
    procedure: dict[str, Any]
    components: list[CounterComponentOut]
    warnings: list[Warned]


class EvidenceOut(BaseModel):
    """One thing seen, when, by whom, from which source."""

    evidence_id: UUID
    kind: str
    source: str
    component_code: str
    at: datetime
    by: str
    details: dict[str, Any]


class EvidenceList(BaseModel):
    """A dossier's evidence, oldest first."""

    items: list[EvidenceOut]


class VisitOut(BaseModel):
    """The dossiers of one visit; the slip of them all is at `/v1/visits/{visit_id}/slip`."""

    visit_id: UUID
    items: list[DossierItem]


class DraftIn(Strict):
    """What is filled in so far: members of a submission, none of them needed yet.

    For one procedure, or for a whole interlinked group: exactly one of the two is named.
    """

    procedure_code: Code | None = None
    group_code: Code | None = None
    content: Annotated[dict[str, Any], Field(max_length=20)] = {}

    @model_validator(mode="after")
    def _one_of_two(self) -> "DraftIn":
        if (self.procedure_code is None) == (self.group_code is None):
            raise ValueError("Nêu một thủ tục hoặc một nhóm liên thông")
        return self


class DraftChangeIn(Strict):
    """The whole content as it is now."""

    content: Annotated[dict[str, Any], Field(max_length=20)]


class DraftOut(BaseModel):
    """A draft; `expires_soon` once its last days have begun."""

    draft_id: UUID
    version: int
    procedure_code: str
    """Of a group's draft, its lead procedure."""
    group_code: str | None = None
    content: dict[str, Any]
    state: str
    created_at: datetime
    changed_at: datetime
    expires_at: datetime
    expires_soon: bool
    dossier_id: UUID | None
    """The dossier it became; of a group's draft, the whole submission."""


class DraftList(BaseModel):
    """A person's open drafts, the last changed first."""

    items: list[DraftOut]


class AuthorizedPerson(Strict):
    """A party to an authorisation."""

    full_name: Name
    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: Number
    nationality: Nationality | None = None
    phone: Phone | None = None
    email: Email | None = None


class AuthorizationIn(Strict):
    """Who may act for whom; no procedures: for all."""

    owner: AuthorizedPerson
    representative: AuthorizedPerson
    procedures: Annotated[list[Code], Field(max_length=100)] = []
    valid_from: Day
    valid_until: Day
    attachment_id: UUID | None = None


class RevocationIn(Strict):
    """Why it ends."""

    reason: Reason


class AuthorizationOut(BaseModel):
    """An authorisation as it stands now; numbers are masked."""

    authorization_id: UUID
    version: int
    state: str
    owner: dict[str, Any]
    representative: dict[str, Any]
    procedures: list[str]
    valid_from: date
    valid_until: date
    attachment_id: UUID | None
    recorded_at: datetime
    revoked_at: datetime | None


class AuthorizationList(BaseModel):
    """What a person gave or holds, newest first."""

    items: list[AuthorizationOut]


class LateEntryIn(Strict):
    """What the paper of that day says; files are uploaded before, not sent with it."""

    dossier: CounterIn
    received_at: Moment
    reason: Reason


class LateDecisionIn(Strict):
    """A remark on the decision."""

    note: Note = ""


class LateEntryOut(BaseModel):
    """An entry; the dossier is there once another person approved."""

    entry_id: UUID
    version: int
    state: str
    received_at: datetime
    entered_at: datetime
    entered_by: str
    reason: str
    note: str
    dossier_id: UUID | None


class LateEntryList(BaseModel):
    """What waits for approval, oldest first."""

    items: list[LateEntryOut]
    next_cursor: str | None = None


class BatchFault(BaseModel):
    """What is wrong in one cell; row 0 is the company's own sheet."""

    row: int
    column: str
    reason: str


class BatchOut(BaseModel):
    """A sheet that was tried, with its report; received all or not at all."""

    batch_id: UUID
    version: int
    state: str
    procedure_code: str
    rows: int
    faults: list[BatchFault]
    open_duplicates: int
    created_at: datetime
    received_at: datetime | None


class BatchAuthorityIn(Strict):
    """What lets the company hand in for all of its sheet: the paper, what it covers, until when."""

    authorization_attachment_id: UUID
    scope: Reason
    valid_until: Day


class BatchReceived(BaseModel):
    """The dossiers of a sheet, in its order; `visit_id` is the batch's own."""

    batch_id: UUID
    version: int
    state: str
    items: list[Receipt]
