"""What an officer does with the queue from a counter."""

from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, Stale
from services.dossier.domain.desk.calling import choose
from services.dossier.domain.desk.errors import GroupClosed, NobodyWaits, SessionOver, TicketInHand
from services.dossier.domain.desk.sessions import CounterSession
from services.dossier.domain.desk.tickets import Part, Ticket
from services.dossier.use_cases.desk.ports import Shown
from services.dossier.use_cases.ports import Work


async def call_next(session_id: UUID, *, by: Caller, work: Work, now: datetime) -> Ticket:
    """Call whoever's turn it is to this counter.

    The counter's session and the groups' lines are held until the commit, in one order for everybody: two
    officers who call at the same moment get two tickets, each the right one of its moment.
    """
    session = await work.desk.sessions.load(session_id, hold=True)
    session.require_own(by.subject)
    session.require_working()
    if await work.desk.sessions.in_hand(session.id):
        raise TicketInHand
    day = now.astimezone(VIETNAM).date()
    queues = work.desk.queues
    runs = await queues.hold_lines(session.point, day, session.groups)
    heads = await queues.heads(session.point, day, session.groups, now)
    rule = work.desk.rules.calling(day)
    chosen = choose(heads, runs, preferred_run=rule.preferred_run, now=now)
    if chosen is None:
        raise NobodyWaits
    ticket = await queues.load(chosen.ticket.ticket_id)
    ticket.call(session, now)
    queues.save(ticket, shown=shown_of(ticket, "CALLED", now))
    queues.set_run(session.point, ticket.group, day, chosen.run)
    return ticket


async def recall(ticket_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Ticket:
    """Call again, also somebody who was passed over before."""
    ticket, session = await _in_hand(ticket_id, by=by, seen=seen, work=work)
    if ticket.session_id != session.id:
        # Held, so that no other call comes to this counter meanwhile.
        session = await work.desk.sessions.load(session.id, hold=True)
        session.require_working()
        if await work.desk.sessions.in_hand(session.id):
            raise TicketInHand
    ticket.recall(session, now)
    work.desk.queues.save(ticket, shown=shown_of(ticket, "CALLED", now))
    return ticket


async def skip(ticket_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Ticket:
    """Pass over somebody who does not come to the counter."""
    ticket, session = await _in_hand(ticket_id, by=by, seen=seen, work=work)
    ticket.skip(session)
    work.desk.queues.save(ticket, shown=shown_of(ticket, "LEFT", now))
    return ticket


async def serve(ticket_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Ticket:
    """Begin the service: the person is here."""
    ticket, session = await _in_hand(ticket_id, by=by, seen=seen, work=work)
    ticket.serve(session, now)
    work.desk.queues.save(ticket, shown=shown_of(ticket, "SERVING", now))
    return ticket


async def finish(ticket_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Ticket:
    """End the service."""
    ticket, session = await _in_hand(ticket_id, by=by, seen=seen, work=work)
    return _ended(ticket, ticket.finish(session, now), work, now)


async def miss(ticket_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Ticket:
    """Record that the person did not come."""
    ticket, session = await _in_hand(ticket_id, by=by, seen=seen, work=work)
    least = work.desk.rules.calling(ticket.day).least_calls
    return _ended(ticket, ticket.miss(session, now, least_calls=least), work, now)


async def transfer(
    ticket_id: UUID, *, group: str, by: Caller, seen: int, work: Work, now: datetime
) -> Ticket:
    """Send the person to another group of the point; their waiting goes on from when they came."""
    ticket, session = await _in_hand(ticket_id, by=by, seen=seen, work=work)
    if group == ticket.group:
        raise Invalid(fields=[("group", "Phiếu đang ở nhóm quầy này")])
    _, target = await work.desk.points.group(ticket.point, group)
    if not target.is_open:
        raise GroupClosed
    part = ticket.transfer(session, group, now)
    await work.desk.queues.ensure_line(ticket.point, group, ticket.day)
    work.desk.queues.save(ticket, part=part, shown=shown_of(ticket, "LEFT", now))
    return ticket


async def close_past_ticket(ticket_id: UUID, *, work: Work, now: datetime) -> None:
    """Close what a past day left open."""
    ticket = await work.desk.queues.load(ticket_id)
    work.desk.queues.save(ticket, part=ticket.lapse(now))


def _ended(ticket: Ticket, part: Part, work: Work, now: datetime) -> Ticket:
    work.desk.queues.save(ticket, part=part, shown=shown_of(ticket, "LEFT", now))
    return ticket


async def _in_hand(ticket_id: UUID, *, by: Caller, seen: int, work: Work) -> tuple[Ticket, CounterSession]:
    """Return the ticket as seen and the caller's own counter; raise what stands against them."""
    ticket = await work.desk.queues.load(ticket_id)
    point = await work.desk.points.point(ticket.point)
    point.require_officer(by)
    if ticket.version != seen:
        raise Stale
    session = await work.desk.sessions.of_officer(by.subject)
    if session is None:
        raise SessionOver
    if session.point != ticket.point:
        raise Forbidden
    session.require_working()
    return ticket, session


def shown_of(ticket: Ticket, what: str, at: datetime) -> Shown:
    """Return what displays are told of a ticket where it is now."""
    return Shown(
        point=ticket.point,
        what=what,
        label=ticket.label,
        group=ticket.group,
        counter=ticket.counter,
        counter_name=ticket.counter_name,
        at=at,
    )
