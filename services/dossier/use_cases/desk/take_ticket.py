"""Take a number: at a kiosk, or from an officer."""

from datetime import datetime, timedelta
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden
from kernel.core.ids import new_id
from services.dossier.domain.desk.errors import DayFull, GroupClosed, KioskTooFast, PointClosed
from services.dossier.domain.desk.points import Group, Point
from services.dossier.domain.desk.tickets import Ticket, TicketState, label_of
from services.dossier.use_cases.ports import Work
from worktime.calendar import CalendarNotLoaded

KIOSK_SCOPE = "desk.kiosk"
MOST_A_MINUTE = 12
"""Tickets of one kiosk: nobody presses faster, and a stuck button must not empty the day's numbers."""


async def take_ticket(
    point_code: str,
    group_code: str,
    *,
    priority: str,
    dossier_id: UUID | None,
    by: Caller,
    work: Work,
    now: datetime,
) -> Ticket:
    """Return a new ticket with the group's next number of the day.

    The number is taken in the ticket's own commit, so one that is refused or fails leaves no gap.
    """
    point, group = await work.desk.points.group(point_code, group_code)
    await require_giver(point, by, work, now)
    day = now.astimezone(VIETNAM).date()
    await require_serving(point, work, now)
    if not group.is_open:
        raise GroupClosed
    work.desk.rules.require_priority(priority, day)
    return await new_ticket(
        group,
        work=work,
        by=by,
        now=now,
        due_at=now,
        priority=priority,
        channel="KIOSK" if by.kind is CallerKind.SERVICE else "OFFICER",
        dossier_id=dossier_id,
    )


async def require_giver(point: Point, by: Caller, work: Work, now: datetime) -> None:
    """Raise what stands against this kiosk or officer giving tickets at this point now."""
    if by.kind is not CallerKind.SERVICE:
        point.require_officer(by)
        return
    if not by.has_role(KIOSK_SCOPE) or await work.desk.points.kiosk_point(by.subject) != point.code:
        raise Forbidden
    if await work.desk.queues.taken_by(by.subject, now - timedelta(minutes=1)) >= MOST_A_MINUTE:
        raise KioskTooFast


async def require_serving(point: Point, work: Work, now: datetime) -> None:
    """Raise `PointClosed` when nobody would be called today."""
    day = now.astimezone(VIETNAM).date()
    calendar = await work.desk.points.calendar(point.calendar)
    try:
        is_off = calendar is not None and not calendar.is_working_day(day)
    except CalendarNotLoaded:
        # Days nobody has loaded do not close a counter where people stand.
        is_off = False
    if is_off or not point.serves_on(day):
        raise PointClosed


async def new_ticket(
    group: Group,
    *,
    work: Work,
    by: Caller,
    now: datetime,
    due_at: datetime,
    priority: str,
    channel: str,
    dossier_id: UUID | None = None,
    appointment_id: UUID | None = None,
) -> Ticket:
    """Queue a new ticket of a group; raise `DayFull` when all of the day are given.

    Who booked was promised a place of a slot: walk-ins take none of those.
    """
    day = now.astimezone(VIETNAM).date()
    most = group.most_tickets if appointment_id is None else None
    number = await work.desk.queues.next_number(group.point, group.code, day, most)
    if number is None:
        raise DayFull
    ticket = Ticket(
        id=new_id(),
        version=1,
        point=group.point,
        group=group.code,
        day=day,
        issued_group=group.code,
        number=number,
        label=label_of(group.letter, number),
        priority=priority,
        channel=channel,
        state=TicketState.WAITING,
        taken_at=now,
        due_at=due_at,
        part_number=1,
        part_since=due_at,
        dossier_id=dossier_id,
        appointment_id=appointment_id,
    )
    work.desk.queues.add(ticket, by=by.subject)
    return ticket
