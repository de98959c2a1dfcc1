"""Results as data: one's own, those an officer looks up instead of asking for papers, revocation."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, StringConstraints

from kernel.core.clock import VIETNAM
from kernel.web.deps import IfMatch
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from services.dossier.api.cursors import cursor_id
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.schemas.requests import IdentityType, Nationality, Strict
from services.dossier.domain.results.register import Registered, told
from services.dossier.use_cases.results import use_register

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Kết quả"])
_Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=1000, strip_whitespace=True)]
_Short = Annotated[str, StringConstraints(strict=True, max_length=64, strip_whitespace=True)]


class ResultAgency(BaseModel):
    """Who issued it."""

    code: str
    name: str


class RegisteredResult(BaseModel):
    """A result; `is_valid_today` tells whether it may be relied on."""

    result_id: UUID
    dossier_code: str
    procedure_code: str
    type: str
    name: str
    number: str
    holder: str
    agency: ResultAgency
    signed_by: str
    issued_at: datetime
    valid_from: date
    valid_to: date | None
    state: str
    is_valid_today: bool
    reason: str
    legal_basis: str
    replaced_by: UUID | None = None
    """The result of a correction that took its place."""
    attachment_ids: list[UUID]
    version: int


class RegisteredResults(BaseModel):
    """Newest first."""

    items: list[RegisteredResult]
    next_cursor: str | None = None


class ResultLookUpIn(Strict):
    """Whose results, or which number, and what for."""

    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: _Short = ""
    nationality: Nationality | None = None
    number: _Short = ""
    purpose: _Text


class ResultRevocationIn(Strict):
    """Why a result loses its force."""

    reason: _Text
    legal_basis: _Text


@router.get("/results")
async def list_results(
    by: Caller, work: Work, now: Now, limit: Limit = 20, cursor: Cursor = ""
) -> RegisteredResults:
    """Kết quả giải quyết của tôi, dùng lại được cho hồ sơ sau."""
    parts = decode_cursor(cursor, str)
    found = await use_register.own_results(
        before=cursor_id(parts[0]) if parts else None, limit=limit + 1, by=by, work=work
    )
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return RegisteredResults(items=[_out(one, now) for one in found[:limit]], next_cursor=following)


@router.post("/result-look-ups")
async def look_up_results(body: ResultLookUpIn, by: Caller, work: Work, now: Now) -> RegisteredResults:
    """Tra cứu kết quả của một người, hoặc theo số, thay cho yêu cầu nộp giấy tờ; nêu mục đích."""
    found = await use_register.look_up_results(**body.model_dump(), by=by, work=work, now=now)
    return RegisteredResults(items=[_out(one, now) for one in found])


@router.get("/results/{result_id}")
async def get_result(
    result_id: UUID, response: Response, by: Caller, work: Work, now: Now
) -> RegisteredResult:
    """Xem một kết quả."""
    found = await use_register.read_result(result_id, by=by, work=work, now=now)
    response.headers["ETag"] = f'"{found.version}"'
    return _out(found, now)


@router.post("/results/{result_id}/revocation", status_code=204)
async def revoke_result(
    result_id: UUID, body: ResultRevocationIn, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Response:
    """Thu hồi, hủy bỏ hiệu lực của kết quả theo quyết định của cơ quan đã cấp."""
    await use_register.revoke_result(result_id, **body.model_dump(), by=by, seen=seen, work=work, now=now)
    return Response(status_code=204)


def _out(entry: Registered, now: datetime) -> RegisteredResult:
    return RegisteredResult.model_validate(told(entry, now.astimezone(VIETNAM).date()))
