"""Tickets and their lines in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.desk.calling import Waiting
from services.dossier.domain.desk.tickets import Part, Ticket, TicketState
from services.dossier.domain.desk.waiting_time import RECENT, WITHIN_DAYS
from services.dossier.store.desk.points import group_of
from services.dossier.use_cases.desk.ports import Line, Shown

_NEXT = Statement(
    """
    INSERT INTO queues (point, group_code, day, last, run) VALUES (:point, :group, :day, 1, 0)
    ON CONFLICT (point, group_code, day) DO UPDATE SET last = queues.last + 1
    WHERE :most::int IS NULL OR queues.last < :most RETURNING last
    """
)
_ENSURE = Statement(
    """
    INSERT INTO queues (point, group_code, day, last, run) VALUES (:point, :group, :day, 0, 0)
    ON CONFLICT (point, group_code, day) DO UPDATE SET run = queues.run RETURNING 1
    """
)
_HOLD = Statement(
    """
    SELECT group_code, run FROM queues
    WHERE point = :point AND day = :day AND group_code = ANY(:groups::text[])
    ORDER BY group_code FOR UPDATE
    """
)
_SET_RUN = Statement(
    "UPDATE queues SET run = :run WHERE point = :point AND group_code = :group AND day = :day"
)
_HEADS = Statement(
    """
    SELECT DISTINCT ON (group_code, is_preferred, due_at <= :now) id, group_code, number, is_preferred, due_at
    FROM tickets
    WHERE point = :point AND day = :day AND group_code = ANY(:groups::text[]) AND state = 'WAITING'
    ORDER BY group_code, is_preferred, due_at <= :now, due_at, number, id
    """
)
_COLUMNS = (
    "id",
    "version",
    "point",
    "group_code",
    "day",
    "issued_group",
    "number",
    "label",
    "priority",
    "channel",
    "state",
    "taken_at",
    "due_at",
    "part_number",
    "part_since",
    "counter",
    "counter_name",
    "session_id",
    "called_at",
    "last_called_at",
    "calls",
    "served_at",
    "ended_at",
    "dossier_id",
    "appointment_id",
)
_KEPT = ("id", "point", "day", "issued_group", "number", "label", "priority", "channel", "taken_at", "due_at")
_CHANGING = tuple(
    name for name in _COLUMNS if name not in {*_KEPT, "version", "dossier_id", "appointment_id"}
)
_ADD = Statement(
    f"INSERT INTO tickets ({', '.join(_COLUMNS)}, is_preferred, taken_by)"
    f" VALUES ({', '.join(f':{name}' for name in _COLUMNS)}, :is_preferred, :taken_by)"
)
_LOAD = Statement(f"SELECT {', '.join(_COLUMNS)} FROM tickets WHERE id = :id")
_SAVE = Statement(
    f"UPDATE tickets SET version = :version, {', '.join(f'{name} = :{name}' for name in _CHANGING)}"
    " WHERE id = :id AND version = :version - 1"
)
_ADD_PART = Statement(
    """
    INSERT INTO ticket_parts (ticket_id, number, point, group_code, priority, counter, officer, outcome, day,
        waited_seconds, served_seconds, ended_at)
    VALUES (:ticket_id, :number, :point, :group, :priority, :counter, :officer, :outcome, :day,
        :waited_seconds, :served_seconds, :ended_at)
    """
)
_SHOW = Statement(
    "INSERT INTO display_events (point, what, label, group_code, counter, counter_name, at)"
    " VALUES (:point, :what, :label, :group, :counter, :counter_name, :at)"
)
_TAKEN_BY = Statement("SELECT count(*) FROM tickets WHERE taken_by = :kiosk AND taken_at > :since")
_LINES = Statement(
    f"""
    SELECT g.*, coalesce(q.run, 0) AS run,
        (SELECT coalesce(json_agg(json_build_object('id', t.id, 'group', t.group_code, 'number', t.number,
                'is_preferred', t.is_preferred, 'due_at', t.due_at) ORDER BY t.due_at, t.number), '[]')
         FROM (SELECT * FROM tickets WHERE point = g.point AND day = :day::date AND group_code = g.code
               AND state = 'WAITING' ORDER BY due_at, number LIMIT 1000) t) AS waiting,
        (SELECT coalesce(array_agg(m.served_seconds), '{{}}') FROM (
            SELECT served_seconds FROM ticket_parts
            WHERE point = g.point AND group_code = g.code AND outcome = 'DONE'
              AND ended_at >= (:day::date - {WITHIN_DAYS})::timestamptz
            ORDER BY ended_at DESC LIMIT {RECENT}) m) AS measured,
        (SELECT coalesce(json_agg(s.groups), '[]') FROM counter_sessions s
         WHERE s.point = g.point AND s.closed_at IS NULL AND s.break_since IS NULL) AS counters
    FROM desk_groups g LEFT JOIN queues q
        ON q.point = g.point AND q.group_code = g.code AND q.day = :day::date
    WHERE g.point = :point AND (:group::text = '' OR g.code = :group)
    ORDER BY g.code
    """
)
_LISTED = Statement(
    f"""
    SELECT {", ".join(_COLUMNS)} FROM tickets
    WHERE point = :point AND day = :day AND (:group::text = '' OR group_code = :group)
      AND (:state::text = '' OR state = :state)
    ORDER BY taken_at, id LIMIT :limit
    """
)
_IN_HAND = Statement(
    f"SELECT {', '.join(_COLUMNS)} FROM tickets WHERE session_id = :id AND state IN ('CALLED', 'SERVING')"
)
_LEFT_OPEN = Statement(
    """
    SELECT id FROM tickets
    WHERE day < :before AND state IN ('WAITING', 'CALLED', 'SKIPPED', 'SERVING') AND id <> ALL(:past::uuid[])
    ORDER BY day, id LIMIT :limit
    """
)
_LOOK_UP = Statement(
    "SELECT dossier_code, state, due_at, work #>> '{elsewhere,end,outcome}' AS away"
    " FROM dossiers WHERE dossier_code = :code"
)
_FIGURES = Statement(
    """
    SELECT day, group_code,
        count(*) FILTER (WHERE outcome <> 'TRANSFERRED') AS tickets,
        count(*) FILTER (WHERE outcome = 'DONE') AS served,
        count(*) FILTER (WHERE outcome = 'NO_SHOW') AS absent,
        count(*) FILTER (WHERE outcome = 'LAPSED') AS lapsed,
        count(*) FILTER (WHERE outcome = 'TRANSFERRED') AS transferred,
        count(*) FILTER (WHERE priority <> 'NORMAL' AND outcome <> 'TRANSFERRED') AS by_priority,
        round(avg(waited_seconds) FILTER (WHERE outcome IN ('DONE', 'TRANSFERRED')))::int AS mean_waited,
        (percentile_disc(0.9) WITHIN GROUP (ORDER BY waited_seconds)
            FILTER (WHERE outcome IN ('DONE', 'TRANSFERRED')))::int AS nine_of_ten_waited,
        max(waited_seconds) FILTER (WHERE outcome IN ('DONE', 'TRANSFERRED')) AS longest_waited,
        round(avg(served_seconds) FILTER (WHERE outcome = 'DONE'))::int AS mean_served
    FROM ticket_parts
    WHERE point = :point AND day BETWEEN :first AND :last AND (:group::text = '' OR group_code = :group)
    GROUP BY day, group_code ORDER BY day, group_code
    """
)


class PostgresQueues:
    """All tickets."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def next_number(self, point: str, group: str, day: date, most: int | None) -> int | None:
        """Return the group's next number; its row stays locked until the unit ends."""
        await self._unit.begin()
        number: int | None = await self._unit.fetch_value(_NEXT, point=point, group=group, day=day, most=most)
        return number

    async def ensure_line(self, point: str, group: str, day: date) -> None:
        """Begin a group's day where nobody has taken a ticket yet, and hold it."""
        await self._unit.begin()
        await self._unit.fetch(_ENSURE, point=point, group=group, day=day)

    async def taken_by(self, kiosk: str, since: datetime) -> int:
        """Return how many tickets a kiosk gave since a moment."""
        return int(await self._unit.fetch_value(_TAKEN_BY, kiosk=kiosk, since=since))

    def add(self, ticket: Ticket, *, by: str) -> None:
        """Keep a new ticket."""
        self._unit.write(_ADD, **_columns(ticket), is_preferred=ticket.is_preferred, taken_by=by)

    async def load(self, ticket_id: UUID) -> Ticket:
        """Return a ticket; raise `NotFound`."""
        row = await self._unit.fetch_one(_LOAD, id=ticket_id)
        if row is None:
            raise NotFound
        return ticket_of(row)

    async def hold_lines(self, point: str, day: date, groups: Sequence[str]) -> Mapping[str, int]:
        """Lock the lines of these groups, by code, until the unit ends; return their runs."""
        await self._unit.begin()
        rows = await self._unit.fetch(_HOLD, point=point, day=day, groups=list(groups))
        return {row["group_code"]: row["run"] for row in rows}

    async def heads(self, point: str, day: date, groups: Sequence[str], now: datetime) -> Sequence[Waiting]:
        """Return of each group the first preferred and the first normal ticket, due and not yet due."""
        rows = await self._unit.fetch(_HEADS, point=point, day=day, groups=list(groups), now=now)
        return [
            Waiting(row["id"], row["group_code"], row["number"], row["is_preferred"], row["due_at"])
            for row in rows
        ]

    def save(self, ticket: Ticket, *, part: Part | None = None, shown: Shown | None = None) -> None:
        """Keep a changed ticket, what was measured and what displays are told; all in one commit."""
        values = _columns(ticket)
        self._unit.write(_SAVE, **{name: values[name] for name in ("id", "version", *_CHANGING)})
        if part is not None:
            fields = {name: getattr(part, name) for name in Part.__dataclass_fields__}
            self._unit.write(
                _ADD_PART,
                ticket_id=ticket.id,
                point=ticket.point,
                priority=ticket.priority,
                day=ticket.day,
                **fields,
            )
        if shown is not None:
            self._unit.write(_SHOW, **{name: getattr(shown, name) for name in Shown.__dataclass_fields__})

    def set_run(self, point: str, group: str, day: date, run: int) -> None:
        """Keep how many preferred tickets were called in a row."""
        self._unit.write(_SET_RUN, point=point, group=group, day=day, run=run)

    async def lines(self, point: str, day: date, group: str = "") -> Sequence[Line]:
        """Return the queues of a point, or one of them."""
        rows = await self._unit.fetch(_LINES, point=point, day=day, group=group)
        return [
            Line(
                group=group_of(row),
                run=row["run"],
                waiting=[_waiting(item) for item in row["waiting"]],
                measured_seconds=row["measured"],
                open_counters=row["counters"],
            )
            for row in rows
        ]

    async def listed(self, point: str, day: date, group: str, state: str, limit: int) -> Sequence[Ticket]:
        """Return tickets of a day in the order they were taken."""
        rows = await self._unit.fetch(_LISTED, point=point, day=day, group=group, state=state, limit=limit)
        return [ticket_of(row) for row in rows]

    async def look_up(self, code: str) -> Any | None:
        """Return where a dossier stands, by its legal code; no person in it."""
        return await self._unit.fetch_one(_LOOK_UP, code=code)

    async def in_hand_of(self, session_id: UUID) -> Ticket | None:
        """Return the ticket a counter has called or serves."""
        row = await self._unit.fetch_one(_IN_HAND, id=session_id)
        return None if row is None else ticket_of(row)

    async def left_open(self, before: date, limit: int, past: Collection[UUID]) -> Sequence[UUID]:
        """Return tickets of past days that were never closed, but for some."""
        rows = await self._unit.fetch(_LEFT_OPEN, before=before, limit=limit, past=list(past))
        return [row["id"] for row in rows]

    async def figures(self, point: str, first: date, last: date, group: str) -> Sequence[Any]:
        """Return measured waiting and service time by day and group."""
        return await self._unit.fetch(_FIGURES, point=point, first=first, last=last, group=group)


def _waiting(item: Mapping[str, Any]) -> Waiting:
    due_at = datetime.fromisoformat(item["due_at"])
    return Waiting(UUID(item["id"]), item["group"], item["number"], item["is_preferred"], due_at)


def _columns(ticket: Ticket) -> dict[str, Any]:
    values = {name: getattr(ticket, name) for name in _COLUMNS if name not in {"group_code", "state"}}
    return {**values, "group_code": ticket.group, "state": ticket.state.value}


def ticket_of(row: Any) -> Ticket:
    """Return a ticket of a row."""
    same = {name: row[name] for name in _COLUMNS if name not in {"group_code", "state"}}
    return Ticket(**same, group=row["group_code"], state=TicketState(row["state"]))
