"""Marks in PostgreSQL: read when a process starts; a new installation is marked before its first row."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
import structlog

from kernel.postgres.engine import BROKEN_WORLD
from services.dossier.domain.history import HistoryKeys
from services.dossier.use_cases.seal_marks import MARKED, SealMarks, is_mark_sound, mark_seal, object_of
from services.dossier.use_cases.sealed_tables import SEALED

_AGAIN_SECONDS = 30.0
_ARE_EMPTY = " AND ".join(
    f"NOT EXISTS (SELECT FROM {name})" for name in ("seal_marks", "dossiers", "history", *SEALED)
)
# An installation is new once: who empties `seal_marks` later does not make it so.
# The chained log is told as well: who takes a mark out does not make its table unmarked again.
_BEGIN = f"""
    WITH marked AS (
        INSERT INTO seal_marks (name, at, seal)
        SELECT name, $2, seal FROM unnest($1::text[], $3::text[]) AS given(name, seal) WHERE {_ARE_EMPTY}
        ON CONFLICT (name) DO NOTHING RETURNING 1)
    INSERT INTO access_log (at, subject, kind, agency, what, shown)
    SELECT $2, '', 'system', '', '{MARKED}', $4::uuid[] WHERE EXISTS (SELECT FROM marked)
"""
_READ = "SELECT name, at, seal FROM seal_marks"
_log = structlog.get_logger()


async def begin_marks(pool: Any, keys: HistoryKeys, now: datetime) -> None:
    """Mark every sealed table of an installation that has no row yet; does nothing to any other."""
    names = list(SEALED)
    seals = [mark_seal(name, now, keys) for name in names]
    await pool.execute(_BEGIN, names, now, seals, [object_of(name) for name in names])


async def read_marks(pool: Any, keys: HistoryKeys) -> set[str]:
    """Return the marked tables; a mark that does not fit is none."""
    return {row["name"] for row in await pool.fetch(_READ) if is_mark_sound(row, keys)}


@asynccontextmanager
async def open_marks(pool: Any, keys: HistoryKeys, now: datetime) -> AsyncIterator[SealMarks]:
    """Know the marks while the process runs: `seal-rows` may set more of them meanwhile."""
    marks = SealMarks()
    await _learn(marks, pool, keys, now)
    watching = None if marks.is_complete else asyncio.create_task(_watch(marks, pool, keys, now))
    try:
        yield marks
    finally:
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def _watch(marks: SealMarks, pool: Any, keys: HistoryKeys, now: datetime) -> None:
    while not marks.is_complete:
        await asyncio.sleep(_AGAIN_SECONDS)
        await _learn(marks, pool, keys, now)


async def _learn(marks: SealMarks, pool: Any, keys: HistoryKeys, now: datetime) -> None:
    try:
        await begin_marks(pool, keys, now)
        marks.learn(await read_marks(pool, keys))
    except (*BROKEN_WORLD, asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as error:
        _log.warning("seal_marks_unread", error=repr(error))
