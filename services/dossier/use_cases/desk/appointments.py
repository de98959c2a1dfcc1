"""Appointments: a citizen books, moves or cancels one; somebody comes or does not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound, Stale
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.dossier.domain.codes import reference_of
from services.dossier.domain.desk.appointments import Appointment, AppointmentState
from services.dossier.domain.desk.errors import (
    GroupClosed,
    NoAppointments,
    PointClosed,
    SlotFull,
    TooManyAppointments,
)
from services.dossier.domain.desk.points import Group, Point
from services.dossier.domain.desk.slots import is_served, slots_of
from services.dossier.domain.desk.tickets import Ticket
from services.dossier.domain.events import moment
from services.dossier.use_cases.desk.take_ticket import new_ticket, require_giver, require_serving
from services.dossier.use_cases.ports import Work

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot's beginning and how many places are left."""

    slot_at: datetime
    left: int


async def list_slots(point: str, group: str, day: date, *, work: Work, now: datetime) -> list[Slot]:
    """Return the slots of a day that may still be booked."""
    found, of = await work.desk.points.group(point, group)
    if not of.takes_appointments:
        raise NoAppointments
    begins = [at for at in await _slots(found, of, day, work) if _is_bookable(at, of, work, now)]
    taken = await work.desk.appointments.taken(point, group, begins)
    return [Slot(at, max(0, of.slot_capacity - taken.get(at, 0))) for at in begins]


async def book(
    point: str,
    group: str,
    slot_at: datetime,
    *,
    priority: str,
    contact: Mapping[str, str],
    dossier_id: UUID | None,
    by: Caller,
    work: Work,
    now: datetime,
) -> Appointment:
    """Book a slot for oneself; one place is one person, however many ask at once."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    found, of = await _open_slot(point, group, slot_at, work, now)
    work.desk.rules.require_priority(priority, slot_at.astimezone(VIETNAM).date())
    rule = work.desk.rules.appointments(now.astimezone(VIETNAM).date())
    held = await work.desk.appointments.hold_person(by.subjects)
    days = {(one.point, one.group, _day(one.slot_at)) for one in held}
    if len(held) >= rule.most_open or (point, group, _day(slot_at)) in days:
        raise TooManyAppointments
    if not await work.desk.appointments.take_place(point, group, slot_at, of.slot_capacity):
        raise SlotFull
    appointment_id = new_id()
    appointment = Appointment(
        id=appointment_id,
        version=1,
        code=reference_of(appointment_id),
        point=point,
        group=group,
        slot_at=slot_at,
        state=AppointmentState.BOOKED,
        subject=by.subject,
        contact_sealed=work.seals.seal({"name": by.name, **contact}, purpose="contact"),
        priority=priority,
        dossier_id=dossier_id,
        booked_at=now,
    )
    work.desk.appointments.add(appointment)
    _tell("booked", appointment, found, of, work, now)
    return appointment


async def change(
    appointment_id: UUID, *, group: str, slot_at: datetime, by: Caller, seen: int, work: Work, now: datetime
) -> Appointment:
    """Move to another slot of the point, of this group or another; the old place is free at once."""
    appointment = await _own(appointment_id, by=by, seen=seen, work=work)
    found, of = await _open_slot(appointment.point, group, slot_at, work, now)
    old = (appointment.group, appointment.slot_at)
    appointment.move_to(group, slot_at, now)
    held = await work.desk.appointments.hold_person(
        by.subjects if appointment.belongs_to(by) else [appointment.subject]
    )
    others = {(one.point, one.group, _day(one.slot_at)) for one in held if one.id != appointment.id}
    if (appointment.point, group, _day(slot_at)) in others:
        raise TooManyAppointments
    if old != (group, slot_at):
        is_taken = await work.desk.appointments.swap_place(
            appointment.point, old, (group, slot_at), of.slot_capacity
        )
        if not is_taken:
            raise SlotFull
    work.desk.appointments.save(appointment)
    _tell("changed", appointment, found, of, work, now)
    return appointment


async def cancel(appointment_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Appointment:
    """Give the slot back."""
    appointment = await _own(appointment_id, by=by, seen=seen, work=work)
    appointment.cancel(now)
    await work.desk.appointments.free_place(appointment.point, appointment.group, appointment.slot_at)
    work.desk.appointments.save(appointment)
    point, group = await work.desk.points.group(appointment.point, appointment.group)
    _tell("cancelled", appointment, point, group, work, now)
    return appointment


async def check_in(
    point_code: str, code: str, *, by: Caller, work: Work, now: datetime
) -> tuple[Appointment, Ticket]:
    """Turn the appointment into a ticket whose turn counts from its slot's beginning.

    Also while the group gives no more numbers: who booked was promised a place.
    """
    point = await work.desk.points.point(point_code)
    await require_giver(point, by, work, now)
    appointment = await work.desk.appointments.by_code(code.strip().upper())
    if appointment.point != point_code:
        raise NotFound
    _, group = await work.desk.points.group(point_code, appointment.group)
    await require_serving(point, work, now)
    if not group.keeps_appointments:
        raise GroupClosed
    rule = work.desk.rules.appointments(now.astimezone(VIETNAM).date())
    # Judged before a number is taken; the ticket's id is known only after.
    appointment.check_in(appointment.id, rule, now)
    ticket = await new_ticket(
        group,
        work=work,
        by=by,
        now=now,
        due_at=max(now, appointment.slot_at),
        priority=appointment.priority,
        channel="APPOINTMENT",
        dossier_id=appointment.dossier_id,
        appointment_id=appointment.id,
    )
    appointment.ticket_id = ticket.id
    work.desk.appointments.save(appointment)
    return appointment, ticket


async def list_missed(past: Collection[UUID], *, work: Work, now: datetime) -> Sequence[UUID]:
    """Return the next whose slot's grace is over, but for some."""
    rule = work.desk.rules.appointments(now.astimezone(VIETNAM).date())
    missed = now - timedelta(minutes=rule.late_minutes)
    return await work.desk.appointments.before(missed, AT_ONCE, past)


async def list_approaching(past: Collection[UUID], *, work: Work, now: datetime) -> Sequence[UUID]:
    """Return the next that come near and were not told of it, but for some; who booked since knows."""
    rule = work.desk.rules.appointments(now.astimezone(VIETNAM).date())
    ahead = timedelta(hours=rule.remind_hours)
    return await work.desk.appointments.approaching(now, ahead, AT_ONCE, past)


async def list_unserved(past: Collection[UUID], *, work: Work, now: datetime) -> Sequence[UUID]:
    """Return the next whose slot is ahead and whose door will be closed then, but for some.

    Asked once a slot, not a person. A point or calendar changed by hand closes nothing.
    """
    calendars = await work.catalogue.calendars()
    closed = [
        (point.code, group.code, slot_at)
        for point, group, slots in await work.desk.points.booked(now)
        for slot_at in slots
        if not is_served(point, group, calendars.get(point.calendar), slot_at)
    ]
    return await work.desk.appointments.in_slots(closed, AT_ONCE, past) if closed else ()


async def close_missed(appointment_id: UUID, *, work: Work, now: datetime) -> None:
    """Record that somebody did not come; nobody is said to have missed what was closed."""
    appointment = await work.desk.appointments.load(appointment_id)
    if not await _is_called_off(appointment, work, now):
        appointment.miss(now)
        work.desk.appointments.save(appointment)


async def call_off_unserved(appointment_id: UUID, *, work: Work, now: datetime) -> None:
    """Cancel for the office what nobody will be there for, unless it was moved meanwhile."""
    await _is_called_off(await work.desk.appointments.load(appointment_id), work, now)


async def tell_approaching(appointment_id: UUID, *, work: Work, now: datetime) -> None:
    """Publish what comes near, once a slot."""
    appointment = await work.desk.appointments.load(appointment_id)
    point, group = await work.desk.points.group(appointment.point, appointment.group)
    appointment.tell(now)
    work.desk.appointments.save(appointment)
    _tell("approached", appointment, point, group, work, now)


async def _is_called_off(appointment: Appointment, work: Work, now: datetime) -> bool:
    """Cancel for the office where the point, its group or the hour became closed; tell whether it did."""
    point, group = await work.desk.points.group(appointment.point, appointment.group)
    if is_served(point, group, await work.desk.points.calendar(point.calendar), appointment.slot_at):
        return False
    appointment.call_off(now)
    await work.desk.appointments.free_place(appointment.point, appointment.group, appointment.slot_at)
    work.desk.appointments.save(appointment)
    _tell("cancelled", appointment, point, group, work, now, by_office=True)
    return True


async def read_own(appointment_id: UUID, *, by: Caller, work: Work) -> Appointment:
    """Return an appointment to whoever booked it or works at its point; raise `NotFound` to others."""
    appointment = await work.desk.appointments.load(appointment_id)
    if not appointment.belongs_to(by):
        try:
            (await work.desk.points.point(appointment.point)).require_officer(by)
        except Forbidden as error:
            raise NotFound from error
    return appointment


async def _own(appointment_id: UUID, *, by: Caller, seen: int, work: Work) -> Appointment:
    appointment = await read_own(appointment_id, by=by, work=work)
    if appointment.version != seen:
        raise Stale
    return appointment


async def _open_slot(
    point: str, group: str, slot_at: datetime, work: Work, now: datetime
) -> tuple[Point, Group]:
    """Return point and group when the moment begins a slot that may be booked."""
    found, of = await work.desk.points.group(point, group)
    day = _day(slot_at)
    if not found.serves_on(day):
        raise PointClosed
    if not of.takes_appointments:
        raise NoAppointments
    begins = await _slots(found, of, day, work)
    if slot_at not in begins or not _is_bookable(slot_at, of, work, now):
        raise Invalid(fields=[("slot_at", "Không phải khung giờ còn nhận đặt")])
    return found, of


async def _slots(point: Point, group: Group, day: date, work: Work) -> list[datetime]:
    return slots_of(await work.desk.points.calendar(point.calendar), day, group.slot_minutes)


def _is_bookable(slot_at: datetime, group: Group, work: Work, now: datetime) -> bool:
    today = now.astimezone(VIETNAM).date()
    lead = timedelta(minutes=work.desk.rules.appointments(today).lead_minutes)
    return slot_at >= now + lead and _day(slot_at) <= today + timedelta(days=group.booking_days)


def _day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()


def _tell(
    what: str,
    appointment: Appointment,
    point: Point,
    group: Group,
    work: Work,
    now: datetime,
    **more: bool,
) -> None:
    """Queue the event; the code checks somebody in, so it is sealed like the contact."""
    data: dict[str, Any] = {
        "appointment_id": str(appointment.id),
        "point": {"code": point.code, "name": point.name, "address": point.address},
        "group": {"code": group.code, "name": group.name},
        "agency": point.agency,
        "slot_at": moment(appointment.slot_at),
        "state": appointment.state.value,
        "subject": appointment.subject or None,
        "contact": appointment.contact_sealed,
        "code": work.seals.seal(appointment.code, purpose="contact"),
        "version": appointment.version,
        **more,
    }
    work.record(
        Event(
            type=f"appointment.{what}.v1",
            key=str(appointment.id),
            sequence=appointment.version,
            data=data,
            occurred_at=now,
        )
    )
