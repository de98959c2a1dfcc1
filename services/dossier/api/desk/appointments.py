"""Appointments: booked by citizens, kept at the hall."""

from datetime import datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, StringConstraints

from kernel.core.clock import VIETNAM
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, encode_cursor
from services.dossier.api.cursors import NEWEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.desk.schemas import (
    Code,
    CodeInPath,
    Nothing,
    PointCode,
    PriorityCode,
    TicketOut,
)
from services.dossier.api.desk.tickets import ticket_out
from services.dossier.api.moments import Day, Moment
from services.dossier.api.schemas.requests import Strict
from services.dossier.api.texts import Email, Phone
from services.dossier.domain.desk.appointments import Appointment
from services.dossier.use_cases.desk import appointments

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Lịch hẹn"])


class SlotOut(BaseModel):
    """A slot's beginning and how many places are left."""

    slot_at: datetime
    left: int


class AppointmentIn(Strict):
    """Which slot, and how one is told."""

    point: Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
    group: Code
    slot_at: Moment
    priority: PriorityCode = "NORMAL"
    phone: Phone | None = None
    email: Email | None = None
    dossier_id: UUID | None = None


class ChangeIn(Strict):
    """Another slot of the same point."""

    group: Code
    slot_at: Moment


class CheckInIn(Strict):
    """The appointment's code, typed or scanned."""

    code: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=60)]


class AppointmentOut(BaseModel):
    """An appointment; its code is shown to whoever booked it only."""

    appointment_id: UUID
    version: int
    code: str | None
    point: str
    group: str
    slot_at: datetime
    state: str
    priority: str
    ticket_id: UUID | None


class CheckInOut(BaseModel):
    """The kept appointment's ticket."""

    appointment_id: UUID
    slot_at: datetime
    ticket: TicketOut


@router.get("/queues/{point}/groups/{code}/slots", openapi_extra=PUBLIC)
async def list_slots(
    point: PointCode, code: CodeInPath, day: Day, work: Work, now: Now
) -> dict[str, list[SlotOut]]:
    """Các khung giờ còn đặt được trong một ngày, theo lịch làm việc."""
    found = await appointments.list_slots(point, code, day, work=work, now=now)
    return {"items": [SlotOut(slot_at=item.slot_at, left=item.left) for item in found]}


@router.post("/appointments", status_code=201)
async def book_appointment(
    body: AppointmentIn, response: Response, by: Caller, work: Work, now: Now
) -> AppointmentOut:
    """Đặt lịch hẹn trực tuyến; được cấp mã để xuất trình khi đến."""
    appointment = await appointments.book(
        body.point,
        body.group,
        body.slot_at,
        priority=body.priority,
        contact={"phone": body.phone or "", "email": body.email or ""},
        dossier_id=body.dossier_id,
        by=by,
        work=work,
        now=now,
    )
    response.headers["Location"] = f"/v1/appointments/{appointment.id}"
    return _out(appointment, response, is_own=True)


@router.get("/appointments")
async def list_own(by: Caller, work: Work, limit: Limit = 20, cursor: Cursor = "") -> Page[AppointmentOut]:
    """Lịch hẹn của tôi."""
    before = cursor_place(cursor, NEWEST)
    found = await work.desk.appointments.own(by.subjects, before, limit + 1)
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    items = [_out(item, is_own=True) for item in found[:limit]]
    return Page[AppointmentOut](items=items, next_cursor=following)


@router.get("/appointments/{appointment_id}")
async def show_appointment(
    appointment_id: UUID, response: Response, by: Caller, work: Work
) -> AppointmentOut:
    """Một lịch hẹn."""
    appointment = await appointments.read_own(appointment_id, by=by, work=work)
    return _out(appointment, response, is_own=appointment.belongs_to(by))


@router.post("/appointments/{appointment_id}/change")
async def change_appointment(
    appointment_id: UUID, body: ChangeIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> AppointmentOut:
    """Đổi sang khung giờ khác."""
    appointment = await appointments.change(
        appointment_id, group=body.group, slot_at=body.slot_at, by=by, seen=seen, work=work, now=now
    )
    return _out(appointment, response, is_own=appointment.belongs_to(by))


@router.post("/appointments/{appointment_id}/cancellation")
async def cancel_appointment(
    appointment_id: UUID, body: Nothing, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> AppointmentOut:
    """Hủy lịch hẹn."""
    del body
    appointment = await appointments.cancel(appointment_id, by=by, seen=seen, work=work, now=now)
    return _out(appointment, response, is_own=appointment.belongs_to(by))


@router.get("/queues/{point}/appointments")
async def list_of_day(
    point: PointCode, by: Caller, work: Work, now: Now, day: Day | None = None
) -> dict[str, list[AppointmentOut]]:
    """Lịch hẹn của một điểm trong ngày."""
    (await work.desk.points.point(point)).require_officer(by)
    first = datetime.combine(day or now.astimezone(VIETNAM).date(), time(), VIETNAM)
    found = await work.desk.appointments.of_day(point, first, first + timedelta(days=1))
    return {"items": [_out(item, is_own=False) for item in found]}


@router.post("/queues/{point}/check-ins", status_code=201, responses=problems(429))
async def check_in(
    point: PointCode, body: CheckInIn, response: Response, by: Caller, work: Work, now: Now
) -> CheckInOut:
    """Xác nhận đã đến theo lịch hẹn, nhận phiếu được gọi trước từ giờ hẹn."""
    appointment, ticket = await appointments.check_in(point, body.code, by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/tickets/{ticket.id}"
    return CheckInOut(
        appointment_id=appointment.id,
        slot_at=appointment.slot_at.astimezone(VIETNAM),
        ticket=ticket_out(ticket),
    )


def _out(appointment: Appointment, response: Response | None = None, *, is_own: bool) -> AppointmentOut:
    if response is not None:
        response.headers["ETag"] = f'"{appointment.version}"'
    return AppointmentOut(
        appointment_id=appointment.id,
        version=appointment.version,
        code=appointment.code if is_own else None,
        point=appointment.point,
        group=appointment.group,
        slot_at=appointment.slot_at.astimezone(VIETNAM),
        state=appointment.state.value,
        priority=appointment.priority,
        ticket_id=appointment.ticket_id,
    )
