"""Petitions at the agencies they came to."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from kernel.core.errors import Invalid
from kernel.web.deps import Caller, Now, current_work
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.survey.api.petition_act import Act
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
from services.survey.domain.petitions.petition import PetitionStage
from services.survey.use_cases.petitions.work_petition import (
    answer,
    forward,
    read_petition,
    sees_offices,
)

router = APIRouter(
    route_class=EdgeRoute,
    prefix="/v1/petitions",
    tags=["petitions"],
    responses=problems(400, 401, 403, 404, 422),
)
acts = APIRouter(
    route_class=EdgeRoute,
    prefix="/v1/petitions/{petition_id}",
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
    source: Annotated[
        Literal["HERE", "PORTAL"] | None, Query(description="PORTAL: gửi trên Cổng DVCQG")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[PetitionLine]:
    """Phản ánh, kiến nghị của cơ quan, hạn gần nhất trước."""
    after = decode_cursor(cursor, str, str)
    stages = [state] if state else _OPEN
    offices = await sees_offices(by, agency, work, now)
    found = await work.petitions.of_office(
        offices, stages, _place(after) if after else None, limit + 1, source=source
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


@router.get("/unpublished")
async def list_unpublished_petitions(
    work: Work,
    by: Caller,
    now: Now,
    agency: Annotated[str | None, Query(max_length=35)] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[PetitionLine]:
    """Đã trả lời, chưa công khai và người gửi không đề nghị giữ bí mật; kèm hạn công khai."""
    after = decode_cursor(cursor, str)
    place = _id_of(after[0]) if after else None
    offices = await sees_offices(by, agency, work, now)
    found = await work.petitions.unpublished(offices, place, limit + 1)
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page[PetitionLine](
        items=[PetitionLine.of(one, now) for one in found[:limit]], next_cursor=following
    )


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error


@router.get("/{petition_id}")
async def show_petition(
    petition_id: UUID, work: Work, by: Caller, now: Now, response: Response
) -> PetitionAtWork | PetitionShown:
    """Một phản ánh, kiến nghị; người gửi xem của mình, cán bộ xem của cơ quan mình (có ghi nhật ký)."""
    petition = await read_petition(petition_id, by=by, work=work, now=now)
    response.headers["ETag"] = f'"{petition.version}"'
    if petition.subject in by.subjects:
        return PetitionShown.of(petition)
    return PetitionAtWork.at_work(petition, await work.petitions.acts(petition_id), now)


@acts.post("/classification", **_WRITES)
async def classify_petition(body: Classification, one: Act) -> PetitionLine:
    """Phân loại và nhận xử lý."""
    return await one.done("CLASSIFIED", lambda petition: petition.classified(body.kind))


@acts.post("/forwarding", **_WRITES)
async def forward_petition(body: Forwarding, one: Act) -> PetitionLine:
    """Chuyển đến cơ quan có thẩm quyền."""
    return one.line(await forward(one.petition_id, body.agency, body.reason, **one.terms))


@acts.post("/information-request", **_WRITES)
async def ask_petitioner(body: Question, one: Act) -> PetitionLine:
    """Yêu cầu người gửi bổ sung thông tin."""
    return await one.done(
        "ASKED",
        lambda petition: petition.asked(body.text, by=one.who, now=one.now),
        told_as="information_requested",
    )


@acts.post("/rejection", **_WRITES)
async def reject_petition(body: Rejection, one: Act) -> PetitionLine:
    """Từ chối, nêu lý do và nơi có thể gửi."""
    return await one.done(
        "REJECTED",
        lambda petition: petition.rejected(body.reason, body.text, by=one.who, now=one.now),
        speaks=True,
        told_as="rejected",
    )


@acts.post("/answer", **_WRITES)
async def answer_petition(body: Answer, one: Act) -> PetitionLine:
    """Trả lời chính thức; từ đây tính thời hạn công khai."""
    return one.line(await answer(one.petition_id, body.text, **one.terms))


@acts.post("/publication", **_WRITES)
async def publish_petition(body: Publication, one: Act) -> PetitionLine:
    """Công khai nội dung và câu trả lời, không có thông tin cá nhân."""
    return await one.done(
        "PUBLISHED", lambda petition: petition.publishing(body.model_dump(), one.now), speaks=True
    )


@acts.delete("/publication", responses=problems(409, 412, 428))
async def withdraw_publication(one: Act) -> PetitionLine:
    """Gỡ nội dung đã công khai."""
    return await one.done("WITHDRAWN", lambda petition: petition.withdrawn(), speaks=True)
