"""A person looks into their own personal-paper store and chooses a paper instead of uploading one."""

from datetime import date
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from kernel.core.caller import Caller as Who
from kernel.web.deps import Caller
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.gateway.api.look_ups import Code, LookUpResultCode, as_told
from services.gateway.use_cases.look_ups import Refused
from services.gateway.use_cases.personal_papers import Asked, PersonalPapers

router = APIRouter(
    route_class=EdgeRoute, responses=problems(400, 401, 403, 409, 413, 415, 422, 429, 503), tags=["look-ups"]
)


class _OfComponent(BaseModel):
    """For which component, and that one agrees to one's own store being read for it."""

    model_config = ConfigDict(extra="forbid")

    procedure_code: Code
    component_code: Code
    consent: StrictBool


class PaperLookIn(_OfComponent):
    """`results`: codes of papers the procedure names; none, all papers."""

    results: Annotated[list[LookUpResultCode], Field(max_length=20)] = []


class PaperTakeIn(_OfComponent):
    """`choice`: a file as the look handed it out."""

    choice: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=8_000)]


class PaperReason(BaseModel):
    """Why a paper or a file cannot be chosen."""

    code: str
    title: str


class ShownFile(BaseModel):
    """A file of a paper: `choice` hands it back for 30 minutes; null where it cannot be chosen."""

    name: str
    sha256: str | None
    choice: str | None
    reason: PaperReason | None


class ShownPaper(BaseModel):
    """A paper the store holds of the caller."""

    code: str
    name: str
    number: str
    agency: str
    issued_on: date | None
    valid_to: date | None
    reason: PaperReason | None
    files: list[ShownFile]


class ShownPapers(BaseModel):
    """What the store holds of the caller; the first ten files carry a choice, fewer codes show the others.

    `of_others`: how many more it told of that it says are somebody else's; nothing of them is shown.
    """

    look_up_id: UUID
    purpose: str
    consent_to: str
    papers: list[ShownPaper]
    of_others: int


class TakenPaper(BaseModel):
    """The caller's own file now, to be named in a draft, a submission or an answer like any upload."""

    attachment_id: UUID
    sha256: str
    media_type: str
    size: int
    file_name: str
    component_code: str
    scan: str
    taken_from: dict[str, Any]


@router.post("/api/v1/personal-paper-looks")
async def look_into_store(body: PaperLookIn, by: Caller, request: Request, response: Response) -> ShownPapers:
    """Xem giấy tờ của mình trong kho dữ liệu cá nhân để chọn cho một thành phần hồ sơ."""
    codes = [(one.code, one.number) for one in body.results]
    found = await _papers(request).look(_asked(body, by, request), codes)
    response.headers["Cache-Control"] = "no-store"
    if isinstance(found, Refused):
        return cast("ShownPapers", as_told(found))
    return ShownPapers.model_validate(found)


@router.post("/api/v1/personal-papers", status_code=201)
async def take_from_store(body: PaperTakeIn, by: Caller, request: Request, response: Response) -> TakenPaper:
    """Lấy giấy tờ đã chọn từ kho dữ liệu cá nhân làm tệp của hồ sơ; hệ thống tự tải, không phải tải lên."""
    found = await _papers(request).take(body.choice, _asked(body, by, request))
    response.headers["Cache-Control"] = "no-store"
    if isinstance(found, Refused):
        return cast("TakenPaper", as_told(found))
    return TakenPaper.model_validate(found)


def _asked(body: _OfComponent, by: Who, request: Request) -> Asked:
    return Asked(
        by=by,
        procedure=body.procedure_code,
        component=body.component_code,
        consent=body.consent,
        authorization=request.headers["authorization"],
        key=request.headers["idempotency-key"],
    )


def _papers(request: Request) -> PersonalPapers:
    return cast("PersonalPapers", request.app.state.runtime.resources.papers)
