"""What people see and mend of connectors: figures, deliveries, rows that wait, mappings. No contents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork

_FIGURES = Statement(
    """
    SELECT n.name, s.cursor, s.failure, coalesce(s.failures, 0) AS failures, s.pulled_at, s.next_pull_at,
        (SELECT coalesce(jsonb_object_agg(r.state, r.rows), '{}') FROM (
            SELECT state, count(*) AS rows FROM connector_records
            WHERE source = n.name AND state <> 'DONE' GROUP BY state) AS r) AS open,
        (SELECT max(d.received_at) FROM connector_deliveries d WHERE d.source = n.name) AS last_delivery_at
    FROM unnest(:names::text[]) WITH ORDINALITY AS n(name, place)
    LEFT JOIN connector_sources s ON s.name = n.name ORDER BY n.place
    """
)
_UNMAPPED = Statement(
    """
    SELECT need ->> 'kind' AS kind, need ->> 'code' AS code, count(*) AS rows, min(r.told_at) AS oldest_at,
        max(r.reason) AS reason
    FROM connector_records r CROSS JOIN LATERAL jsonb_array_elements(r.needs) AS need
    WHERE r.source = :source AND r.state = 'UNMAPPED'
    GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 500
    """
)
_DELIVERIES = Statement(
    """
    SELECT id, way, name, bytes, received_at, state, form, reason, rows, new_rows, changed_rows,
        unchanged_rows, refused_rows, read_at
    FROM connector_deliveries WHERE source = :source AND id < :before ORDER BY id DESC LIMIT :limit
    """
)
_RECORDS = Statement(
    """
    SELECT id, delivery_id, line, outside_code, told_at, standing, state, outcome, reason, needs, attempts,
        settled_at
    FROM connector_records WHERE source = :source AND id > :after
      AND (:state = '' AND state IN ('UNMAPPED', 'REFUSED') OR state = :state)
      AND (:delivery_id::uuid IS NULL OR delivery_id = :delivery_id)
    ORDER BY id LIMIT :limit
    """
)
_MAPPINGS = Statement(
    "SELECT kind, outside, ours, version, changed_by, changed_at FROM connector_mappings"
    " WHERE source = :source ORDER BY kind, outside"
)
_ADD_MAPPING = Statement(
    "INSERT INTO connector_mappings (source, kind, outside, ours, changed_by, changed_at)"
    " VALUES (:source, :kind, :outside, :ours, :by, :now) ON CONFLICT (source, kind, outside) DO NOTHING"
)
_CHANGE_MAPPING = Statement(
    "UPDATE connector_mappings SET ours = :ours, version = version + 1, changed_by = :by, changed_at = :now"
    " WHERE source = :source AND kind = :kind AND outside = :outside AND version = :seen"
)
_FREE = Statement(
    "UPDATE connector_records SET state = 'WAITING', next_attempt_at = :now, needs = '[]', reason = ''"
    " WHERE source = :source AND state = 'UNMAPPED' AND needs @> :need",
    rows=None,
)
_STATE_OF = Statement("SELECT state, content <> '' AS has_content FROM connector_records WHERE id = :id")
_AGAIN = Statement(
    "UPDATE connector_records SET state = 'WAITING', next_attempt_at = :now, settled_at = NULL, needs = '[]',"
    " reason = '' WHERE id = :id AND state IN ('UNMAPPED', 'REFUSED') AND content <> ''"
)
_FORGET = """
WITH gone AS (
    UPDATE connector_deliveries SET body = '', forgotten_at = $1
    WHERE id IN (SELECT id FROM connector_deliveries WHERE forgotten_at IS NULL AND received_at < $2
                 AND state <> 'RECEIVED' ORDER BY received_at LIMIT 500) RETURNING 1),
dropped AS (
    DELETE FROM connector_records WHERE id IN (SELECT id FROM connector_records
        WHERE standing = 'UNCHANGED' AND settled_at < $2 LIMIT 10000) RETURNING 1),
blank AS (
    UPDATE connector_records SET content = ''
    WHERE id IN (SELECT id FROM connector_records WHERE state = 'DONE' AND content <> '' AND settled_at < $2
                 ORDER BY settled_at LIMIT 5000) RETURNING 1)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM dropped) + (SELECT count(*) FROM blank)
"""


class PostgresConnectorScreens:
    """What people see and mend."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    async def figures(self, names: Sequence[str]) -> list[Mapping[str, Any]]:
        """Return how each source stands."""
        return [dict(row) for row in await self._unit.fetch(_FIGURES, names=list(names))]

    async def unmapped(self, source: str) -> list[Mapping[str, Any]]:
        """Return codes nobody mapped, with the rows that wait for each."""
        return [dict(row) for row in await self._unit.fetch(_UNMAPPED, source=source)]

    async def deliveries(self, source: str, *, before: UUID, limit: int) -> list[Mapping[str, Any]]:
        """Return what came, newest first."""
        rows = await self._unit.fetch(_DELIVERIES, source=source, before=before, limit=limit)
        return [dict(row) for row in rows]

    async def records(
        self, source: str, *, state: str, delivery_id: UUID | None, after: UUID, limit: int
    ) -> list[Mapping[str, Any]]:
        """Return rows of one state, oldest first; a blank state is all that waits for people."""
        rows = await self._unit.fetch(
            _RECORDS, source=source, state=state, delivery_id=delivery_id, after=after, limit=limit
        )
        return [dict(row) for row in rows]

    async def mappings(self, source: str) -> list[Mapping[str, Any]]:
        """Return what people mapped."""
        return [dict(row) for row in await self._unit.fetch(_MAPPINGS, source=source)]

    def map_code(
        self, source: str, kind: str, outside: str, ours: str, *, seen: int, by: str, now: datetime
    ) -> None:
        """Map a code from the version seen and let the rows that wait for it go; `Stale` at the commit."""
        told = {"source": source, "kind": kind, "outside": outside, "ours": ours, "by": by, "now": now}
        if seen:
            self._unit.write(_CHANGE_MAPPING, seen=seen, **told)
        else:
            self._unit.write(_ADD_MAPPING, **told)
        self._unit.write(_FREE, source=source, need=[{"kind": kind, "code": outside}], now=now)

    async def state_of(self, record_id: UUID) -> tuple[str, bool] | None:
        """Return a row's state and whether its content is still kept."""
        row = await self._unit.fetch_one(_STATE_OF, id=record_id)
        return (row["state"], row["has_content"]) if row else None

    def again(self, record_id: UUID, now: datetime) -> None:
        """Tell a row once more."""
        self._unit.write(_AGAIN, id=record_id, now=now)


_SET_BACK = (
    "UPDATE connector_records SET next_attempt_at = $1"
    " WHERE state = 'WAITING' AND next_attempt_at > $1::timestamptz + interval '6 minutes'"
)


class PostgresConnectorKeeping:
    """Forgets contents in time; hashes, codes, standings and outcomes stay."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def after_set_back(self, *, now: datetime) -> None:
        """Let rows that wait longer than anything waits (five minutes) be told now: their clock was ahead."""
        await self._pool.execute(_SET_BACK, now)

    async def forget_done(self, *, now: datetime, before: datetime) -> int:
        """Forget some of what was done before then; what waits for people stays. Return how many."""
        return int(await self._pool.fetchval(_FORGET, now, before))
