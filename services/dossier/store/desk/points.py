"""Points as the catalogue told them, their groups, counters, kiosks and roster."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.desk.points import Counter, Group, Point
from services.dossier.store.calendars import PostgresCalendars
from services.dossier.store.copies import Copies
from services.dossier.store.parsed import Definitions
from worktime.calendar import WorkCalendar

_POINT = Statement("SELECT * FROM desk_points WHERE code = :code")
_GROUP = Statement(
    """
    SELECT row_to_json(p) AS of_point, g.*
    FROM desk_groups g JOIN desk_points p ON p.code = g.point WHERE g.point = :point AND g.code = :code
    """
)
_BOOKED = Statement(
    """
    SELECT row_to_json(p) AS of_point, g.*, a.slots
    FROM (SELECT point, group_code, array_agg(DISTINCT slot_at) AS slots
        FROM appointments WHERE state = 'BOOKED' AND slot_at > :after GROUP BY point, group_code) a
    JOIN desk_groups g ON g.point = a.point AND g.code = a.group_code JOIN desk_points p ON p.code = g.point
    """
)
_GROUPS = Statement("SELECT * FROM desk_groups WHERE point = :point ORDER BY code")
_COUNTER = Statement("SELECT * FROM desk_counters WHERE point = :point AND code = :code")
_COUNTERS = Statement(
    """
    SELECT c.code, c.version, c.name, c.groups, s.id AS session_id, s.officer_name, s.opened_at,
        s.break_since
    FROM desk_counters c LEFT JOIN counter_sessions s
        ON s.point = c.point AND s.counter = c.code AND s.closed_at IS NULL
    WHERE c.point = :point ORDER BY c.code
    """
)
_NEW_GROUP = Statement(
    """
    INSERT INTO desk_groups (point, code, version, name, letter, is_open, most_tickets, expected_minutes,
        slot_minutes, slot_capacity, booking_days)
    VALUES (:point, :code, :version, :name, :letter, :is_open, :most_tickets, :expected_minutes,
        :slot_minutes, :slot_capacity, :booking_days)
    ON CONFLICT (point, code) DO NOTHING
    """
)
_CHANGE_GROUP = Statement(
    """
    UPDATE desk_groups SET version = :version, name = :name, letter = :letter, is_open = :is_open,
        most_tickets = :most_tickets, expected_minutes = :expected_minutes, slot_minutes = :slot_minutes,
        slot_capacity = :slot_capacity, booking_days = :booking_days
    WHERE point = :point AND code = :code AND version = :version - 1
    """
)
_NEW_COUNTER = Statement(
    "INSERT INTO desk_counters (point, code, version, name, groups)"
    " VALUES (:point, :code, :version, :name, :groups) ON CONFLICT (point, code) DO NOTHING"
)
_CHANGE_COUNTER = Statement(
    "UPDATE desk_counters SET version = :version, name = :name, groups = :groups"
    " WHERE point = :point AND code = :code AND version = :version - 1"
)
_KIOSK = Statement("SELECT point FROM desk_kiosks WHERE subject = :subject AND is_active")
_SAVE_KIOSK = Statement(
    "INSERT INTO desk_kiosks (subject, point, name, is_active) VALUES (:subject, :point, :name, :is_active)"
    " ON CONFLICT (subject) DO UPDATE SET point = excluded.point, name = excluded.name,"
    " is_active = excluded.is_active"
)
_ROSTER = Statement("SELECT version, entries FROM desk_rosters WHERE point = :point AND day = :day")
_SAVE_ROSTER = Statement(
    """
    INSERT INTO desk_rosters (point, day, version, entries, kept_by)
    VALUES (:point, :day, :version, :entries, :by)
    ON CONFLICT (point, day) DO UPDATE SET version = excluded.version, entries = excluded.entries,
        kept_by = excluded.kept_by
    WHERE desk_rosters.version = excluded.version - 1
    """
)


class PostgresPoints:
    """One-stop points and what stands in them."""

    def __init__(self, unit: UnitOfWork, definitions: Definitions, copies: Copies) -> None:
        self._unit = unit
        self._copies = copies
        self._calendars = PostgresCalendars(unit, definitions, copies)

    async def point(self, code: str) -> Point:
        """Return a point; raise `NotFound`."""
        row = await self._unit.fetch_one(_POINT, code=code)
        if row is None:
            raise NotFound
        self._copies.require("desk_points", [row])
        return _point(row)

    async def group(self, point: str, code: str) -> tuple[Point, Group]:
        """Return a point and one of its groups; raise `NotFound`."""
        row = await self._unit.fetch_one(_GROUP, point=point, code=code)
        if row is None:
            raise NotFound
        self._copies.require("desk_points", [row["of_point"]])
        return _point(row["of_point"]), group_of(row)

    async def booked(self, after: datetime) -> Sequence[tuple[Point, Group, Sequence[datetime]]]:
        """Return the groups somebody booked after a moment, each with its slots; none of a changed point."""
        return [
            (_point(row["of_point"]), group_of(row), row["slots"])
            for row in await self._unit.fetch(_BOOKED, after=after)
            if self._copies.is_sound("desk_points", row["of_point"])
        ]

    async def groups(self, point: str) -> Sequence[Group]:
        """Return a point's groups by code."""
        return [group_of(row) for row in await self._unit.fetch(_GROUPS, point=point)]

    async def counters(self, point: str) -> Sequence[Mapping[str, Any]]:
        """Return a point's counters, each with who sits there."""
        return [dict(row) for row in await self._unit.fetch(_COUNTERS, point=point)]

    async def counter(self, point: str, code: str) -> Counter:
        """Return a counter; raise `NotFound`."""
        row = await self._unit.fetch_one(_COUNTER, point=point, code=code)
        if row is None:
            raise NotFound
        return Counter(**{**row, "groups": tuple(row["groups"])})

    def save_group(self, group: Group) -> None:
        """Keep a group: version 1 is new, another replaces the one before it."""
        values = {name: getattr(group, name) for name in Group.__dataclass_fields__}
        self._unit.write(_NEW_GROUP if group.version == 1 else _CHANGE_GROUP, **values)

    def save_counter(self, counter: Counter) -> None:
        """Keep a counter likewise."""
        values = {name: getattr(counter, name) for name in Counter.__dataclass_fields__}
        statement = _NEW_COUNTER if counter.version == 1 else _CHANGE_COUNTER
        self._unit.write(statement, **{**values, "groups": list(counter.groups)})

    async def kiosk_point(self, subject: str) -> str:
        """Return where a kiosk stands, empty for none."""
        return str(await self._unit.fetch_value(_KIOSK, subject=subject) or "")

    def save_kiosk(self, subject: str, point: str, name: str, *, is_active: bool) -> None:
        """Register a kiosk, move it or take it out of use."""
        self._unit.write(_SAVE_KIOSK, subject=subject, point=point, name=name, is_active=is_active)

    async def roster(self, point: str, day: date) -> tuple[int, Sequence[Mapping[str, Any]]]:
        """Return the version of a day's roster (0: none) and who sits where."""
        row = await self._unit.fetch_one(_ROSTER, point=point, day=day)
        return (row["version"], row["entries"]) if row else (0, [])

    def save_roster(
        self, point: str, day: date, version: int, entries: Sequence[Mapping[str, Any]], by: str
    ) -> None:
        """Keep a day's roster as this version."""
        self._unit.write(_SAVE_ROSTER, point=point, day=day, version=version, entries=list(entries), by=by)

    async def calendar(self, code: str) -> WorkCalendar | None:
        """Return a working calendar; None where none is loaded."""
        return await self._calendars.one(code)


def group_of(row: Any) -> Group:
    """Return a group of a row."""
    return Group(**{name: row[name] for name in Group.__dataclass_fields__})


def _point(row: Any) -> Point:
    told = {name: row[name] for name in Point.__dataclass_fields__}
    days = {name: _day(told[name]) for name in ("valid_from", "valid_to")}
    return Point(**{**told, **days, "covered": frozenset(row["covered"])})


def _day(told: Any) -> date | None:
    """Return a day that came as a day, or in a document as its text."""
    return date.fromisoformat(told) if isinstance(told, str) else told
