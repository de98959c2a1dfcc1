"""Sixty thousand dossiers of other systems: no read of figures or mirrors walks a table from end to end."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from kernel.core.clock import VIETNAM
from kernel.postgres.statement import Statement
from kernel.testing.running import RunningService
from services.dossier.domain.figures.asked import Cut, Selection
from services.dossier.domain.figures.numbers import Number
from services.dossier.domain.figures.period import Period
from services.dossier.store import figure_periods, mirrors
from services.dossier.store.figure_views import PostgresStatistics, _table, dossiers_of
from services.dossier.use_cases.read_dossiers import NEWEST

ROWS = 60_000
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31), datetime(2026, 4, 1, tzinfo=VIETNAM))
_ID = "('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid"
_AT = "'2025-06-01 02:00Z'::timestamptz + i % 300 * interval '1 day'"
# Forty agencies, three hundred days; one in fifty is open, one in a thousand was amended.
_FILLS = (
    f"""
    INSERT INTO mirrors (id, version, source, outside_code, route, procedure_code, procedure_name, sector,
        agency, agency_name, owner_sealed, submitted_at, accepted_at, counted_at)
    SELECT {_ID}, 2, 'BNV', 'G05-' || i, 'MINISTRY', 'P' || i % 50, 'x', 's' || i % 9, 'H99.' || i % 40,
        'x', '', {_AT}, {_AT}, {_AT} FROM generate_series(1, {ROWS}) AS i
    """,
    f"""
    INSERT INTO mirror_statuses (mirror_id, at, status, text, received_at, version, accepted_at)
    SELECT {_ID}, {_AT} + s * interval '1 hour', 2 + s * 7, '', {_AT} + s * interval '1 hour', s + 1, {_AT}
    FROM generate_series(1, {ROWS}) AS i, generate_series(0, 1) AS s
    """,
    f"""
    INSERT INTO figure_rows (dossier_id, version, competent_agency, receiving_agency, helping_agency, sector,
        procedure_code, channel, route, cause, received_at, received_on, ended_at, ended_on, amended_at,
        ending, punctuality, is_electronic, is_mirror, supplements, components, digitised, reused)
    SELECT {_ID}, 2, 'H99.' || i % 40, '', '', 's' || i % 9, 'P' || i % 50, '', 'MINISTRY', '', {_AT},
        ({_AT})::date,
        CASE WHEN i % 50 > 0 THEN {_AT} + interval '5 days' END,
        CASE WHEN i % 50 > 0 THEN ({_AT} + interval '5 days')::date END,
        CASE WHEN i % 1000 = 0 THEN {_AT} + interval '9 days' END,
        CASE WHEN i % 50 > 0 THEN 'RESULT' ELSE '' END, CASE WHEN i % 50 > 0 THEN 'EARLY' ELSE '' END,
        false, true, 0, 0, 0, 0 FROM generate_series(1, {ROWS}) AS i
    """,
    "ANALYZE mirrors; ANALYZE mirror_statuses; ANALYZE figure_rows",
)
READS: dict[str, Statement] = {
    "totals": _table((), is_closed=False),
    "by agency and sector": _table((Cut.AGENCY, Cut.SECTOR), is_closed=False),
    **{f"behind {one}": dossiers_of(one, is_closed=False) for one in (Number.RECEIVED, Number.PAUSED)},
    "corrections": figure_periods._CORRECTIONS,
    "known": mirrors._KNOWN,
    "one": mirrors._FIND,
    "of agency": mirrors._OF_AGENCY,
    "ground": mirrors._GROUND,
}
_LARGE = {"mirrors", "mirror_statuses", "figure_rows"}


async def test_no_read_of_figures_or_mirrors_walks_a_whole_table(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path
) -> None:
    """Planned without values, as the server plans here; a month's figures and lists are what was filled."""
    dossier = await start("dossier", files_url=tmp_path.as_uri())
    async with dossier.runtime.pool.acquire() as connection:
        for fill in _FILLS:
            await connection.execute(fill)
        plans = {name: await _plan(connection, statement) for name, statement in READS.items()}
        assert {name: _read_whole(plan, _LARGE) for name, plan in plans.items()} == {
            name: [] for name in READS
        }
        # Empty here, dossiers are walked where that is cheapest; never where an index is wanted.
        await connection.execute("SET enable_seqscan = off")
        plans = {name: await _plan(connection, statement) for name, statement in READS.items()}
        assert {name: _read_whole(plan, {"dossiers"}) for name, plan in plans.items()} == {
            n: [] for n in READS
        }
    unit = dossier.runtime.unit_of_work()
    async with unit:
        statistics = PostgresStatistics(unit)
        [row] = await statistics.table([MARCH], (), Selection(), limit=10)
        rows = await statistics.table([MARCH], (Cut.AGENCY, Cut.SECTOR), Selection(), limit=5000)
        listed = await statistics.dossiers(Number.RECEIVED, MARCH, Selection(), before=NEWEST, limit=20)
    assert row["received"] == row["received_mirrored"] == sum(one["received"] for one in rows)
    assert len(listed) == 20
    assert {one["outside_status"] for one in listed} == {9}


async def _plan(connection: Any, statement: Statement) -> Any:
    """Return the plan made for no values in particular."""
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE hot AS {statement.sql}")
    nothing = ", ".join("NULL" for _ in statement.names)
    plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE hot({nothing})")
    await connection.execute("DEALLOCATE hot")
    return orjson.loads(plan) if isinstance(plan, str) else plan


def _read_whole(node: Any, large: set[str]) -> list[str]:
    """Return the large tables a plan reads from one end to the other."""
    if isinstance(node, list):
        return [name for one in node for name in _read_whole(one.get("Plan", one), large)]
    found = [node["Relation Name"]] if node["Node Type"] == "Seq Scan" else []
    return [name for name in found if name in large] + _read_whole(node.get("Plans", []), large)
