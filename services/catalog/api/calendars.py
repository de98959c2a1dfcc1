"""Working calendars: decisions about them, versions, what is missing, an agency's hours."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from kernel.core.clock import VIETNAM
from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from kernel.web.paging import Cursor, Limit, Page, encode_cursor
from services.catalog.api.calendar_models import (
    CalendarDecisionAnswer,
    CalendarDecisionBody,
    CalendarDifferences,
    CalendarDraftBody,
    CalendarPreviews,
    CalendarVersions,
    CalendarWarnings,
    ProposalBody,
    ReminderList,
    SignatureBody,
    WorkingHours,
)
from services.catalog.api.deps import Work
from services.catalog.api.id_cursors import after_id
from services.catalog.api.readers.cacheable import CACHED, CacheableRoute
from services.catalog.domain.calendars.composing import differences, hours_on
from services.catalog.domain.calendars.decisions import (
    CalendarDecision,
    CalendarDecisionState,
    Signature,
    require_calendar_reader,
)
from services.catalog.domain.calendars.errors import NoSuchCalendar
from services.catalog.domain.identifiers import agency_code
from services.catalog.use_cases.calendars import deciding
from services.catalog.use_cases.calendars.watching import calendar_warnings

router = APIRouter(prefix="/v1", route_class=CacheableRoute, tags=["calendars"])

_WRITE = problems(400, 401, 403, 404, 409, 412, 422, 428)
_READ = {**problems(401, 403, 404, 422), **CACHED}
Code = Annotated[str, Path(max_length=63)]
Year = Annotated[int, Path(ge=2000, le=2100)]


def _answer(decision: CalendarDecision, response: Response) -> CalendarDecisionAnswer:
    response.headers["ETag"] = f'"{decision.version}"'
    return CalendarDecisionAnswer.of(decision)


@router.get(
    "/calendar-decisions", response_model=Page[CalendarDecisionAnswer], responses=problems(401, 403, 422)
)
async def list_calendar_decisions(
    caller: Caller,
    work: Work,
    state: Annotated[CalendarDecisionState | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Dự thảo và quyết định về lịch làm việc, mới nhất trước."""
    require_calendar_reader(caller)
    found = await work.calendars.decisions(state, after_id(cursor), limit + 1)
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return {"items": [CalendarDecisionAnswer.of(one) for one in found[:limit]], "next_cursor": following}


@router.post("/calendar-decisions", status_code=201, responses=_WRITE)
async def draft_calendar_decision(
    body: CalendarDecisionBody, caller: Caller, work: Work, now: Now, response: Response
) -> CalendarDecisionAnswer:
    """Soạn quyết định: nghỉ đột xuất, hoán đổi, giờ theo mùa, mở lại, hoặc cả năm."""
    decision = await deciding.draft_decision(
        body.kind,
        body.codes,
        body.year,
        body.content(),
        body.reason,
        body.past_reason,
        by=caller,
        work=work,
        now=now,
    )
    return _answer(decision, response)


@router.post("/calendar-proposals", status_code=201, responses=_WRITE)
async def propose_calendar(
    body: ProposalBody, caller: Caller, work: Work, now: Now, response: Response
) -> CalendarDecisionAnswer:
    """Lập dự thảo lịch năm từ dự báo ngày nghỉ; chỉ là dự kiến cho tới khi có quyết định."""
    decision = await deciding.propose_next_year(body.code, body.year, by=caller, work=work, now=now)
    return _answer(decision, response)


@router.get("/calendar-decisions/{id}", responses=_READ)
async def get_calendar_decision(
    id: UUID,  # noqa: A002 - the name in the path.
    caller: Caller,
    work: Work,
    response: Response,
) -> CalendarDecisionAnswer:
    """Đọc một dự thảo hoặc quyết định về lịch."""
    decision, _ = await deciding.find_decision(id, by=caller, work=work)
    return _answer(decision, response)


@router.put("/calendar-decisions/{id}", responses=_WRITE)
async def change_calendar_decision(
    id: UUID,  # noqa: A002
    body: CalendarDraftBody,
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
    response: Response,
) -> CalendarDecisionAnswer:
    """Sửa dự thảo."""
    decision = await deciding.change_draft(
        id,
        body.codes,
        body.content(),
        body.reason,
        body.past_reason,
        seen=seen,
        by=caller,
        work=work,
        now=now,
    )
    return _answer(decision, response)


@router.get("/calendar-decisions/{id}/preview", response_model=CalendarPreviews, responses=_READ)
async def preview_calendar_decision(
    id: UUID,  # noqa: A002
    caller: Caller,
    work: Work,
    now: Now,
) -> dict[str, Any]:
    """Những ngày, giờ thay đổi so với lịch đang áp dụng."""
    return {"items": await deciding.preview_decision(id, by=caller, work=work, now=now)}


@router.post("/calendar-decisions/{id}/approval", responses=_WRITE)
async def approve_calendar_decision(
    id: UUID,  # noqa: A002
    body: SignatureBody,
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
    response: Response,
) -> CalendarDecisionAnswer:
    """Phê duyệt theo số, ngày ký, người ký; hạn đã hẹn của hồ sơ không tự thay đổi."""
    signature = Signature(number=body.number, signed_on=body.signed_on, signer=body.signer)
    decision = await deciding.approve_decision(id, signature, seen=seen, by=caller, work=work, now=now)
    return _answer(decision, response)


@router.post("/calendar-decisions/{id}/discard", responses=_WRITE)
async def discard_calendar_decision(
    id: UUID,  # noqa: A002
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
    response: Response,
) -> CalendarDecisionAnswer:
    """Bỏ dự thảo."""
    return _answer(await deciding.discard_draft(id, seen=seen, by=caller, work=work, now=now), response)


@router.get(
    "/calendars/{code}/{year}/versions",
    openapi_extra=PUBLIC,
    responses={**problems(404, 422), **CACHED},
)
async def list_calendar_versions(code: Code, year: Year, work: Work) -> CalendarVersions:
    """Các phiên bản của lịch một năm và quyết định đã thay đổi lịch."""
    found = await work.calendars.versions(f"{code}:{year}")
    if not found:
        raise NoSuchCalendar
    return CalendarVersions.of(list(found))


@router.get(
    "/calendars/{code}/{year}/differences",
    openapi_extra=PUBLIC,
    response_model=CalendarDifferences,
    responses={**problems(404, 422), **CACHED},
)
async def compare_calendar_versions(
    code: Code,
    year: Year,
    work: Work,
    old: Annotated[int, Query(ge=1, le=2**53)],
    new: Annotated[int, Query(ge=1, le=2**53)],
) -> dict[str, Any]:
    """Khác nhau giữa hai phiên bản, theo từng ngày và mùa."""
    found = await work.calendars.numbered(f"{code}:{year}", [old, new])
    if not {old, new} <= found.keys():
        raise NoSuchCalendar
    return {"old_version": old, "new_version": new, "items": differences(found[old], found[new])}


@router.get("/calendar-warnings", response_model=CalendarWarnings, responses=problems(401, 403, 422))
async def list_calendar_warnings(caller: Caller, work: Work, now: Now) -> dict[str, Any]:
    """Lịch còn thiếu hoặc mới là dự kiến: năm nay, và năm sau từ ngày 01/10."""
    require_calendar_reader(caller)
    return {"items": await calendar_warnings(work=work, today=now.date())}


@router.get("/catalog-reminders", response_model=ReminderList, responses=problems(401, 403, 422))
async def list_catalog_reminders(caller: Caller, work: Work, limit: Limit = 50) -> dict[str, Any]:
    """Những việc đã nhắc người soạn danh mục, mới nhất trước."""
    require_calendar_reader(caller)
    found = await work.reminders.latest(limit)
    return {"items": [{**one, "raised_at": one["raised_at"].astimezone(VIETNAM)} for one in found]}


@router.get(
    "/agencies/{code}/working-hours",
    openapi_extra=PUBLIC,
    response_model=WorkingHours,
    responses={**problems(404, 422), **CACHED},
)
async def get_working_hours(
    code: Code,
    work: Work,
    now: Now,
    on: Annotated[date | None, Query(description="Ngày; để trống là hôm nay")] = None,
) -> dict[str, Any]:
    """Ngày đó cơ quan có làm việc không, vào giờ nào, theo văn bản nào."""
    day = on or now.date()
    agency = agency_code(code) or ""
    found = await work.calendars.of_agency(agency, day.year)
    if found is None:
        raise NoSuchCalendar
    return {
        "agency": agency,
        "calendar": found["code"],
        "calendar_version": found["version"],
        **hours_on(found, day),
    }
