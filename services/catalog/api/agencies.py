"""Agencies by day and code of either generation, what is decided about them, what they are competent for."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Path, Query, Response

from kernel.core.clock import VIETNAM
from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.catalog.api.agency_models import (
    AgencyChange,
    AgencyChangeBody,
    AgencyChangePreview,
    ChangeWithdrawal,
    Level,
    Levels,
    Offering,
    OfferingBody,
    OfferingEndBody,
    Offerings,
    QuestionClosing,
)
from services.catalog.api.deps import Work
from services.catalog.api.models import Agency
from services.catalog.api.procedures import json_answer
from services.catalog.api.readers.cacheable import CacheableRoute
from services.catalog.domain.agencies import changes
from services.catalog.domain.agencies.errors import NoSuchChange, NoSuchEntry
from services.catalog.domain.identifiers import agency_code
from services.catalog.use_cases.agencies.change_agencies import change_agencies, preview_change
from services.catalog.use_cases.agencies.places import offer, stop_offering
from services.catalog.use_cases.agencies.ports import KeptChange
from services.catalog.use_cases.agencies.read_agencies import read_agency
from services.catalog.use_cases.agencies.settle_changes import close_question, withdraw_change

router = APIRouter(prefix="/v1", route_class=CacheableRoute, tags=["agencies"])

Code = Annotated[str, Path(max_length=100)]
Seen = Annotated[str, Header(alias="If-None-Match")]
Day = Annotated[date | None, Query(description="Ngày tra cứu")]
_ONE: dict[int | str, dict[str, Any]] = {**problems(404, 422), 304: {"description": "Chưa thay đổi"}}
_WRITES = problems(400, 401, 403, 404, 409, 412, 422)
_CHANGES = problems(400, 401, 403, 404, 409, 412, 422, 428)


@router.get("/agencies", openapi_extra=PUBLIC, response_model=Page[Agency], responses=problems(422))
async def list_agencies(
    work: Work,
    limit: Limit = 100,
    cursor: Cursor = "",
    on: Day = None,
    level: Annotated[str, Query(max_length=20)] = "",
    parent: Annotated[str, Query(max_length=50)] = "",
) -> Response:
    """Danh sách cơ quan theo mã định danh, kể cả cơ quan đã kết thúc; `on`: chỉ cơ quan hoạt động ngày đó."""
    last = decode_cursor(cursor, str)
    found = await work.agencies.listed(
        after=last[0] if last else "",
        limit=limit + 1,
        on=on,
        level=level,
        parent=(agency_code(parent) or parent) if parent else "",
    )
    following = encode_cursor(found[limit - 1]["code"]) if len(found) > limit else None
    body = {"items": list(found[:limit]), "next_cursor": following}
    return Response(orjson.dumps(body), media_type="application/json")


@router.get("/agencies/{code}", openapi_extra=PUBLIC, response_model=Agency, responses=_ONE)
async def get_agency(code: Code, work: Work, now: Now, seen: Seen = "", on: Day = None) -> Response:
    """Đọc một cơ quan theo mã của một trong hai thế hệ: ai kế thừa, ai giải quyết vào ngày tra cứu."""
    day = on or now.astimezone(VIETNAM).date()
    found = await read_agency(agency_code(code) or "", day, work=work)
    return json_answer(found, f'"{found["version"]}:{day}"', seen)


@router.get("/administrative-levels", openapi_extra=PUBLIC)
async def list_levels(work: Work) -> Levels:
    """Các cấp hành chính và thời gian tồn tại."""
    found = await work.agencies.levels()
    return Levels(
        items=[
            Level(code=code, name=name, valid_from=first, valid_to=last)
            for code, (name, first, last) in found.items()
        ]
    )


@router.post("/agency-changes/preview", response_model=AgencyChangePreview, responses=_WRITES)
async def preview_agency_change(body: AgencyChangeBody, caller: Caller, work: Work, now: Now) -> Response:
    """Xem trước một quyết định sắp xếp cơ quan; không ghi gì."""
    found = await preview_change(_request(body), by=caller, work=work, now=now)
    return Response(orjson.dumps(found), media_type="application/json")


@router.post("/agency-changes", status_code=201, responses=_WRITES)
async def create_agency_change(body: AgencyChangeBody, caller: Caller, work: Work, now: Now) -> AgencyChange:
    """Ghi nhận quyết định sáp nhập, chia tách, đổi tên, giải thể hoặc chuyển cấp trên của cơ quan."""
    return _answer(await change_agencies(_request(body), by=caller, work=work, now=now))


@router.get("/agency-changes", responses=problems(401, 422))
async def list_agency_changes(
    _: Caller, work: Work, limit: Limit = 20, cursor: Cursor = ""
) -> Page[AgencyChange]:
    """Sổ quyết định sắp xếp cơ quan, mới nhất trước; kèm những việc còn để mở."""
    last = decode_cursor(cursor, str)
    found = await work.agencies.changes(_uuid(last[0]) if last else None, limit + 1)
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page[AgencyChange](items=[_answer(item) for item in found[:limit]], next_cursor=following)


@router.get("/agency-changes/{change_id}", responses=problems(401, 404, 422))
async def get_agency_change(change_id: UUID, _: Caller, work: Work) -> AgencyChange:
    """Đọc một quyết định sắp xếp cơ quan."""
    found = await work.agencies.change(change_id)
    if found is None:
        raise NoSuchChange
    return _answer(found)


@router.post("/agency-changes/{change_id}/withdrawal", responses=_CHANGES)
async def withdraw_agency_change(
    change_id: UUID, body: ChangeWithdrawal, caller: Caller, work: Work, now: Now, seen: IfMatch
) -> AgencyChange:
    """Hủy một thay đổi chưa đến ngày hiệu lực, nêu lý do; mọi thứ trở lại như trước quyết định."""
    return _answer(await withdraw_change(change_id, body.reason, seen=seen, by=caller, work=work, now=now))


@router.post("/agency-changes/{change_id}/question-closings", responses=_CHANGES)
async def close_agency_question(
    change_id: UUID, body: QuestionClosing, caller: Caller, work: Work, now: Now, seen: IfMatch
) -> AgencyChange:
    """Ghi nhận một việc còn để mở đã được giải quyết thế nào."""
    return _answer(
        await close_question(
            change_id, body.about, body.code, body.outcome, seen=seen, by=caller, work=work, now=now
        )
    )


@router.get(
    "/agencies/{code}/offerings",
    openapi_extra=PUBLIC,
    responses=problems(404, 422),
)
async def list_offerings(code: Code, work: Work, on: Day = None) -> Offerings:
    """Thẩm quyền của cơ quan theo thủ tục và thời gian."""
    found = await work.agencies.offerings(_known(code), on)
    return Offerings(items=[_offering(item) for item in found])


@router.post("/agencies/{code}/offerings", status_code=201, responses=_WRITES)
async def create_offering(code: Code, body: OfferingBody, caller: Caller, work: Work) -> Offering:
    """Ghi nhận thẩm quyền giải quyết một thủ tục từ một ngày."""
    given = changes.Offering(
        agency=_known(code),
        procedure=body.procedure,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
    )
    decision = changes.Decision(body.decision.number, body.decision.signed_on)
    return _offering(await offer(given, decision=decision, by=caller, work=work))


@router.post("/agencies/{code}/offerings/end", responses=_WRITES)
async def end_offering(code: Code, body: OfferingEndBody, caller: Caller, work: Work, now: Now) -> Offering:
    """Kết thúc thẩm quyền; từ chối khi không còn cơ quan nào giải quyết thủ tục."""
    found = await stop_offering(
        _known(code), body.procedure, last_day=body.last_day, by=caller, work=work, now=now
    )
    return _offering(found)


def _known(code: str) -> str:
    found = agency_code(code)
    if found is None:
        raise NoSuchEntry
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NoSuchChange from error


def _request(body: AgencyChangeBody) -> changes.ChangeRequest:
    return changes.ChangeRequest(
        kind=changes.ChangeKind(body.kind),
        decision=changes.Decision(body.decision.number, body.decision.signed_on),
        effective_on=body.effective_on,
        is_correction=body.is_correction,
        ended=tuple(body.ended),
        created=[item.model_dump() for item in body.created],
        successors=tuple(body.successors) or tuple(item.code for item in body.created),
        continuing=body.continuing or "",
        procedures={item.procedure: tuple(item.agencies) for item in body.procedures},
        children={agency_code(item.code) or item.code: item.agency for item in body.children},
        staff={item.subject: (item.agency, item.unit) for item in body.staff},
        points={item.code: item.agency for item in body.points},
        agency=body.agency or "",
        name=body.name or "",
        short_name=body.short_name or "",
        parent=body.parent or "",
    )


def _answer(change: KeptChange) -> AgencyChange:
    return AgencyChange.model_validate(
        {
            **{name: getattr(change, name) for name in AgencyChange.model_fields if name != "open_questions"},
            "open_questions": change.questions,
        }
    )


def _offering(item: changes.Offering) -> Offering:
    return Offering(
        agency=item.agency, procedure=item.procedure, valid_from=item.valid_from, valid_to=item.valid_to
    )
