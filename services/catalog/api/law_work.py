"""Reviews of procedures, entries in the national database, postings at offices."""

import asyncio
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from kernel.core.clock import VIETNAM
from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.id_cursors import after_id
from services.catalog.api.law_models import (
    CheckAnswer,
    CheckBody,
    CompletionBody,
    EntryAnswer,
    EntryBody,
    OutcomeBody,
    PostingList,
    ReviewAnswer,
    ReviewBody,
    ReviewDecisionBody,
    ReviewFigures,
)
from services.catalog.domain.laws.entries import entry_state
from services.catalog.domain.laws.errors import NotPostedHere, require_law_reader
from services.catalog.use_cases.laws import entries, postings, reviews

router = APIRouter(prefix="/v1", route_class=EdgeRoute, tags=["law work"])

_WRITE = problems(400, 401, 403, 404, 409, 412, 422, 428)
Point = Annotated[str, Path(max_length=100)]
_PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}},
    **problems(404, 422),
}


def _page(found: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    following = encode_cursor(str(found[limit - 1]["id"])) if len(found) > limit else None
    return {"items": found[:limit], "next_cursor": following}


@router.get("/procedure-reviews", response_model=Page[ReviewAnswer], responses=problems(401, 403, 422))
async def list_procedure_reviews(
    caller: Caller,
    work: Work,
    state: Annotated[str, Query(pattern="^(|PROPOSED|ACCEPTED|REJECTED|DONE)$")] = "",
    procedure: Annotated[str, Query(max_length=20)] = "",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Các đề xuất rà soát, đơn giản hóa, mới nhất trước."""
    require_law_reader(caller)
    found = await work.reviews.listed(state, procedure, after_id(cursor), limit + 1)
    return _page([dict(one) for one in found], limit)


@router.post("/procedure-reviews", response_model=ReviewAnswer, status_code=201, responses=_WRITE)
async def propose_procedure_review(body: ReviewBody, caller: Caller, work: Work, now: Now) -> Any:
    """Ghi kết quả rà soát, phương án và chi phí tuân thủ hiện tại, sau đơn giản hóa."""
    said = body.model_dump(exclude={"procedure", "agency"})
    return await reviews.propose_review(body.procedure, body.agency, said, by=caller, work=work, now=now)


@router.post("/procedure-reviews/{id}/decision", response_model=ReviewAnswer, responses=_WRITE)
async def decide_procedure_review(
    id: UUID,  # noqa: A002 - the name in the path.
    body: ReviewDecisionBody,
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
) -> Any:
    """Chấp nhận hoặc không chấp nhận phương án; không tự quyết định đề xuất của mình."""
    decision = body.model_dump(mode="json", exclude={"is_accepted"})
    return await reviews.decide_review(
        id, body.is_accepted, decision, seen=seen, by=caller, work=work, now=now
    )


@router.post("/procedure-reviews/{id}/outcome", response_model=ReviewAnswer, responses=_WRITE)
async def finish_procedure_review(
    id: UUID,  # noqa: A002
    body: OutcomeBody,
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
) -> Any:
    """Ghi kết quả thực hiện phương án."""
    return await reviews.finish_review(id, body.note, body.done_on, seen=seen, by=caller, work=work, now=now)


@router.get("/procedure-review-figures", response_model=ReviewFigures, responses=problems(401, 403, 422))
async def count_procedure_reviews(
    caller: Caller,
    work: Work,
    first: Annotated[date, Query(description="Từ ngày")],
    last: Annotated[date, Query(description="Đến hết ngày")],
) -> dict[str, Any]:
    """Số liệu rà soát trong kỳ, cho báo cáo."""
    require_law_reader(caller)
    return {"first": first, "last": last, **await work.reviews.figures(first, last)}


def _entry(row: Any, today: date) -> dict[str, Any]:
    return {**row, "state": entry_state(row["due_on"], row["done_on"], today)}


@router.get("/national-entries", response_model=Page[EntryAnswer], responses=problems(401, 403, 422))
async def list_national_entries(
    caller: Caller,
    work: Work,
    now: Now,
    is_open: Annotated[bool | None, Query(description="Chưa nhập")] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Quyết định phải nhập cơ sở dữ liệu quốc gia: hạn, đã nhập, quá hạn."""
    require_law_reader(caller)
    found = await work.entries.listed(is_open, after_id(cursor), limit + 1)
    return _page([_entry(one, now.date()) for one in found], limit)


@router.post("/national-entries", response_model=EntryAnswer, status_code=201, responses=_WRITE)
async def add_national_entry(body: EntryBody, caller: Caller, work: Work, now: Now) -> dict[str, Any]:
    """Thêm quyết định công bố ngoài hệ thống."""
    row = await entries.add_entry(body.model_dump(), by=caller, work=work, now=now)
    return _entry(row, now.date())


@router.post("/national-entries/{id}/completion", response_model=EntryAnswer, responses=_WRITE)
async def complete_national_entry(
    id: UUID,  # noqa: A002
    body: CompletionBody,
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
) -> dict[str, Any]:
    """Ghi ngày đã nhập và minh chứng."""
    row = await entries.complete_entry(
        id, body.done_on, body.evidence, seen=seen, by=caller, work=work, now=now
    )
    return _entry(row, now.date())


@router.get(
    "/one-stop-points/{code}/postings",
    openapi_extra=PUBLIC,
    response_model=PostingList,
    responses=problems(404, 422),
)
async def list_postings(
    code: Point,
    work: Work,
    now: Now,
    state: Annotated[
        str, Query(pattern="^(|NEVER_CHECKED|CURRENT|OUTDATED|DAMAGED|MISSING)$", description="Lọc")
    ] = "",
) -> dict[str, Any]:
    """Thủ tục phải niêm yết ở một điểm, bản đang niêm yết, bản đã cũ."""
    where, found = await postings.postings_of(code, on=now.date(), work=work)
    hidden = {"photo", "checked_by", "checked_at", "point", "agency", "point_name"}
    items = [
        {name: value for name, value in one.items() if name not in hidden}
        for one in found
        if not state or one["state"] == state
    ]
    return {"point": where["code"], "agency": where["agency"], "items": items}


@router.get(
    "/one-stop-points/{code}/posting-sheets",
    openapi_extra=PUBLIC,
    response_class=Response,
    responses=_PDF,
)
async def print_posting_sheets(
    code: Point,
    work: Work,
    now: Now,
    procedure: Annotated[str, Query(max_length=20, description="Chỉ một thủ tục")] = "",
) -> Response:
    """In danh sách niêm yết (PDF), mỗi thủ tục một mã QR và số phiên bản."""
    where, found = await postings.postings_of(code, on=now.date(), work=work)
    chosen = [one for one in found if not procedure or one["code"] == procedure]
    if procedure and not chosen:
        raise NotPostedHere
    sheet = postings.sheet_of(where, chosen, work.house.public_url, now.date())
    printed = await asyncio.to_thread(work.house.press.posting_sheets, sheet)
    name = {"Content-Disposition": f'inline; filename="niem-yet-{len(chosen)}.pdf"'}
    return Response(printed, media_type="application/pdf", headers=name)


@router.post(
    "/one-stop-points/{code}/posting-checks", response_model=CheckAnswer, status_code=201, responses=_WRITE
)
async def check_posting(code: Point, body: CheckBody, caller: Caller, work: Work, now: Now) -> dict[str, Any]:
    """Ghi kiểm tra niêm yết: ai, lúc nào, ảnh chụp, bản đang treo."""
    row = await postings.check_posting(code, body.model_dump(), by=caller, work=work, now=now)
    return {**row, "checked_at": row["checked_at"].astimezone(VIETNAM)}
