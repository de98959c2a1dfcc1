"""What people in the hall, kiosks and managers read of the queues."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound
from services.dossier.domain.desk.calling import line
from services.dossier.domain.desk.points import Group, Point
from services.dossier.domain.desk.tickets import Ticket, TicketState
from services.dossier.domain.desk.waiting_time import capacity, estimated_minutes, service_seconds
from services.dossier.use_cases.desk.ports import Line
from services.dossier.use_cases.desk.take_ticket import KIOSK_SCOPE
from services.dossier.use_cases.keeping import oversees
from services.dossier.use_cases.ports import Work

MOST_DAYS = 366
_CODE = re.compile(r"^[A-Z0-9][A-Z0-9.]{1,30}-\d{6}-\d{4,7}$")
_QR = re.compile(r"^https?://[^/\s]{1,200}/qr/([^/?#\s]{1,60})$")


@dataclass(frozen=True, slots=True)
class QueueNow:
    """One group's queue and what a normal ticket taken now would wait."""

    group: Group
    waiting: int
    open_counters: int
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """A ticket's place: how many come before it, and how long that takes."""

    ticket: Ticket
    before: int | None
    minutes: int | None


async def read_queues(point_code: str, *, work: Work, now: datetime) -> tuple[Point, list[QueueNow]]:
    """Return a point's queues now."""
    point = await work.desk.points.point(point_code)
    lines = await work.desk.queues.lines(point_code, now.astimezone(VIETNAM).date())
    return point, [_queue(item) for item in lines]


def _queue(found: Line) -> QueueNow:
    group = found.group
    open_counters = sum(1 for groups in found.open_counters if group.code in groups)
    return QueueNow(group, len(found.waiting), open_counters, _minutes(found, len(found.waiting)))


def _minutes(found: Line, before: int) -> int | None:
    each = service_seconds(found.measured_seconds, found.group.expected_minutes)
    return estimated_minutes(before, each, capacity(found.group.code, found.open_counters))


async def read_place(ticket_id: UUID, *, work: Work, now: datetime) -> Place:
    """Return a ticket's place in its line, by the calling rule itself."""
    ticket = await work.desk.queues.load(ticket_id)
    if ticket.state is not TicketState.WAITING:
        return Place(ticket, None, None)
    found = (await work.desk.queues.lines(ticket.point, ticket.day, ticket.group))[0]
    rule = work.desk.rules.calling(ticket.day)
    order = line(found.waiting, found.run, preferred_run=rule.preferred_run, now=now)
    before = next((place for place, one in enumerate(order) if one.ticket_id == ticket.id), None)
    return Place(ticket, before, None if before is None else _minutes(found, before))


async def read_figures(
    point_code: str, first: date, last: date, group: str, *, by: Caller, work: Work, now: datetime
) -> Sequence[Any]:
    """Return measured waiting and service time by day and group; of the house, or for its supervisors."""
    point = await work.desk.points.point(point_code)
    if last < first or last - first > timedelta(days=MOST_DAYS):
        raise Invalid(fields=[("to", f"Từ ngày đến ngày, không quá {MOST_DAYS} ngày")])
    await require_reader(point, by, work, now)
    return await work.desk.queues.figures(point_code, first, last, group)


async def require_reader(point: Point, by: Caller, work: Work, now: datetime) -> None:
    """Raise `Forbidden` for whoever neither works at the point nor supervises its agency."""
    if not await oversees(by, [(point.agency, "")], work, now):
        point.require_officer(by)


async def look_up(text: str, *, by: Caller, work: Work, now: datetime) -> Any:
    """Return where a dossier stands, by its code or the QR printed on its papers; for kiosks only.

    Whoever knows a code learns no more than whether to take a ticket: no person, procedure or paper.
    """
    del now
    if by.kind is not CallerKind.SERVICE or not by.has_role(KIOSK_SCOPE):
        raise Forbidden
    if not await work.desk.points.kiosk_point(by.subject):
        raise Forbidden
    code = dossier_code_in(text)
    row = await work.desk.queues.look_up(code) if code else None
    if row is None:
        raise NotFound
    return row


def dossier_code_in(text: str) -> str:
    """Return the dossier's code in what was typed or scanned; empty for anything else."""
    scanned = _QR.fullmatch(text.strip())
    code = (scanned.group(1) if scanned else text).strip().upper()
    return code if _CODE.fullmatch(code) else ""
