"""Seals rows beside dossiers from before their tables were sealed, once: afterwards a mark says so."""

from datetime import datetime
from typing import Any

from services.dossier.commands.sealed import marks
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.seal_marks import MARKED, mark_seal, object_of
from services.dossier.use_cases.sealed_rows import seals_of
from services.dossier.use_cases.sealed_tables import BOOKS, SEALED

_BATCH = 500
_HEADS = "row_heads"
_MISSING = """
    SELECT d.id AS dossier_id,
        (SELECT count(*) FROM payment_entries e WHERE e.dossier_id = d.id) AS entries,
        (SELECT count(*) FROM evidence e WHERE e.dossier_id = d.id) AS evidence,
        (SELECT count(*) FROM control_slip s WHERE s.dossier_id = d.id) AS slips,
        coalesce(r.found, 0) AS results
    FROM (SELECT id FROM dossiers d WHERE NOT EXISTS (SELECT FROM row_heads h WHERE h.dossier_id = d.id)
          ORDER BY id LIMIT $1 FOR UPDATE) d
    LEFT JOIN (SELECT dossier_id, count(*) AS found FROM result_register GROUP BY 1) r ON r.dossier_id = d.id
"""
_PUT = (
    f"INSERT INTO row_heads (dossier_id, {', '.join(BOOKS)}, seals)"
    f" VALUES ($1, {', '.join(f'${place}' for place in range(2, len(BOOKS) + 3))})"
    " ON CONFLICT (dossier_id) DO NOTHING"
)
_TELL = "INSERT INTO seal_marks (name, at, seal) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING"
# The chained log is told as well: who takes a mark out does not make its table unmarked again.
_TELL_LOG = """
    INSERT INTO access_log (at, subject, kind, agency, what, shown)
    SELECT $2, '', 'system', '', $1, array_agg(one) FROM unnest($3::uuid[]) AS one
    WHERE NOT EXISTS (SELECT FROM access_log l WHERE l.what = $1 AND one = ANY(l.shown))
    HAVING count(*) > 0
"""


async def seal_beside(pool: Any, keys: HistoryKeys, now: datetime) -> tuple[int, int]:
    """Return how many rows were sealed and how many were left: a marked table's rows are not vouched for.

    A commit some hundreds; killed anywhere, begin again: what is sealed is passed over, and a table is marked
    when nothing of it is left.
    """
    async with pool.acquire() as connection:
        marked = await marks(connection, keys, [])
    sealed = left = 0
    for name in SEALED:
        if name in marked:
            left += await pool.fetchval(f"SELECT count(*) FROM {name} WHERE seals = '{{}}'")
        else:
            sealed += await _seal_table(pool, name, keys)
            if name == _HEADS:
                sealed += await _begin_heads(pool, keys)
        await pool.execute(_TELL, name, now, mark_seal(name, now, keys))
    await pool.execute(_TELL_LOG, MARKED, now, [object_of(name) for name in SEALED])
    return sealed, left


async def _seal_table(pool: Any, name: str, keys: HistoryKeys) -> int:
    key = SEALED[name].key
    given = " AND ".join(f"{column} = ${place}" for place, column in enumerate(key, 2))
    done = 0
    while True:
        async with pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                f"SELECT * FROM {name} WHERE seals = '{{}}' LIMIT {_BATCH} FOR UPDATE"
            )
            await connection.executemany(
                f"UPDATE {name} SET seals = $1 WHERE {given}",
                [(seals_of(name, row, keys), *(row[column] for column in key)) for row in rows],
            )
        done += len(rows)
        if len(rows) < _BATCH:
            return done


async def _begin_heads(pool: Any, keys: HistoryKeys) -> int:
    """Count what dossiers have that were never counted; their rows are held meanwhile."""
    done = 0
    while True:
        async with pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_MISSING, _BATCH)
            told = [
                (row["dossier_id"], *(row[book] for book in BOOKS), seals_of(_HEADS, row, keys))
                for row in rows
            ]
            await connection.executemany(_PUT, told)
        done += len(rows)
        if len(rows) < _BATCH:
            return done
