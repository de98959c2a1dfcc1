"""Appointments and the places of their slots in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.desk.appointments import Appointment, AppointmentState

_COLUMNS = tuple(name if name != "group" else "group_code" for name in Appointment.__dataclass_fields__)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM appointments"
_CHANGING = ("group_code", "slot_at", "state", "told_at", "ticket_id", "ended_at")
# In one order for everybody: accounts linked in the meantime wait for one another, never in a ring.
_HOLD = Statement(
    "SELECT pg_advisory_xact_lock(key) FROM (SELECT hashtextextended('appointments of ' || who, 0) AS key"
    " FROM unnest(:subjects::text[]) AS who ORDER BY key) AS ordered"
)
_OPEN = Statement(f"{_SELECT} WHERE subject = ANY(:subjects::text[]) AND state = 'BOOKED' ORDER BY slot_at")
_OWN = Statement(
    f"{_SELECT} WHERE subject = ANY(:subjects::text[]) AND id < :before ORDER BY id DESC LIMIT :limit"
)
_LOAD = Statement(f"{_SELECT} WHERE id = :id")
_BY_CODE = Statement(f"{_SELECT} WHERE code = :code")
_ADD = Statement(
    f"INSERT INTO appointments ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"
)
_SAVE = Statement(
    f"UPDATE appointments SET version = :version, {', '.join(f'{name} = :{name}' for name in _CHANGING)}"
    " WHERE id = :id AND version = :version - 1"
)
_TAKE = Statement(
    """
    INSERT INTO slot_loads (point, group_code, slot_at, taken) VALUES (:point, :group, :slot_at, 1)
    ON CONFLICT (point, group_code, slot_at) DO UPDATE SET taken = slot_loads.taken + 1
    WHERE slot_loads.taken < :capacity RETURNING taken
    """
)
_FREE = Statement(
    "UPDATE slot_loads SET taken = taken - 1"
    " WHERE point = :point AND group_code = :group AND slot_at = :slot_at AND taken > 0 RETURNING taken"
)
_TAKEN = Statement(
    "SELECT slot_at, taken FROM slot_loads"
    " WHERE point = :point AND group_code = :group AND slot_at = ANY(:slots::timestamptz[])"
)
_BEFORE = Statement(
    "SELECT id FROM appointments WHERE state = 'BOOKED' AND slot_at < :before"
    " AND id <> ALL(:past::uuid[]) ORDER BY slot_at, id LIMIT :limit"
)
_NEAR = Statement(
    "SELECT id FROM appointments WHERE state = 'BOOKED' AND told_at IS NULL AND slot_at > :now"
    " AND slot_at <= :until AND booked_at < slot_at - :ahead::interval AND id <> ALL(:past::uuid[])"
    " ORDER BY slot_at, id LIMIT :limit"
)
_IN_SLOTS = Statement(
    "SELECT a.id FROM appointments a JOIN unnest(:points::text[], :groups::text[], :slots::timestamptz[])"
    " AS s(point, group_code, slot_at) USING (point, group_code, slot_at)"
    " WHERE a.state = 'BOOKED' AND a.id <> ALL(:past::uuid[]) ORDER BY a.slot_at, a.id LIMIT :limit"
)
_OF_DAY = Statement(
    f"{_SELECT} WHERE point = :point AND slot_at >= :first AND slot_at < :until"
    " ORDER BY slot_at, id LIMIT 1000"
)


class PostgresAppointments:
    """All appointments."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def hold_person(self, subjects: Sequence[str]) -> Sequence[Appointment]:
        """Let the person of these accounts book nothing else until the unit ends; return what they hold."""
        await self._unit.begin()
        await self._unit.fetch(_HOLD, subjects=list(subjects))
        return [_appointment(row) for row in await self._unit.fetch(_OPEN, subjects=list(subjects))]

    async def take_place(self, point: str, group: str, slot_at: datetime, capacity: int) -> bool:
        """Take a place in a slot; False when there is none."""
        await self._unit.begin()
        given = {"point": point, "group": group, "slot_at": slot_at, "capacity": capacity}
        return await self._unit.fetch_value(_TAKE, **given) is not None

    async def free_place(self, point: str, group: str, slot_at: datetime) -> None:
        """Give a place back."""
        await self._unit.begin()
        await self._unit.fetch(_FREE, point=point, group=group, slot_at=slot_at)

    async def swap_place(
        self, point: str, old: tuple[str, datetime], new: tuple[str, datetime], capacity: int
    ) -> bool:
        """Give one place back and take another, in one order for everybody; False when there is none."""
        is_taken = True
        for group, slot_at in sorted([old, new]):
            if (group, slot_at) == old:
                await self.free_place(point, group, slot_at)
            else:
                is_taken = await self.take_place(point, group, slot_at, capacity)
        return is_taken

    async def taken(self, point: str, group: str, slots: Sequence[datetime]) -> Mapping[datetime, int]:
        """Return how many places are taken, by slot."""
        rows = await self._unit.fetch(_TAKEN, point=point, group=group, slots=list(slots))
        return {row["slot_at"]: row["taken"] for row in rows}

    def add(self, appointment: Appointment) -> None:
        """Keep a new appointment."""
        self._unit.write(_ADD, **_values(appointment))

    def save(self, appointment: Appointment) -> None:
        """Keep a changed appointment."""
        values = _values(appointment)
        self._unit.write(_SAVE, **{name: values[name] for name in ("id", "version", *_CHANGING)})

    async def load(self, appointment_id: UUID) -> Appointment:
        """Return an appointment; raise `NotFound`."""
        return _found(await self._unit.fetch_one(_LOAD, id=appointment_id))

    async def by_code(self, code: str) -> Appointment:
        """Return the appointment of a code; raise `NotFound`."""
        return _found(await self._unit.fetch_one(_BY_CODE, code=code))

    async def own(self, subjects: Sequence[str], before: UUID, limit: int) -> Sequence[Appointment]:
        """Return what one person booked with any of these accounts, newest first."""
        rows = await self._unit.fetch(_OWN, subjects=list(subjects), before=before, limit=limit)
        return [_appointment(row) for row in rows]

    async def of_day(self, point: str, first: datetime, until: datetime) -> Sequence[Appointment]:
        """Return a point's appointments of a day."""
        rows = await self._unit.fetch(_OF_DAY, point=point, first=first, until=until)
        return [_appointment(row) for row in rows]

    async def before(self, moment: datetime, limit: int, past: Collection[UUID]) -> Sequence[UUID]:
        """Return booked appointments whose slot began before a moment, but for some."""
        rows = await self._unit.fetch(_BEFORE, before=moment, limit=limit, past=list(past))
        return [row["id"] for row in rows]

    async def approaching(
        self, now: datetime, ahead: timedelta, limit: int, past: Collection[UUID]
    ) -> Sequence[UUID]:
        """Return what begins within this time, was booked before it and not told yet, but for some."""
        given = {"now": now, "until": now + ahead, "ahead": ahead, "limit": limit, "past": list(past)}
        return [row["id"] for row in await self._unit.fetch(_NEAR, **given)]

    async def in_slots(
        self, slots: Sequence[tuple[str, str, datetime]], limit: int, past: Collection[UUID]
    ) -> Sequence[UUID]:
        """Return what is booked in one or more slots (point, group, moment), soonest first, but for some."""
        points, groups, begins = zip(*slots, strict=True)
        given = {"points": list(points), "groups": list(groups), "slots": list(begins), "past": list(past)}
        return [row["id"] for row in await self._unit.fetch(_IN_SLOTS, **given, limit=limit)]


def _values(appointment: Appointment) -> dict[str, Any]:
    same = {name: getattr(appointment, name) for name in _COLUMNS if name not in {"group_code", "state"}}
    return {**same, "group_code": appointment.group, "state": appointment.state.value}


def _found(row: Any) -> Appointment:
    if row is None:
        raise NotFound
    return _appointment(row)


def _appointment(row: Any) -> Appointment:
    same = {name: row[name] for name in _COLUMNS if name not in {"group_code", "state"}}
    return Appointment(**same, group=row["group_code"], state=AppointmentState(row["state"]))
