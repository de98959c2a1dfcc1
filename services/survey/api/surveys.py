"""The public form behind an invitation, and the index for staff."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from kernel.web.deps import Caller, Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from services.survey.api.deps import Work
from services.survey.api.schemas import (
    InvitationShown,
    NewResponse,
    ResponseTaken,
    SatisfactionShown,
)
from services.survey.domain.indices import Method
from services.survey.use_cases.answer_survey import answer_survey, open_invitation
from services.survey.use_cases.compute_satisfaction import compute_satisfaction

router = APIRouter(route_class=EdgeRoute, prefix="/v1", tags=["surveys"])
Token = Annotated[str, Path(min_length=1, max_length=100, description="Mã trong liên kết đã gửi")]


@router.get("/invitations/{token}", openapi_extra=PUBLIC, responses=problems(404))
async def get_invitation(token: Token, work: Work, now: Now) -> InvitationShown:
    """Return the questionnaire of an invitation, with the agency and procedure it is about."""
    return InvitationShown.of(await open_invitation(token, work=work, now=now))


@router.post(
    "/invitations/{token}/response", status_code=201, openapi_extra=PUBLIC, responses=problems(400, 404, 422)
)
async def post_response(token: Token, body: NewResponse, work: Work, now: Now) -> ResponseTaken:
    """Take the one response of an invitation; it is kept apart from who gave it."""
    return ResponseTaken(received_on=await answer_survey(token, body.answers, work=work, now=now))


@router.get("/indices/satisfaction", responses=problems(401, 403, 422))
async def get_satisfaction_index(
    work: Work,
    caller: Caller,
    now: Now,
    first: Annotated[date, Query(alias="from", description="Từ ngày")],
    last: Annotated[date, Query(alias="to", description="Đến hết ngày")],
    agency: Annotated[str | None, Query(max_length=40, description="Mã cơ quan; bỏ trống: toàn tỉnh")] = None,
    method: Annotated[Method | None, Query(description="Mặc định theo phiếu khảo sát")] = None,
) -> SatisfactionShown:
    """Return the satisfaction index with numerator, denominator, formula version and cut-off."""
    figures = await compute_satisfaction(
        by=caller, agency=agency, first=first, last=last, method=method, work=work, now=now
    )
    return SatisfactionShown.of(figures)
