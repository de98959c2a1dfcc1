"""Plans, writes and counts a year; the same for `make seed-year`, the bench and the test."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import asyncpg

from bench.seed_year.checking import Verdict, check
from bench.seed_year.copying import Keys, write_counters, write_year
from bench.seed_year.plan import Plan, Planner, Year
from bench.seed_year.truth import CUTS, Cell, Span, count, spans_of
from bench.seed_year.world import World, given_numbers, read_world
from kernel.postgres.engine import open_pool
from stack.servers import StackError

_LOOKED_OVER = """
    INSERT INTO anomaly_readings (name, seen_through) SELECT 'history', max(at) FROM history
    ON CONFLICT (name) DO UPDATE
    SET seen_through = greatest(anomaly_readings.seen_through, excluded.seen_through)
"""
_ANALYZED = ("dossiers", "history", "components", "figure_rows")


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was written and what is true of it."""

    year: Year
    dossiers: int
    events: int
    seconds: float
    spans: list[Span]
    truth: dict[Cell, Counter[str]]


def seed(
    dsn: str, keys: Keys, *, size: int, say: Callable[[str], None], processes: int = 0, seed_of: int = 2026
) -> Seeded:
    """Write a year into the database of a dossier service that knows its catalogue."""
    began = time.monotonic()
    world, numbers = asyncio.run(_read(dsn))
    last = world.calendar.covers[1].year if world.calendar.covers else 0
    year = Year(size, last - 1, seed_of)
    spans = spans_of(year.year)
    truth: dict[Cell, Counter[str]] = {}
    planner = Planner(world, year, numbers)
    plans = _counted(planner.plans(), spans, truth)
    written = write_year(plans, world, keys, dsn, owners=max(50, size // 12), processes=processes)
    asyncio.run(_finish(dsn, planner))
    seconds = time.monotonic() - began
    say(
        f"{written.dossiers:,} dossiers, {written.events:,} events of {year.year} written in {seconds:.0f} s"
        f" ({written.events / seconds:,.0f} events/s)"
    )
    return Seeded(year, written.dossiers, written.events, seconds, spans, truth)


async def require_empty(dsn: str, data: Path) -> None:
    """Raise `StackError` where there are dossiers: the truth is of a year that is alone."""
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("SELECT EXISTS (SELECT FROM dossiers)"):
            raise StackError(f"{data} holds dossiers already; name another folder or remove it")
    finally:
        await connection.close()


async def verdict_on(dsn: str, seeded: Seeded, cuts: Sequence[tuple[str, ...]] = CUTS) -> Verdict:
    """Hold every statistic against the truth."""
    pool = await open_pool(dsn, name="seed-year")
    try:
        return await check(pool, seeded.spans, seeded.truth, seeded.year.horizon, cuts)
    finally:
        await pool.close()


def _counted(plans: Iterable[Plan], spans: list[Span], truth: dict[Cell, Counter[str]]) -> Iterator[Plan]:
    """Count each plan as it passes."""
    for plan in plans:
        for cell, counted in count([plan], spans).items():
            truth.setdefault(cell, Counter()).update(counted)
        yield plan


async def _read(dsn: str) -> tuple[World, dict[tuple[str, date], int]]:
    connection = await asyncpg.connect(dsn)
    try:
        return await read_world(connection), await given_numbers(connection)
    finally:
        await connection.close()


async def _finish(dsn: str, planner: Planner) -> None:
    await write_counters(dsn, planner.numbers)
    connection = await asyncpg.connect(dsn)
    try:
        # A year that was lived through was looked over as it went: no backlog of it waits for its jobs.
        await connection.execute(_LOOKED_OVER)
        for table in _ANALYZED:
            await connection.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        await connection.close()
