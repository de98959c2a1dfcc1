"""Petitions at the agencies they came to."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from kernel.core.errors import Invalid
from kernel.web.deps import Caller, IfMatch, Now, current_work
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.survey.api.petition_schemas import (
    Answer,
    Classification,
    Forwarding,
    PetitionAtWork,
    PetitionLine,
    PetitionShown,
    Publication,
    Question,
    Rejection,
)
from services.survey.api.petitions import MOST_BYTES
from services.survey.domain.petitions.petition import Petition, PetitionStage
from services.survey.use_cases.petitions.work_petition import act, forward, read_petition, sees_office

router = APIRouter(
    route_class=EdgeRoute,
    prefix="/v1/petitions",
    tags=["petitions"],
    responses=problems(400, 401, 403, 404, 422),
)
Work = Annotated[Any, Depends(current_work)]
_WRITES: dict[str, Any] = {"openapi_extra": MOST_BYTES, "responses": problems(409, 412, 413, 428)}
_OPEN = [PetitionStage.RECEIVED, PetitionStage.HANDLING, PetitionStage.NEEDS_INFO]
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@router.get("")
async def list_petitions(
    work: Work,
    by: Caller,
    now: Now,
    agency: Annotated[str | None, Query(max_length=35)] = None,
    state: Annotated[PetitionStage | None, Query(description="Bỏ trống: đang mở")] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[PetitionLine]:
    """Phản ánh, kiến nghị của cơ quan, hạn gần nhất trước."""
    after = decode_cursor(cursor, str, str)
    stages = [state] if state else _OPEN
    found = await work.petitions.of_office(
        sees_office(by, agency), stages, _place(after) if after else None, limit + 1
    )
    last = found[limit - 1] if len(found) > limit else None
    following = encode_cursor((last.due_at or _NEVER).isoformat(), str(last.id)) if last else None
    return Page[PetitionLine](
        items=[PetitionLine.of(one, now) for one in found[:limit]], next_cursor=following
    )


def _place(parts: list[Any]) -> tuple[datetime, UUID]:
    try:
        moment, number = datetime.fromisoformat(parts[0]), UUID(parts[1])
        return moment.astimezone(UTC), number
    except (ValueError, OverflowError) as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error


@router.get("/{petition_id}")
async def show_petition(
    petition_id: UUID, work: Work, by: Caller, now: Now, response: Response
) -> PetitionAtWork | PetitionShown:
    """Một phản ánh, kiến nghị; người gửi xem của mình, cán bộ xem của cơ quan mình (có ghi nhật ký)."""
    petition = await read_petition(petition_id, by=by, work=work, now=now)
    response.headers["ETag"] = f'"{petition.version}"'
    if petition.subject == by.subject:
        return PetitionShown.of(petition)
    return PetitionAtWork.at_work(petition, await work.petitions.acts(petition_id), now)


@router.post("/{petition_id}/classification", **_WRITES)
async def classify_petition(
    petition_id: UUID,
    body: Classification,
    seen: IfMatch,
    work: Work,
    by: Caller,
    now: Now,
    response: Response,
) -> PetitionLine:
    """Phân loại và nhận xử lý."""
    return await _done(
        petition_id, "CLASSIFIED", lambda one: one.classified(body.kind), seen, by, work, now, response
    )


@router.post("/{petition_id}/forwarding", **_WRITES)
async def forward_petition(
    petition_id: UUID, body: Forwarding, seen: IfMatch, work: Work, by: Caller, now: Now, response: Response
) -> PetitionLine:
    """Chuyển đến cơ quan có thẩm quyền."""
    moved = await forward(petition_id, body.agency, body.reason, seen=seen, by=by, work=work, now=now)
    response.headers["ETag"] = f'"{moved.version}"'
    return PetitionLine.of(moved, now)


@router.post("/{petition_id}/information-request", **_WRITES)
async def ask_petitioner(
    petition_id: UUID, body: Question, seen: IfMatch, work: Work, by: Caller, now: Now, response: Response
) -> PetitionLine:
    """Yêu cầu người gửi bổ sung thông tin."""
    return await _done(
        petition_id,
        "ASKED",
        lambda one: one.asked(body.text, by=by.subject, now=now),
        seen,
        by,
        work,
        now,
        response,
        told_as="information_requested",
    )


@router.post("/{petition_id}/rejection", **_WRITES)
async def reject_petition(
    petition_id: UUID, body: Rejection, seen: IfMatch, work: Work, by: Caller, now: Now, response: Response
) -> PetitionLine:
    """Từ chối, nêu lý do và nơi có thể gửi."""
    return await _done(
        petition_id,
        "REJECTED",
        lambda one: one.rejected(body.reason, body.text, by=by.subject, now=now),
        seen,
        by,
        work,
        now,
        response,
        speaks=True,
        told_as="rejected",
    )


@router.post("/{petition_id}/answer", **_WRITES)
async def answer_petition(
    petition_id: UUID, body: Answer, seen: IfMatch, work: Work, by: Caller, now: Now, response: Response
) -> PetitionLine:
    """Trả lời chính thức."""
    return await _done(
        petition_id,
        "ANSWERED",
        lambda one: one.answered(body.text, by=by.subject, now=now),
        seen,
        by,
        work,
        now,
        response,
        speaks=True,
        told_as="answered",
    )


@router.post("/{petition_id}/publication", **_WRITES)
async def publish_petition(
    petition_id: UUID, body: Publication, seen: IfMatch, work: Work, by: Caller, now: Now, response: Response
) -> PetitionLine:
    """Công khai nội dung và câu trả lời, không có thông tin cá nhân."""
    return await _done(
        petition_id,
        "PUBLISHED",
        lambda one: one.publishing(body.model_dump(), now),
        seen,
        by,
        work,
        now,
        response,
        speaks=True,
    )


@router.delete("/{petition_id}/publication", responses=problems(409, 412, 428))
async def withdraw_publication(
    petition_id: UUID, seen: IfMatch, work: Work, by: Caller, now: Now, response: Response
) -> PetitionLine:
    """Gỡ nội dung đã công khai."""
    return await _done(
        petition_id, "WITHDRAWN", lambda one: one.withdrawn(), seen, by, work, now, response, speaks=True
    )


async def _done(
    petition_id: UUID,
    action: str,
    change: Callable[[Petition], Petition],
    seen: int,
    by: Any,
    work: Any,
    now: datetime,
    response: Response,
    *,
    speaks: bool = False,
    told_as: str = "",
) -> PetitionLine:
    changed = await act(
        petition_id,
        action,
        change,
        seen=seen,
        by=by,
        work=work,
        now=now,
        speaks=speaks,
        told_as=told_as,
    )
    response.headers["ETag"] = f'"{changed.version}"'
    return PetitionLine.of(changed, now)
