"""Two hundred thousand dossiers in the table: no hot query reads it all, and pages stay pages."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.testing.running import RunningService
from services.dossier.domain.work.urgency import Lines
from services.dossier.store import (
    colleagues,
    continuations,
    dossier_loading,
    inbox,
    searching,
    supervised,
    views,
    warnings,
    watches,
)

ROWS = 200_000
NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
# Forty agencies of equal size; one dossier in twenty waits for somebody, one in four hundred for an opinion.
_FILL = f"""
    INSERT INTO dossiers (id, version, reference, origin, channel, procedure_code, procedure_name, sector,
        dossier_code, procedure_version, helping_agency, receiving_agency, competent_agency, state, agencies,
        submitted_at, due_at, owner_name, owner_index, parties_sealed, contact_sealed, form_sealed,
        result_delivery, work, task_role, task_agency, task_unit, task_due_at, task_holder, asked_desks,
        asked_due_at, consulted_agencies, history_hash, owner_subject)
    SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 1, 'R' || i, 'HERE', 'ONLINE',
        'P' || i % 50, 'x', 's', 'C-' || i, 1, a, a, a,
        CASE WHEN i % 20 = 0 THEN 'PROCESSING' ELSE 'RETURNED' END, '{{}}',
        '2026-03-01 01:00Z', '2026-03-05 10:00Z', 'Nguyễn Văn An', decode(md5(i::text), 'hex'), '', '', '',
        'COUNTER', '{{}}', CASE WHEN i % 20 = 0 THEN 'SPECIALIST' END, CASE WHEN i % 20 = 0 THEN a END,
        CASE WHEN i % 20 = 0 THEN 'chuyen-mon' END,
        CASE WHEN i % 20 = 0 THEN '2026-03-03 01:00Z'::timestamptz + i * interval '1 second' END,
        CASE WHEN i % 80 = 0 THEN 'nguoi-' || i % 400 END,
        CASE WHEN i % 400 = 0 THEN ARRAY[a || '|CLERK|'] ELSE '{{}}' END,
        CASE WHEN i % 400 = 0 THEN '2026-03-04 01:00Z'::timestamptz END,
        CASE WHEN i % 100 = 0 THEN ARRAY['H99.' || (i + 7) % 40] ELSE '{{}}' END, '', 'dan-' || i
    FROM (SELECT i, 'H99.' || (i / 100) % 40 AS a FROM generate_series(1, {ROWS}) AS i) AS every
"""
_FILL_SEARCH = f"""
    INSERT INTO dossier_search (dossier_id, keys)
    SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
        ARRAY['a:H99.' || (i / 100) % 40, 'n:nguyen', 'n:t' || i % 97, 'i:' || md5(i::text)]
    FROM generate_series(1, {ROWS}) AS i
"""
_FILL_STAFF = """
    INSERT INTO staff (subject, sequence, agency, acts_for, away_until, data)
    SELECT 'nguoi-' || i, 1, 'H99.' || i % 40,
        CASE WHEN i % 50 = 0 THEN ARRAY['nguoi-' || i + 1] ELSE '{}' END,
        CASE WHEN i % 100 = 0 THEN '2026-03-06'::date END,
        json_build_object('subject', 'nguoi-' || i, 'leaves', CASE WHEN i % 100 = 0 THEN json_build_array(
            json_build_object('valid_from', '2026-03-02', 'valid_to', '2026-03-06')) ELSE '[]'::json END)
    FROM generate_series(1, 4000) AS i
"""
# A young province: all that was ever handed in waits at five agencies.
_FILL_YOUNG = _FILL.replace("% 40", "% 5").replace(
    f"generate_series(1, {ROWS})", f"generate_series(20, {ROWS}, 20)"
)
# One of a few large agencies: most of what it was handed has ended.
_FILL_OLD = _FILL.replace("% 40", "% 5")
HOT: dict[str, Statement] = {
    "inbox": inbox._INBOX,
    "reassignments": inbox._REASSIGN,
    "search": searching._FIND,
    "own": views._OWN,
    "of agency": views._OF_AGENCY,
    "of agency by code": views._OF_AGENCY_BY_CODE,
    "supervised": supervised.SUPERVISED,
    "supervised by code": supervised.SUPERVISED_BY_CODE,
    "load": dossier_loading.LOAD,
    "detail": views._DETAIL,
    "held by absent": colleagues._HELD_BY_ABSENT,
    "held without place": colleagues._HELD_WITHOUT_PLACE,
    "to continue": continuations._TO_CONTINUE,
    "to realign": continuations._TO_REALIGN,
    "to hand on": continuations._TO_HAND_ON,
    "not handed on": continuations._NOT_HANDED_ON,
    "to watch": watches._DUE,
    "to warn of": warnings._DUE,
}
_LARGE = {"dossiers", "dossier_search", "history", "control_slip"}


async def test_no_hot_query_reads_a_whole_table(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path
) -> None:
    """Planned without looking at values, as the server plans them here."""
    dossier = await start("dossier", files_url=tmp_path.as_uri())
    pool = dossier.runtime.pool
    async with pool.acquire() as connection:
        for fill in (_FILL, _FILL_SEARCH, _FILL_STAFF):
            await connection.execute(fill)
        # As autovacuum leaves them: what is not known to be visible is not read from an index alone.
        for table in ("dossiers", "dossier_search", "staff"):
            await connection.execute(f"VACUUM (ANALYZE) {table}")
        found = {}
        for name, statement in HOT.items():
            found[name] = _read_whole(await _plan(connection, statement))
        assert found == {name: [] for name in HOT}
        assert json.dumps(await _plan(connection, HOT["search"])).count("ix_dossier_search_keys") == 2
        # What ended is most of an ended agency's: it is not gone through for the little that still runs.
        assert "ix_dossiers_running_receiving" in json.dumps(await _plan(connection, HOT["to continue"]))
        # Of what had ended, what was handed on is not gone through for the little that was not.
        for name in ("to hand on", "not handed on"):
            assert "ix_dossiers_ended_receiving" in json.dumps(await _plan(connection, HOT[name]))
        # Looked at every few seconds: in order, not by collecting all that might be due, which at a million
        # dossiers is dearer than reading the table.
        assert "Bitmap" not in json.dumps(await _plan(connection, HOT["to watch"]))
        # Whoever supervises one agency reads the newest of that one: in order, and of nobody else.
        assert _unbounded(await _plan(connection, HOT["supervised"])) == []
        # The desks of all agencies are in one index: a page and its counts read no others' tasks.
        assert _unbounded(await _plan(connection, HOT["inbox"])) == []
        *page, told = await _inbox(connection, "H99.1")
        assert len(page) == 21
        assert [row["waits_until"] for row in page] == sorted(row["waits_until"] for row in page)
        assert sum(group[-1] for group in told["groups"]) == ROWS // 40 // 20


async def test_where_few_agencies_hold_many_tasks_none_is_looked_for_in_the_whole_table(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path
) -> None:
    """The planner would rather read on until it met enough, and at an agency that ended there are none."""
    dossier = await start("dossier", files_url=tmp_path.as_uri())
    async with dossier.runtime.pool.acquire() as connection:
        await connection.execute(_FILL_YOUNG)
        await connection.execute("VACUUM (ANALYZE) dossiers")
        plans = {name: await _plan(connection, HOT[name]) for name in HOT}
        assert _read_whole(plans["to continue"]) == []
        # A limit that is not known yet counts for a tenth of all: no page is joined with all there is.
        assert _unbounded(plans["inbox"]) == []
        assert '"Index Cond": "(id = ' in json.dumps(plans["inbox"])
        for name in ("to continue", "to realign"):
            assert (name, _unbounded(plans[name])) == (name, [])
        assert _read_whole(plans["detail"]) == []


async def test_where_few_agencies_hold_many_ended_dossiers_none_is_looked_for_in_the_whole_table(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path
) -> None:
    """Along the table's key the planner hopes to meet enough soon: a second at a year's size, for nothing."""
    dossier = await start("dossier", files_url=tmp_path.as_uri())
    async with dossier.runtime.pool.acquire() as connection:
        await connection.execute(_FILL_OLD)
        await connection.execute("VACUUM (ANALYZE) dossiers")
        for name in ("to continue", "to realign", "to hand on", "not handed on"):
            assert (name, _unbounded(await _plan(connection, HOT[name]))) == (name, [])


async def _plan(connection: Any, statement: Statement) -> Any:
    """Return the plan made for no values in particular."""
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE hot AS {statement.sql}")
    nothing = ", ".join("NULL" for _ in statement.names)
    plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE hot({nothing})")
    await connection.execute("DEALLOCATE hot")
    return json.loads(plan) if isinstance(plan, str) else plan


def _read_whole(node: Any) -> list[str]:
    """Return the large tables a plan reads from one end to the other."""
    if isinstance(node, list):
        return [name for one in node for name in _read_whole(one.get("Plan", one))]
    found = [node["Relation Name"]] if node["Node Type"] == "Seq Scan" else []
    return [name for name in found if name in _LARGE] + _read_whole(node.get("Plans", []))


def _unbounded(node: Any) -> list[str]:
    """Return the indexes of dossiers a plan reads from one end to the other, everybody's tasks among them.

    Whether a desk's own tasks are walked in order or sorted is left to the planner: it depends on what vacuum
    has been over.
    """
    if isinstance(node, list):
        return [name for one in node for name in _unbounded(one.get("Plan", one))]
    name = node.get("Index Name", "")
    is_whole = name.startswith(("ix_dossiers", "pk_dossiers")) and "Index Cond" not in node
    return ([name] if is_whole else []) + _unbounded(node.get("Plans", []))


async def _inbox(connection: Any, agency: str) -> list[Any]:
    lines = Lines.at(NOW)
    given = {
        "subject": "ai-do",
        "agency": agency,
        "unit": "chuyen-mon",
        "roles": ["SPECIALIST"],
        "today": NOW.date(),
        "procedure": "",
        "state": "",
        "urgency": "",
        "whose": "",
        "now": lines.now,
        "tomorrow": lines.tomorrow,
        "soon": lines.soon,
        "after_due": NOW - timedelta(days=365),
        "after_id": UUID(int=0),
        "with_counts": True,
        "kept": [],
        "limit": 21,
    }
    return list(await connection.fetch(inbox._INBOX.sql, *inbox._INBOX.values(given)))
