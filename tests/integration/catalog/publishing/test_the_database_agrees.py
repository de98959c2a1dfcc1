"""Random stories told to the real database: it keeps what the days promise."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.testing.running import RunningService
from services.catalog.domain.items import ItemKind, Source, canonical, digest_of
from services.catalog.domain.parts import NATIONAL_LINE, KnownProcedure, Line, PartChange, Publication

Start = Callable[..., Awaitable[RunningService]]
DAYS = """
SELECT d::date AS day, v.agency, array_agg(v.version) AS versions
FROM generate_series($1::date, $2::date, '1 day') AS d
JOIN procedure_versions v ON v.code = $3 AND v.visibility <> 'SUPERSEDED'
    AND daterange(v.valid_from, v.valid_to, '[]') @> d::date
GROUP BY 1, 2
"""
LISTED = """
SELECT d::date AS day, count(*) FROM generate_series($1::date, $2::date, '1 day') AS d
JOIN procedure_search s ON s.code = $3 AND daterange(s.valid_from, s.valid_to, '[]') @> d::date GROUP BY 1
"""
STORY = st.lists(
    st.tuples(
        st.sampled_from([NATIONAL_LINE, Line("H99", Source.LOCAL), Line("H98", Source.LOCAL)]),
        st.one_of(st.none(), st.integers(-10, 30)),
        st.booleans(),
        st.integers(0, 8),
    ),
    min_size=2,
    max_size=7,
)


def a_change(code: str, serial: int, line: Line, declared: date | None, *, abolished: bool) -> PartChange:
    """Return what one side says anew."""
    data: dict[str, Any] = {
        "code": code,
        "name": f"Tên {serial}",
        "sector": "A",
        "levels": ["PROVINCE"],
        "route": "PROVINCE",
        "submit_here": True,
        "performing_agencies": [],
        "serial": serial,
    }
    text = canonical(data)
    return PartChange(
        code=code,
        line=line,
        data=data,
        text=text,
        digest=digest_of(text),
        declared=declared,
        is_abolished=abolished,
    )


async def tell(catalog: RunningService, code: str, story: Any) -> None:
    """Publish a story step by step and look at every day after each."""
    pool = catalog.runtime.pool
    for serial, (line, ahead, abolished, wait) in enumerate(story):
        catalog.clock.advance(timedelta(days=wait))
        now = catalog.clock.now()
        today = now.date()
        first, last = today - timedelta(days=60), today + timedelta(days=90)
        before = await days(pool, first, last, code)
        async with catalog.runtime.unit_of_work() as unit:
            publishing = catalog.runtime.open_work(unit).publishing
            held = (await publishing.known([code])).get((ItemKind.PROCEDURE, code))
            known = (held.procedure if held else None) or KnownProcedure()
            is_fresh = known.recorded_on in (None, today)
            made = Publication("somebody", now)
            declared = None if ahead is None else today + timedelta(days=ahead)
            change = a_change(code, serial, line, declared, abolished=abolished)
            made.take_all([change], known, lambda _: None)
            publishing.save(made)
            await unit.commit()
        after = await days(pool, first, last, code)
        assert all(len(versions) == 1 for versions in after.values()), "two versions a day"
        _no_gap(after)
        if not is_fresh:
            past = {key: versions for key, versions in before.items() if key[0] < today}
            assert past == {key: versions for key, versions in after.items() if key[0] < today}
        assert all(row["count"] == 1 for row in await pool.fetch(LISTED, first, last, code)), "listed twice"


async def days(pool: Any, first: date, last: date, code: str) -> dict[tuple[date, str], list[int]]:
    """Return which versions cover which day of which line."""
    rows = await pool.fetch(DAYS, first, last, code)
    return {(row["day"], row["agency"]): row["versions"] for row in rows}


def _no_gap(shown: dict[tuple[date, str], list[int]]) -> None:
    for agency in {agency for _, agency in shown}:
        covered = sorted(day for day, line in shown if line == agency)
        assert len(covered) == (covered[-1] - covered[0]).days + 1, f"a gap in the line of {agency}"


async def test_random_stories_on_the_real_database(start: Start) -> None:
    """Constraints and triggers never refuse what the domain made, and every day has its one version."""
    catalog = await start("catalog")
    loop, serial = asyncio.get_running_loop(), iter(range(10_000))

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STORY)
    def stories(story: Any) -> None:
        code = f"1.{next(serial):06d}"
        asyncio.run_coroutine_threadsafe(tell(catalog, code, story), loop).result(timeout=60)

    await asyncio.to_thread(stories)
    assert await catalog.count("procedures") > 0
