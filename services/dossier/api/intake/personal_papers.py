"""Papers of the personal store: a person's permit to read it, and the paper as the gateway brings it."""

import base64
import binascii
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StrictBool, StringConstraints

from kernel.core.errors import Invalid
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import attachment_out
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.moments import Day
from services.dossier.api.schemas.answers import AttachmentOut
from services.dossier.api.schemas.requests import Strict
from services.dossier.api.texts import Code
from services.dossier.use_cases.intake import personal_papers

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Tiếp nhận"])
_Told = Annotated[str, StringConstraints(strict=True, max_length=300)]


class PaperPermitIn(Strict):
    """For which component one's own store is to be read, and that one agrees to it."""

    procedure_code: Code
    component_code: Code
    consent: StrictBool


class PaperPermitOut(BaseModel):
    """Whose store is asked: the caller's own. `permit` is sealed and names this look to what comes of it."""

    look_up_id: UUID
    purpose: str
    consent_to: str
    subject: dict[str, str]
    permit: str


class TakenPaperIn(Strict):
    """A paper as the store told of it, and the chosen file."""

    taken_id: UUID
    permit: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=10_000)]
    code: _Told
    name: _Told
    number: _Told
    agency: _Told
    file_name: _Told
    issued_on: Day | None = None
    valid_to: Day | None = None
    reference: Annotated[str, StringConstraints(strict=True, max_length=200)] = ""
    told: Annotated[dict[str, Any], Field(max_length=60)] = {}  # noqa: RUF012 - copied by pydantic.
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    content_base64: Annotated[str, StringConstraints(strict=True, min_length=1)]


class TakenPaperOut(BaseModel):
    """The file, kept now or by the same choice before."""

    outcome: Literal["kept", "repeated"]
    attachment: AttachmentOut


@router.post("/personal-paper-permits", status_code=201)
async def permit_personal_paper(body: PaperPermitIn, by: Caller, work: Work, now: Now) -> PaperPermitOut:
    """Cho phép khai thác kho dữ liệu cá nhân của mình cho một thành phần; sự đồng ý được ghi lại."""
    permit, sealed = await personal_papers.permit_paper(
        body.procedure_code, body.component_code, agreed=body.consent, by=by, work=work, now=now
    )
    return PaperPermitOut(
        look_up_id=permit.look_up_id,
        purpose=permit.purpose,
        consent_to=permit.consent["to"],
        subject={"identity_number": by.identity_number, "full_name": by.name},
        permit=sealed,
    )


@router.post(
    "/taken-papers",
    status_code=201,
    openapi_extra={"x-max-body-bytes": 73_400_320},
    responses={200: {"model": TakenPaperOut, "description": "Đã giữ từ trước"}, **problems(413, 429, 503)},
)
async def keep_taken_paper(
    body: TakenPaperIn, response: Response, by: Caller, work: Work, now: Now
) -> TakenPaperOut:
    """Giữ giấy tờ lấy từ kho dữ liệu cá nhân làm tệp của người đã chọn, một lần cho mỗi lựa chọn."""
    try:
        content = base64.b64decode(body.content_base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(fields=[("content_base64", "Không phải base64")]) from error
    names = ("code", "name", "number", "agency", "file_name", "issued_on", "valid_to", "reference", "told")
    paper = personal_papers.HeldPaper(**{name: getattr(body, name) for name in names})
    outcome, file = await personal_papers.keep_taken(
        body.taken_id, body.permit, paper, content, sha256=body.sha256, by=by, work=work, now=now
    )
    response.status_code = 201 if outcome == "kept" else 200
    return TakenPaperOut.model_validate({"outcome": outcome, "attachment": attachment_out(file)})
