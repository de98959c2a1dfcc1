"""Statistics made anew from history, or proved equal to it; nobody who reads them waits meanwhile."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import asyncpg
import orjson

from kernel.runtime import Runtime
from services.dossier.commands.figures_of_mirrors import mirrored, take_in
from services.dossier.domain.figures.fact import Fact, follow, mended, told_by
from services.dossier.domain.figures.row import COLUMNS, columns_of, fact_of

_BATCH = 4_000
_SHOWN = 20
_HISTORY = (
    "SELECT dossier_id, version, type, at, data::text AS data FROM history ORDER BY dossier_id, version"
)
_NAMES = ", ".join(COLUMNS)
_LIVE = f"SELECT {_NAMES} FROM figure_rows WHERE dossier_id = ANY($1::uuid[])"
_STAGE = "CREATE TEMPORARY TABLE rebuilt (LIKE figure_rows)"
# A dossier that moved on meanwhile has its newer row; what it missed before is there after the next run.
_TAKE = (
    f"INSERT INTO figure_rows AS f ({_NAMES}) SELECT {_NAMES} FROM rebuilt"
    " ON CONFLICT (dossier_id) DO UPDATE SET "
    + ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS[1:])
    + " WHERE f.version <= EXCLUDED.version AND ("
    + ", ".join(f"f.{name}" for name in COLUMNS[2:])
    + ") IS DISTINCT FROM ("
    + ", ".join(f"EXCLUDED.{name}" for name in COLUMNS[2:])
    + ")"
)
_FORGET = (
    "DELETE FROM figure_rows f WHERE NOT EXISTS (SELECT FROM rebuilt r WHERE r.dossier_id = f.dossier_id)"
    " AND NOT EXISTS (SELECT FROM history h WHERE h.dossier_id = f.dossier_id)"
    " AND NOT EXISTS (SELECT FROM mirrors m WHERE m.id = f.dossier_id)"
)


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild or a check read and found."""

    events: int = 0
    rows: int = 0
    wrong: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Events a second."""
        return self.events / self.seconds if self.seconds else 0.0


async def rebuild_figures(runtime: Runtime, arguments: Sequence[str]) -> int:
    """Make the rows of statistics anew from history; with `--check` only compare, 1 when any differs."""
    is_check = "--check" in arguments
    dsn = runtime.settings.database_url.get_secret_value()
    done = await rebuilt(dsn, is_check=is_check, now=runtime.clock.now())
    sys.stdout.write(
        f"{done.rows} rows of {done.events} events in {done.seconds:.1f} s ({done.per_second:.0f} events/s):"
        f" {done.wrong} {'differ' if is_check else 'changed'}\n"
    )
    return int(is_check and done.wrong > 0)


async def rebuilt(dsn: str, *, is_check: bool, now: datetime | None = None) -> Rebuilt:
    """Fold the whole history of one snapshot; readers see the old rows until all the new ones are there.

    A rebuild with `now` takes in mirrors that were never counted, from then on.
    """
    began = time.monotonic()
    told = Rebuilt()
    # A connection of its own: the pool's decode JSON and end long statements.
    connection = await asyncpg.connect(dsn)
    try:
        if not is_check:
            await connection.execute(_STAGE)
            if now is not None:
                await take_in(connection, now)
        async with connection.transaction(isolation="repeatable_read"):
            told.wrong = await (_compare if is_check else _stage)(connection, told)
        if not is_check:
            told.wrong = await _take(connection)
    finally:
        await connection.close()
    told.seconds = time.monotonic() - began
    return told


async def _all(connection: asyncpg.Connection, told: Rebuilt) -> AsyncIterator[list[Fact]]:
    """Yield the rows of our dossiers, then those of the ones other systems work."""
    async for facts in _folded(connection, told):
        yield facts
    async for statuses, facts in mirrored(connection):
        told.events += statuses
        told.rows += len(facts)
        yield facts


async def _folded(connection: asyncpg.Connection, told: Rebuilt) -> AsyncIterator[list[Fact]]:
    """Yield the rows that history gives, some thousand events at a time; every event is looked at."""
    carried: list[Any] = []
    cursor = await connection.cursor(_HISTORY)
    while True:
        rows = await cursor.fetch(_BATCH)
        events = carried + rows
        if not events:
            return
        last = events[-1]["dossier_id"] if rows else None
        done = [row for row in events if row["dossier_id"] != last]
        carried = [row for row in events if row["dossier_id"] == last] if rows else []
        facts = await asyncio.to_thread(_fold, done)
        told.events += len(done)
        told.rows += len(facts)
        if facts:
            yield facts
        if not rows:
            return


def _fold(events: Sequence[Any]) -> list[Fact]:
    found = []
    for _, group in groupby(events, key=lambda row: row["dossier_id"]):
        fact: Fact | None = None
        for row in group:
            told = told_by(row["type"], orjson.loads(row["data"]))
            if told is not None:
                fact = follow(fact, mended(fact, told), row["at"])
        if fact is not None:
            found.append(fact)
    return found


async def _compare(connection: asyncpg.Connection, told: Rebuilt) -> int:
    """Return how many rows are not what history gives, missing and superfluous ones too; show some."""
    wrong = 0
    seen = 0
    async for facts in _all(connection, told):
        live = {}
        for row in await connection.fetch(_LIVE, [fact.dossier_id for fact in facts]):
            found = fact_of(row)
            live[found.dossier_id] = found
        seen += len(live)
        for fact in facts:
            if (what := _differs(fact, live.get(fact.dossier_id))) and (wrong := wrong + 1) <= _SHOWN:
                sys.stdout.write(f"{fact.dossier_id}: {what}\n")
    if extra := await connection.fetchval("SELECT count(*) FROM figure_rows") - seen:
        sys.stdout.write(f"{extra} rows of dossiers neither history nor a mirror knows\n")
    return wrong + int(extra)


def _differs(fact: Fact, live: Fact | None) -> str:
    """Return what is not the same; a row's version is that of its last change, so it says nothing here."""
    if live is None:
        return "no row"
    ours, theirs = columns_of(fact), columns_of(live)
    names = [name for name in COLUMNS if name != "version" and ours[name] != theirs[name]]
    return ", ".join(f"{name} is {theirs[name]!r}, by history {ours[name]!r}" for name in names)


async def _stage(connection: asyncpg.Connection, told: Rebuilt) -> int:
    """Write the rows aside."""
    async for facts in _all(connection, told):
        rows = (columns_of(fact) for fact in facts)
        records = [tuple(row[name] for name in COLUMNS) for row in rows]
        await connection.copy_records_to_table("rebuilt", records=records, columns=list(COLUMNS))
    return 0


async def _take(connection: asyncpg.Connection) -> int:
    """Put the rows in place of those that differ; a dossier that moves just now is waited for."""
    async with connection.transaction():
        await connection.execute("ANALYZE rebuilt")
        changed = _count(await connection.execute(_TAKE))
        return changed + _count(await connection.execute(_FORGET))


def _count(said: str) -> int:
    """Return how many rows a statement says it touched."""
    return int(said.rpartition(" ")[2])
