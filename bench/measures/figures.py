"""Statistics at size: the rebuild from history, a month's figures, and what officers read among a million."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from datetime import date
from urllib.parse import quote_plus

from bench.figures import Figure
from bench.generator import Plan, Step
from bench.measures import lifecycle, reads
from bench.run import Run, notes_of
from bench.seed_year.copying import Keys
from bench.seed_year.seeding import Seeded, seed
from kernel.postgres.engine import open_pool
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.commands.figures import rebuilt
from services.dossier.domain.figures.asked import Selection
from services.dossier.domain.figures.period import Period
from services.dossier.store.figure_views import PostgresStatistics

REBUILD_TARGET = 20_000
MONTH_TARGET = 200
"""Milliseconds for a month's figures of the whole province among a year's dossiers."""
YEAR, MILLION = 336_418, 1_000_000
COMMON_NAME = "Nguyễn Văn An"
_ASKED = 11


def rebuild(run: Run) -> Sequence[Figure]:
    """Put dossiers with their history in, prove the rows equal, make them anew, prove them again."""
    notes = run.quiet()
    seeded = _seeded(run, run.lengths.seeded)
    dsn = run.subject.stack.around.databases["dossier"]
    with run.subject.watched() as busy:
        checked = asyncio.run(rebuilt(dsn, is_check=True))
    made = asyncio.run(rebuilt(dsn, is_check=False))
    again = asyncio.run(rebuilt(dsn, is_check=True))
    is_equal = not checked.wrong and not again.wrong
    return [
        Figure(
            what="Statistics rebuild from events",
            measured=f"{made.per_second:,.0f} events/s; checked at {checked.per_second:,.0f}/s,"
            f" {checked.wrong + again.wrong} rows differ from the live ones",
            target=f">= {REBUILD_TARGET:,} events/s, equal to the live figures",
            reached=made.per_second >= REBUILD_TARGET and is_equal,
            busy=busy,
            per_second=checked.per_second,
            notes=[
                f"{made.events:,} events of {made.rows:,} dossiers, {made.seconds:.1f} s; one process",
                f"written before at {seeded.events / seeded.seconds:,.0f} events/s",
                *notes,
            ],
        )
    ]


def million(run: Run) -> Sequence[Figure]:
    """At a year's size and at a million: a month's figures, an inbox page, a search, whole lives.

    On data that was filled before (`--data`): at the size it has.
    """
    found: list[Figure] = []
    for size in (YEAR, MILLION) if not run.subject.is_filled else (0,):
        there = int(run.subject.rows("dossier", "SELECT count(*) FROM dossiers")[0][0])
        if size > there:
            _seeded(run, size - there)
        run.subject.command("dossier", "index-search")
        found += [_month(run), *reads.inbox(run), _search(run), *lifecycle.whole_lives(run)]
    return found


def _seeded(run: Run, size: int) -> Seeded:
    stack = run.subject.stack
    keys = Keys(pii=stack.keys.pii_key, history=stack.keys.history_key)
    return seed(stack.around.databases["dossier"], keys, size=size, say=lambda said: print(f"  {said}"))


def _month(run: Run) -> Figure:
    """Read one month of the whole province, nothing cached by us, as its first page does."""
    dsn = run.subject.stack.around.databases["dossier"]
    rows = int(run.subject.rows("dossier", "SELECT count(*) FROM figure_rows")[0][0])
    year = int(
        run.subject.rows("dossier", "SELECT extract(year FROM max(received_on)) FROM figure_rows")[0][0]
    )
    taken = asyncio.run(_read_month(dsn, date(year, 6, 1), date(year, 6, 30), run))
    median = statistics.median(taken)
    return Figure(
        what=f"A month's figures of the province, {rows:,} dossiers",
        measured=f"median {median:.0f} ms, worst {max(taken):.0f} ms",
        target=f"< {MONTH_TARGET} ms at {YEAR:,}",
        reached=median < MONTH_TARGET if rows >= YEAR else None,
        notes=[f"{_ASKED} readings one after another, all numbers of June, by no cut"],
    )


async def _read_month(dsn: str, first: date, last: date, run: Run) -> list[float]:
    pool = await open_pool(dsn, name="bench", max_size=1)
    taken = []
    try:
        for _ in range(_ASKED):
            async with UnitOfWork(pool) as unit:
                began = time.perf_counter()
                period = Period.of(first, last, run.subject.stack.clock.now())
                await PostgresStatistics(unit).table([period], (), Selection(), limit=10)
                taken.append((time.perf_counter() - began) * 1000)
    finally:
        await pool.close()
    return taken


def _search(run: Run) -> Figure:
    """Look for a common name among all, as an officer does."""
    url = run.subject.url("gateway", f"/api/v1/dossier-search?q={quote_plus(COMMON_NAME)}&limit=20")
    headers = {"Authorization": "Bearer {officer_token}"}
    plan = Plan(
        connections=16,
        seconds=run.lengths.reads,
        actors=run.people.at_gateway(),
        steps=[Step(name="search", method="GET", url=url, expect=200, headers=headers)],
    )
    loaded, busy = run.load(plan)
    rows = int(run.subject.rows("dossier", "SELECT count(*) FROM dossiers")[0][0])
    p95 = loaded.milliseconds("p95")
    return Figure(
        what=f"Officer's search by a common name at {rows:,} dossiers",
        measured=f"{loaded.per_second:,.0f}/s, p95 {p95:.1f} ms, {loaded.failed} errors",
        generator_cores=loaded.cores,
        busy=busy,
        per_second=loaded.per_second,
        notes=notes_of(loaded),
    )
