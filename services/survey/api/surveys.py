"""The public form behind an invitation, and the index for staff."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from kernel.web.deps import Caller, Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.survey.api.deps import Work
from services.survey.api.schemas import (
    InvitationShown,
    NewResponse,
    ResponseTaken,
    SatisfactionShown,
    SummaryShown,
)
from services.survey.domain.indices import Method
from services.survey.use_cases.answer_survey import answer_survey, open_invitation
from services.survey.use_cases.compute_satisfaction import compute_satisfaction
from services.survey.use_cases.summarise_month import summarise_month

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


@router.get("/satisfaction-summaries", responses=problems(401, 403, 422))
async def list_satisfaction_summaries(
    work: Work,
    caller: Caller,
    month: Annotated[str, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="Tháng, YYYY-MM")],
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[SummaryShown]:
    """Return how each question was answered in a month, by agency and procedure; for the portal's side."""
    after = decode_cursor(cursor, str, str, str, int)
    tallies, texts = await summarise_month(
        by=caller,
        first=date.fromisoformat(f"{month}-01"),
        after=(after[0], after[1], after[2], after[3]) if after else None,
        limit=limit + 1,
        work=work,
    )
    following = encode_cursor(*tallies[limit - 1].place) if len(tallies) > limit else None
    items = [SummaryShown.of(one, texts) for one in tallies[:limit]]
    return Page[SummaryShown](items=items, next_cursor=following)
