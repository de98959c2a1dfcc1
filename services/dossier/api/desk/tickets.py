"""Tickets: taken, called, served, sent on, ended."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kernel.core.clock import VIETNAM
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from kernel.web.paging import MAX_LIMIT
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.desk.schemas import (
    CodeAsked,
    Nothing,
    PlaceOut,
    PointCode,
    TicketIn,
    TicketOut,
    TransferIn,
)
from services.dossier.api.moments import Day, local
from services.dossier.domain.desk.tickets import Ticket
from services.dossier.use_cases.desk import call_tickets
from services.dossier.use_cases.desk.read_queues import read_place, require_reader
from services.dossier.use_cases.desk.take_ticket import take_ticket

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Quầy giao dịch"])


def ticket_out(ticket: Ticket, response: Response | None = None) -> TicketOut:
    """Return a ticket as officers see it, its version in the ETag."""
    if response is not None:
        response.headers["ETag"] = f'"{ticket.version}"'
    same = ("version", "point", "group", "label", "number", "day", "priority", "channel", "counter")
    return TicketOut(
        **{name: getattr(ticket, name) for name in same},
        ticket_id=ticket.id,
        state=ticket.state.value,
        counter_name=ticket.counter_name,
        taken_at=ticket.taken_at.astimezone(VIETNAM),
        called_at=local(ticket.called_at),
        calls=ticket.calls,
        served_at=local(ticket.served_at),
        ended_at=local(ticket.ended_at),
        dossier_id=ticket.dossier_id,
        is_appointment=ticket.appointment_id is not None,
    )


@router.post("/queues/{point}/tickets", status_code=201, responses=problems(429))
async def take(
    point: PointCode, body: TicketIn, response: Response, by: Caller, work: Work, now: Now
) -> TicketOut:
    """Lấy số tại máy lấy số hoặc do cán bộ cấp."""
    ticket = await take_ticket(
        point, body.group, priority=body.priority, dossier_id=body.dossier_id, by=by, work=work, now=now
    )
    response.headers["Location"] = f"/v1/tickets/{ticket.id}"
    return ticket_out(ticket, response)


@router.get("/queues/{point}/tickets")
async def list_tickets(
    point: PointCode,
    by: Caller,
    work: Work,
    now: Now,
    day: Day | None = None,
    group: CodeAsked = "",
    state: Annotated[str, Query(pattern=r"^[A-Z_]{0,20}$")] = "",
    limit: Annotated[int, Query(ge=1, le=10 * MAX_LIMIT)] = MAX_LIMIT,
) -> dict[str, list[TicketOut]]:
    """Phiếu của một ngày (mặc định hôm nay), theo nhóm quầy và trạng thái."""
    await require_reader(await work.desk.points.point(point), by, work, now)
    on = day or now.astimezone(VIETNAM).date()
    found = await work.desk.queues.listed(point, on, group, state, limit)
    return {"items": [ticket_out(item) for item in found]}


@router.get("/tickets/{ticket_id}", openapi_extra=PUBLIC)
async def show_place(ticket_id: UUID, work: Work, now: Now) -> PlaceOut:
    """Vị trí trong hàng chờ và thời gian chờ ước tính của một phiếu."""
    place = await read_place(ticket_id, work=work, now=now)
    ticket = place.ticket
    return PlaceOut(
        label=ticket.label,
        group=ticket.group,
        state=ticket.state.value,
        counter_name=ticket.counter_name,
        before=place.before,
        minutes=place.minutes,
    )


@router.post("/counter-sessions/{session_id}/calls")
async def call_next(
    session_id: UUID, body: Nothing, response: Response, by: Caller, work: Work, now: Now
) -> TicketOut:
    """Gọi người tiếp theo đến quầy."""
    del body
    return ticket_out(await call_tickets.call_next(session_id, by=by, work=work, now=now), response)


@router.post("/tickets/{ticket_id}/recall")
async def recall(
    ticket_id: UUID, body: Nothing, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> TicketOut:
    """Gọi lại."""
    del body
    return ticket_out(await call_tickets.recall(ticket_id, by=by, seen=seen, work=work, now=now), response)


@router.post("/tickets/{ticket_id}/skipping")
async def skip(
    ticket_id: UUID, body: Nothing, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> TicketOut:
    """Tạm bỏ qua người chưa đến quầy; gọi lại được."""
    del body
    return ticket_out(await call_tickets.skip(ticket_id, by=by, seen=seen, work=work, now=now), response)


@router.post("/tickets/{ticket_id}/service")
async def serve(
    ticket_id: UUID, body: Nothing, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> TicketOut:
    """Bắt đầu phục vụ."""
    del body
    return ticket_out(await call_tickets.serve(ticket_id, by=by, seen=seen, work=work, now=now), response)


@router.post("/tickets/{ticket_id}/completion")
async def finish(
    ticket_id: UUID, body: Nothing, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> TicketOut:
    """Kết thúc phục vụ."""
    del body
    return ticket_out(await call_tickets.finish(ticket_id, by=by, seen=seen, work=work, now=now), response)


@router.post("/tickets/{ticket_id}/absence")
async def miss(
    ticket_id: UUID, body: Nothing, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> TicketOut:
    """Ghi vắng mặt sau khi đã gọi đủ số lần."""
    del body
    return ticket_out(await call_tickets.miss(ticket_id, by=by, seen=seen, work=work, now=now), response)


@router.post("/tickets/{ticket_id}/transfer")
async def transfer(
    ticket_id: UUID, body: TransferIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> TicketOut:
    """Chuyển sang nhóm quầy khác, giữ nguyên thời gian đã chờ."""
    ticket = await call_tickets.transfer(ticket_id, group=body.group, by=by, seen=seen, work=work, now=now)
    return ticket_out(ticket, response)
