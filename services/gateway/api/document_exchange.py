"""What administrators and supervisors see and keep of the documents' exchange."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kernel.core.errors import Invalid
from kernel.web.deps import Caller, IfMatch, Now, current_work
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.gateway.api.document_models import Receiver
from services.gateway.api.documents import Side, roles_only
from services.gateway.api.portal.sync import PROBLEMS, local, place_of
from services.gateway.api.saved_file import saved_file
from services.gateway.domain.documents.envelope import Organ
from services.gateway.domain.documents.organs import is_organ, same_organ
from services.gateway.domain.documents.questions import system_key
from services.gateway.domain.routes.documents import MENDERS, WATCHERS
from services.gateway.use_cases.documents.settle_arrival import (
    ArrivalOutcome,
    read_again,
    read_arrival,
    settle_arrival,
)

Work = Annotated[Any, Depends(current_work)]
router = APIRouter(
    prefix="/api/v1/document-exchange", route_class=EdgeRoute, responses=PROBLEMS, tags=["Văn bản liên thông"]
)
WATCH, MEND = roles_only(WATCHERS.roles), roles_only(MENDERS.roles)
ProcedureCode = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^:]*$")]
SystemName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w.-]+$")]


class RefusedMessages(BaseModel):
    """How many messages the axis declines for one reason."""

    reason: str
    rows: int


class ExchangeFigures(BaseModel):
    """How the exchange stands; seconds are of the moment of asking."""

    planned: int
    faulty: int
    waiting: int
    handed: int
    without_receipt: int
    refused: int
    unanswered: int
    lag_seconds: float
    refused_by_reason: list[RefusedMessages]
    arrivals: dict[str, int]
    is_connected: bool


class ArrivalLine(BaseModel):
    """Something that came and is not understood."""

    id: UUID
    name: str
    size: int
    received_at: datetime
    state: Literal["RECEIVED", "PARKED", "REFUSED", "SETTLED"]
    reason: str
    attempts: int
    """How often it was dealt with: the version a settlement names in `If-Match`."""
    next_attempt_at: datetime | None
    settled_at: datetime | None
    settlement: Literal["", "SET_ASIDE", "TAKEN_BY_HAND"]
    settled_by: str
    note: str


class ArrivalSettlement(BaseModel):
    """How people were done with what nobody could read, and why, or what it was."""

    model_config = ConfigDict(extra="forbid")

    how: ArrivalOutcome
    note: Annotated[
        str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=1_000)
    ]


class ArrivalSettled(BaseModel):
    """What is off the list."""

    id: UUID
    state: Literal["SETTLED"] = "SETTLED"


class ArrivalResumed(BaseModel):
    """What is read again."""

    id: UUID
    state: Literal["RECEIVED"] = "RECEIVED"


class Receivers(BaseModel):
    """Agencies a procedure's results, or a system's questions, are sent to; none: they are not sent."""

    model_config = ConfigDict(extra="forbid")

    receivers: list[Receiver] = Field(max_length=50)


@router.get("/figures", dependencies=WATCH)
async def read_exchange_figures(work: Work, side: Side, now: Now) -> ExchangeFigures:
    """Số liệu trao đổi văn bản: đang chờ, đã giao, bị từ chối, chưa trả lời."""
    found = await work.document_screens.figures(now, silent_hours=side.silent_hours)
    return ExchangeFigures.model_validate({**found, "is_connected": side.is_connected})


@router.get("/arrivals", dependencies=WATCH)
async def list_document_arrivals(
    work: Work,
    state: Literal["RECEIVED", "PARKED", "REFUSED", "SETTLED"] | None = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[ArrivalLine]:
    """Gói tin đến chưa đọc được và lý do; SETTLED: đã được người xử lý, chỉ hiện khi hỏi đến."""
    after = place_of(decode_cursor(cursor, str), UUID)
    rows = await work.document_screens.arrivals(state=state, after=after, limit=limit + 1)
    following = encode_cursor(str(rows[limit - 1]["id"])) if len(rows) > limit else None
    return Page[ArrivalLine](
        items=[ArrivalLine.model_validate(local(row)) for row in rows[:limit]], next_cursor=following
    )


@router.post("/arrivals/{id}/replay", dependencies=MEND)
async def replay_document_arrival(id: UUID, by: Caller, work: Work, now: Now) -> ArrivalResumed:  # noqa: A002 - the address's own word.
    """Đọc lại một gói tin đến đang chờ, hoặc đã được người xử lý mà nội dung còn giữ."""
    await read_again(id, by=by, work=work, now=now)
    return ArrivalResumed(id=id)


@router.get(
    "/arrivals/{id}/content",
    dependencies=MEND,
    response_class=Response,
    responses={200: {"description": "Nội dung tệp", "content": {"application/octet-stream": {}}}},
)
async def download_document_arrival(
    id: UUID,  # noqa: A002 - the address's own word.
    by: Caller,
    work: Work,
    now: Now,
    request: Request,
) -> Response:
    """Tải gói tin đến chưa đọc được, đúng từng byte; việc tải được ghi lại."""
    arrived = await read_arrival(id, by=by, work=work, now=now)
    return await saved_file(
        request,
        work,
        name=arrived.name,
        size=arrived.size,
        of=id,
        pieces=lambda reading, of, place: reading.document_posts.piece(of, place),
    )


@router.post("/arrivals/{id}/settlement", dependencies=MEND, responses=problems(428))
async def settle_document_arrival(
    id: UUID,  # noqa: A002 - the address's own word.
    body: ArrivalSettlement,
    by: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
) -> ArrivalSettled:
    """Kết thúc một gói tin không đọc được: bỏ qua, hoặc đã nhận bằng cách khác; ghi rõ vì sao, là gì."""
    await settle_arrival(id, body.how, body.note, seen=seen, by=by, work=work, now=now)
    return ArrivalSettled(id=id)


@router.get("/receivers/{procedure_code}", dependencies=WATCH)
async def show_result_receivers(procedure_code: ProcedureCode, work: Work, response: Response) -> Receivers:
    """Nơi nhận kết quả của một thủ tục; ETag "0" khi chưa khai báo."""
    return await _shown(procedure_code, work, response)


@router.put(
    "/receivers/{procedure_code}",
    dependencies=MEND,
    status_code=204,
    response_class=Response,
    responses=problems(428),
)
async def name_result_receivers(
    procedure_code: ProcedureCode, body: Receivers, by: Caller, work: Work, now: Now, seen: IfMatch
) -> Response:
    """Khai báo nơi nhận kết quả của một thủ tục."""
    return _named(procedure_code, body, by=by.subject, work=work, now=now, seen=seen)


@router.get("/systems/{system}", dependencies=WATCH)
async def show_system_receivers(system: SystemName, work: Work, response: Response) -> Receivers:
    """Nơi nhận yêu cầu của các bước do một hệ thống khác thực hiện; ETag "0" khi chưa khai báo."""
    return await _shown(system_key(system), work, response)


@router.put(
    "/systems/{system}",
    dependencies=MEND,
    status_code=204,
    response_class=Response,
    responses=problems(428),
)
async def name_system_receivers(
    system: SystemName, body: Receivers, by: Caller, work: Work, now: Now, seen: IfMatch
) -> Response:
    """Khai báo nơi nhận yêu cầu của các bước do một hệ thống khác thực hiện."""
    return _named(system_key(system), body, by=by.subject, work=work, now=now, seen=seen)


async def _shown(key: str, work: Any, response: Response) -> Receivers:
    receivers, version = await work.document_routes.route(key)
    response.headers["ETag"] = f'"{version}"'
    return Receivers(receivers=[Receiver(id=one.id, name=one.name) for one in receivers])


def _named(key: str, body: Receivers, *, by: str, work: Any, now: datetime, seen: int) -> Response:
    wrong = [
        (f"receivers.{index}.id", "Mã định danh cơ quan không đúng")
        for index, one in enumerate(body.receivers)
        if not is_organ(one.id.upper())
    ]
    organs = [Organ(same_organ(one.id), one.name) for one in body.receivers]
    if len({one.id for one in organs}) != len(organs):
        wrong.append(("receivers", "Hai nơi nhận trùng nhau"))
    if wrong:
        raise Invalid(fields=wrong)
    work.document_routes.put(key, organs, seen=seen, by=by, now=now)
    return Response(status_code=204, headers={"ETag": f'"{seen + 1}"'})
