"""Counted use in PostgreSQL: batches added once, submissions counted in their message's own commit."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import asyncpg

from kernel.core.errors import Unavailable
from kernel.core.ids import new_id
from kernel.postgres.engine import BROKEN_WORLD
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.gateway.domain.usage.kinds import Cell, Kind
from services.gateway.use_cases.usage.read_usage import Cut

_ADD = Statement("""
WITH once AS (
    INSERT INTO usage_writers AS w (writer, number, at) VALUES (:writer, :number, :at)
    ON CONFLICT (writer) DO UPDATE SET number = EXCLUDED.number, at = EXCLUDED.at
    WHERE w.number < EXCLUDED.number RETURNING 1)
INSERT INTO usage_counts AS c (day, kind, channel, procedure, agency, count)
SELECT x.day, x.kind, x.channel, x.procedure, x.agency, x.count
FROM once, unnest(:days::date[], :kinds::text[], :channels::text[], :procedures::text[], :agencies::text[],
                  :counts::bigint[]) AS x(day, kind, channel, procedure, agency, count)
ON CONFLICT (day, kind, channel, procedure, agency) DO UPDATE SET count = c.count + EXCLUDED.count
""")
# A row of its own, not an addition: no two messages ever wait for one another at a busy procedure's count.
_NOTE = Statement(
    "INSERT INTO usage_notes (id, day, kind, channel, procedure, agency)"
    " VALUES (:id, :day, :kind, :channel, :procedure, :agency)"
)
_FOLD = """
WITH taken AS (
    DELETE FROM usage_notes
    WHERE id IN (SELECT id FROM usage_notes ORDER BY id LIMIT 20000 FOR UPDATE SKIP LOCKED)
    RETURNING day, kind, channel, procedure, agency),
counted AS (
    INSERT INTO usage_counts AS c (day, kind, channel, procedure, agency, count)
    SELECT day, kind, channel, procedure, agency, count(*) FROM taken
    GROUP BY day, kind, channel, procedure, agency ORDER BY day, kind, channel, procedure, agency
    ON CONFLICT (day, kind, channel, procedure, agency) DO UPDATE SET count = c.count + EXCLUDED.count)
SELECT count(*) FROM taken
"""
_FORGET = "DELETE FROM usage_counts WHERE day < $1"
_FORGET_WRITERS = "DELETE FROM usage_writers WHERE at < $1::timestamptz - interval '7 days'"
_TABLES = {
    cut: Statement(f"""
SELECT {column} AS cell, sum(count)::bigint AS count FROM (
    SELECT day, kind, channel, procedure, agency, count FROM usage_counts
    WHERE day BETWEEN :first AND :last
    UNION ALL
    SELECT day, kind, channel, procedure, agency, 1 FROM usage_notes WHERE day BETWEEN :first AND :last
) AS u
WHERE (:kind::text IS NULL OR kind = :kind) AND (:agency::text IS NULL OR agency = :agency)
GROUP BY 1
""")
    for cut, column in ((one, "day::text" if one is Cut.DAY else one.value) for one in Cut)
}


class PostgresUsageCounts:
    """Batches of counters, outside any unit of work."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, writer: UUID, number: int, cells: Mapping[Cell, int], at: datetime) -> None:
        """Add a batch once, in one statement; in the order of the key, so that writers never cross."""
        ordered = sorted(cells)
        values = {
            "writer": writer,
            "number": number,
            "at": at,
            "days": [cell.day for cell in ordered],
            "kinds": [cell.kind for cell in ordered],
            "channels": [cell.channel for cell in ordered],
            "procedures": [cell.procedure for cell in ordered],
            "agencies": [cell.agency for cell in ordered],
            "counts": [cells[cell] for cell in ordered],
        }
        try:
            await self._pool.execute(_ADD.sql, *_ADD.values(values))
        except BROKEN_WORLD as error:
            raise Unavailable(type(error).__name__) from error

    async def fold(self) -> int:
        """Add single acts to the sums; return how many there were."""
        found: int = await self._pool.fetchval(_FOLD)
        return found

    async def forget(self, before: date, now: datetime) -> None:
        """Forget the days before this one, and which batches came long ago."""
        await self._pool.execute(_FORGET, before)
        await self._pool.execute(_FORGET_WRITERS, now)


class PostgresUsage:
    """Use of one unit of work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def note(self, cell: Cell) -> None:
        """Count one act with the commit; a message that comes twice is counted once."""
        self._unit.write(
            _NOTE,
            id=new_id(),
            day=cell.day,
            kind=cell.kind,
            channel=cell.channel,
            procedure=cell.procedure,
            agency=cell.agency,
        )

    async def table(
        self, *, cut: Cut, kind: Kind | None, first: date, last: date, agency: str | None
    ) -> Mapping[str, int]:
        """Return the sum of each cell, what is not added yet included."""
        rows = await self._unit.fetch(
            _TABLES[cut], kind=kind.value if kind else None, first=first, last=last, agency=agency
        )
        return {row["cell"]: row["count"] for row in rows}
