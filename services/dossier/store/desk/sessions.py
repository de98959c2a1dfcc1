"""Who sits at which counter, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.desk.sessions import CounterSession

_COLUMNS = tuple(CounterSession.__dataclass_fields__)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM counter_sessions"
_HOLD = Statement(
    """
    SELECT pg_advisory_xact_lock(hashtextextended(name, 0))
    FROM unnest(:names::text[]) WITH ORDINALITY AS held(name, place) ORDER BY place
    """
)
_IS_OPEN = Statement(
    "SELECT EXISTS (SELECT 1 FROM counter_sessions WHERE closed_at IS NULL"
    " AND ((point = :point AND counter = :counter) OR officer = :officer))"
)
_ADD = Statement(
    f"INSERT INTO counter_sessions ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{n}' for n in _COLUMNS)})"
)
_LOAD = Statement(f"{_SELECT} WHERE id = :id")
_LOAD_HELD = Statement(f"{_SELECT} WHERE id = :id FOR UPDATE")
_OF_OFFICER = Statement(f"{_SELECT} WHERE officer = :officer AND closed_at IS NULL")
_IN_HAND = Statement(
    "SELECT EXISTS (SELECT 1 FROM tickets WHERE session_id = :id AND state IN ('CALLED', 'SERVING'))"
)
_SAVE = Statement(
    "UPDATE counter_sessions SET version = :version, closed_at = :closed_at, closed_by = :closed_by,"
    " break_since = :break_since, breaks = :breaks WHERE id = :id AND version = :version - 1"
)
_LEFT_OPEN = Statement(
    "SELECT id FROM counter_sessions WHERE closed_at IS NULL AND opened_at < :before"
    " AND id <> ALL(:past::uuid[]) ORDER BY id LIMIT :limit"
)


class PostgresSessions:
    """Sessions at counters."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def hold_counter(self, point: str, counter: str, officer: str) -> bool:
        """Hold the counter and the officer until the unit ends; tell whether either is busy."""
        await self._unit.begin()
        names = sorted([f"counter:{point}/{counter}", f"counter-officer:{officer}"])
        await self._unit.fetch(_HOLD, names=names)
        return bool(await self._unit.fetch_value(_IS_OPEN, point=point, counter=counter, officer=officer))

    def add(self, session: CounterSession) -> None:
        """Keep a new session."""
        self._unit.write(_ADD, **_columns(session))

    async def load(self, session_id: UUID, *, hold: bool = False) -> CounterSession:
        """Return a session, held until the unit ends if asked; raise `NotFound`."""
        if hold:
            await self._unit.begin()
        row = await self._unit.fetch_one(_LOAD_HELD if hold else _LOAD, id=session_id)
        if row is None:
            raise NotFound
        return _session(row)

    async def of_officer(self, officer: str) -> CounterSession | None:
        """Return the officer's open session."""
        row = await self._unit.fetch_one(_OF_OFFICER, officer=officer)
        return None if row is None else _session(row)

    async def in_hand(self, session_id: UUID) -> bool:
        """Tell whether the counter has a ticket called or being served."""
        return bool(await self._unit.fetch_value(_IN_HAND, id=session_id))

    def save(self, session: CounterSession) -> None:
        """Keep a changed session."""
        changing = ("id", "version", "closed_at", "closed_by", "break_since", "breaks")
        values = _columns(session)
        self._unit.write(_SAVE, **{name: values[name] for name in changing})

    async def left_open(self, before: datetime, limit: int, past: Collection[UUID]) -> Sequence[UUID]:
        """Return sessions opened before a moment and never closed, but for some."""
        rows = await self._unit.fetch(_LEFT_OPEN, before=before, limit=limit, past=list(past))
        return [row["id"] for row in rows]


def _columns(session: CounterSession) -> dict[str, Any]:
    values = {name: getattr(session, name) for name in _COLUMNS}
    return {**values, "groups": list(session.groups), "breaks": list(session.breaks)}


def _session(row: Any) -> CounterSession:
    values = {name: row[name] for name in _COLUMNS}
    return CounterSession(**{**values, "groups": tuple(row["groups"]), "breaks": tuple(row["breaks"])})
