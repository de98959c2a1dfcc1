"""The scheduler of deadlines in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork

# The next ones in order, then those of them that are due: told to look for what is before some moment, the
# planner counts on a third of all dossiers and reads the whole table.
_DUE = Statement(
    """
    SELECT id FROM (SELECT id, watch_at FROM dossiers WHERE watch_at IS NOT NULL
        AND id <> ALL(:past::uuid[]) ORDER BY watch_at LIMIT :limit) AS next
    WHERE watch_at <= :now ORDER BY watch_at
    """
)
_TOLD = Statement("SELECT threshold, about FROM deadline_warnings WHERE dossier_id = :dossier_id")
_TELL = Statement(
    """
    INSERT INTO deadline_warnings (dossier_id, threshold, about, raised_at)
    SELECT :dossier_id::uuid, kind, due_at, :at::timestamptz
    FROM jsonb_to_recordset(:rows::jsonb) AS given(kind text, due_at timestamptz)
    ON CONFLICT DO NOTHING
    """,
    rows=None,
)
_PUT_OFF = Statement("UPDATE dossiers SET watch_at = :until WHERE id = :id AND version = :version")


class PostgresWatches:
    """Deadlines to look at; a look changes nothing of the dossier that history would have to tell."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def due(self, now: datetime, limit: int, past: Collection[UUID] = ()) -> list[UUID]:
        """Return dossiers to be looked at but for some, the longest waiting first."""
        rows = await self._unit.fetch(_DUE, now=now, limit=limit, past=list(past))
        return [UUID(int=row["id"].int) for row in rows]

    async def told(self, dossier_id: UUID) -> set[tuple[str, datetime]]:
        """Return what was told about a dossier: kind and moment it was about."""
        rows = await self._unit.fetch(_TOLD, dossier_id=dossier_id)
        return {(row["threshold"], row["about"]) for row in rows}

    def tell(self, dossier_id: UUID, told: Sequence[tuple[str, datetime]], at: datetime) -> None:
        """Keep that this was told; the same a second time changes nothing."""
        rows = [{"kind": kind, "due_at": due_at.isoformat()} for kind, due_at in told]
        self._unit.write(_TELL, dossier_id=dossier_id, rows=rows, at=at)

    def put_off(self, dossier_id: UUID, version: int, until: datetime | None) -> None:
        """Look at it again then; the commit is stale when somebody changed it meanwhile."""
        self._unit.write(_PUT_OFF, id=dossier_id, version=version, until=until)
