"""What the ways in take and answer."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from services.dossier.api.schemas.answers import DossierItem, Warned
from services.dossier.api.schemas.requests import IdentityType, Strict, SubmissionIn
from services.dossier.api.texts import Code, Number


class KioskIn(Strict):
    """The kiosk that vouches for who stands before it."""

    code: Code
    agency: Code
    identity_check: Literal["CARD_READER", "VNEID"]


class KioskSubmissionIn(SubmissionIn):
    """A dossier made at a smart kiosk by the person whose card or account it has just read."""

    kiosk: KioskIn
    checked_identity_number: Number


class LookUpIn(Strict):
    """Who stands at the counter, and for what."""

    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: Number
    procedure_code: Code


class LookUpComponent(BaseModel):
    """A component the procedure asks for."""

    component_code: str
    name: str
    is_mandatory: bool
    allowed_types: list[str]


class LookUpOut(BaseModel):
    """What an officer needs to begin: the person as last known here, the procedure as it is today."""

    person: dict[str, Any] | None
    procedure: dict[str, Any]
    components: list[LookUpComponent]
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
