"""What other systems send."""
# ruff: noqa: RUF012 - pydantic copies a default for every instance.

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, StringConstraints, model_validator

from contracts.limits import MOST_FORM_ANSWERS, MOST_PORTAL_FILES
from services.dossier.api.moments import MomentAsTold
from services.dossier.api.schemas.requests import Delivery, Owner, Representative, Strict
from services.dossier.api.texts import Code, Line, Note


class PortalAttachment(Strict):
    """A file of a portal-born dossier: its content inline, or an upload in parts that has all of it."""

    name: Line
    component_code: Annotated[str, StringConstraints(strict=True, max_length=64)] = ""
    media_type: Annotated[str, StringConstraints(strict=True, max_length=200)] = ""
    sha256: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")] | None = None
    content_base64: Annotated[str, StringConstraints(strict=True, min_length=1)] | None = None
    upload_id: UUID | None = None
    is_digitised: StrictBool = True
    reuse: Annotated[StrictInt, Field(ge=0, le=2)] = 0
    is_from_personal_store: StrictBool = False

    @model_validator(mode="after")
    def _has_one_content(self) -> Self:
        if (self.content_base64 is None) == (self.upload_id is None):
            message = "Cần đúng một trong content_base64 và upload_id"
            raise ValueError(message)
        return self


class PortalIn(Strict):
    """A dossier born on the national portal, as the gateway mapped it."""

    portal_code: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64, pattern=r"^\S+$")]
    procedure_code: Code
    owner: Owner
    representative: Representative | None = None
    agency: Code
    competent_agency: Code | None = None
    attachments: Annotated[list[PortalAttachment], Field(max_length=MOST_PORTAL_FILES)] = []
    form_data: Annotated[dict[str, Any], Field(max_length=MOST_FORM_ANSWERS)] = {}
    result_delivery: Delivery = "COUNTER"
    submitted_at: MomentAsTold
    note: Note = ""
    is_vneid_verified: StrictBool = True


class PortalSupplementIn(Strict):
    """What the applicant of a portal-born dossier sent after being asked."""

    portal_code: Annotated[str, StringConstraints(strict=True, max_length=64)] = ""
    note: Note = ""
    attachments: Annotated[list[PortalAttachment], Field(max_length=MOST_PORTAL_FILES)] = []
    form_data: Annotated[dict[str, Any], Field(max_length=MOST_FORM_ANSWERS)] = {}
    submitted_at: MomentAsTold | None = None
    """When she handed it in, as the portal says."""
    received_at: MomentAsTold | None = None
    """When the message came to the province."""


class OutsideResultIn(Strict):
    """The answer of an outside system; `completed` goes on, anything else goes back.

    `dossier_code` and `step`, where they are told, must be those of the request.
    """

    request_id: UUID
    dossier_code: Annotated[str, StringConstraints(strict=True, max_length=128)] = ""
    step: Annotated[str, StringConstraints(strict=True, max_length=128)] = ""
    outcome: Line
    evidence: Annotated[dict[str, Any], Field(max_length=100)] = {}
    note: Note = ""
    finished_at: MomentAsTold | None = None
