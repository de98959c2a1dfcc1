"""What editors have been told once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork

_RAISED = Statement("SELECT key FROM catalog_reminders WHERE key = ANY(:keys::text[])")
_DESKS = Statement("SELECT DISTINCT agency FROM staff WHERE data->'roles' ? :role ORDER BY agency")
_ADD = Statement("""
INSERT INTO catalog_reminders (key, kind, data, raised_at) VALUES (:key, :kind, :data, :at)
ON CONFLICT (key) DO NOTHING
""")
_LATEST = Statement("""
SELECT key, raised_at, data FROM catalog_reminders ORDER BY raised_at DESC, key LIMIT :limit::int
""")


class PostgresReminders:
    """Reminders in the catalogue's own table."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def raised(self, keys: Sequence[str]) -> set[str]:
        """Return those of the keys that have been raised."""
        if not keys:
            return set()
        return {row["key"] for row in await self._unit.fetch(_RAISED, keys=list(keys))}

    async def desks(self, role: str) -> Sequence[str]:
        """Return the agencies that have staff of this role."""
        return [row["agency"] for row in await self._unit.fetch(_DESKS, role=role)]

    def add(self, key: str, kind: str, data: Mapping[str, Any], at: datetime) -> None:
        """Queue a reminder."""
        self._unit.write(_ADD, key=key, kind=kind, data=dict(data), at=at)

    async def latest(self, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return reminders, newest first."""
        rows = await self._unit.fetch(_LATEST, limit=limit)
        return [{"key": row["key"], "raised_at": row["raised_at"], **row["data"]} for row in rows]
