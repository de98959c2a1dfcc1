"""The counts of the seed year: every date of the year answers the right public set."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_service
from services.catalog.domain.items import Source
from services.catalog.domain.publishing.drafts import Draft, ProcedureDraftState
from tests.builders.catalog import a_document, a_process
from tests.integration.catalog.publishing.desk import APPROVER, EDITOR
from tests.integration.catalog.publishing.seed_year import (
    ABOLISHED,
    AMENDED,
    DECISIONS,
    INTERLINKED,
    LEVELS,
    NEW,
    PROCESSES,
    YEAR,
    SeedDecision,
    SeedYear,
)

Start = Callable[..., Awaitable[RunningService]]
PUBLIC_ON = """
SELECT code, version FROM procedure_search WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to >= $1)
"""
EDITIONS = "SELECT code, version, data->>'name' AS name FROM procedure_versions"
MEMBERS = """
SELECT count(DISTINCT m->>'procedure') FROM interlinked_groups g, jsonb_array_elements(g.data->'members') m
"""


def the_start(year: SeedYear) -> dict[str, Any]:
    """Return the document that holds the province on New Year's Day."""
    decision = {"number": "1/QĐ-UBND", "signed_on": "2025-12-25", "effective_on": YEAR.isoformat()}
    return a_document(
        processes=[a_process(code=f"QT-{number:03d}") for number in range(PROCESSES)],
        procedures=[
            {**year.record(code, 1, place), "decision": decision} for place, code in enumerate(year.at_start)
        ],
        interlinked_groups=year.groups(),
    )


async def publish(catalog: RunningService, year: SeedYear, decision: SeedDecision) -> None:
    """Publish a decision on the day it is signed; its drafts were written and approved on the way."""
    now = datetime.combine(decision.signed_on, time(8), VIETNAM)
    catalog.clock.set(now)
    items, drafts = [], []
    for code, kind in decision.items:
        if kind == "ABOLISHED":
            items.append({"code": code, "kind": kind})
            continue
        draft = Draft(
            id=uuid4(),
            code=code,
            agency="H99",
            part=Source.LOCAL,
            base=0 if kind == "NEW" else 1,
            data=year.record(code, 1 if kind == "NEW" else 2, len(drafts)),
            state=ProcedureDraftState.APPROVED,
            authors=["editor"],
            approved_by="approver",
            changed_at=now,
        )
        drafts.append(draft)
        items.append({"code": code, "kind": kind, "draft_id": str(draft.id)})
    async with catalog.runtime.unit_of_work() as unit:
        for draft in drafts:
            catalog.runtime.open_work(unit).publishing.add_draft(draft)
        await unit.commit()
    body = {
        "number": decision.number,
        "signed_on": decision.signed_on.isoformat(),
        "effective_on": decision.effective_on.isoformat(),
        "items": items,
    }
    made = await catalog.post("/v1/publication-decisions", body, EDITOR)
    assert made.status_code == 201, made.text
    url = f"/v1/publication-decisions/{made.json()['id']}/publication"
    done = await catalog.post(url, None, APPROVER, version=1)
    assert done.status_code == 200, done.text


async def test_every_date_of_the_seed_year_answers_the_right_public_set(start: Start) -> None:
    """1,746 procedures, 90 decisions, 600 new, 200 amended, 600 abolished, 400 processes, 500 interlinked."""
    year = SeedYear.generate()
    catalog = await start("catalog")
    catalog.clock.set(datetime(2025, 12, 28, 8, tzinfo=VIETNAM))
    loaded = await catalog.post("/v1/imports", the_start(year), a_service("catalog.import"))
    assert loaded.status_code == 200, loaded.text
    kinds = loaded.json()["counts"]
    assert (kinds["procedure"]["new"], kinds["process"]["new"]) == (sum(LEVELS.values()), PROCESSES)
    for decision in sorted(year.decisions, key=lambda one: one.signed_on):
        await publish(catalog, year, decision)
    happened = Counter(kind for decision in year.decisions for _, kind in decision.items)
    assert happened == {"NEW": NEW, "AMENDED": AMENDED, "ABOLISHED": ABOLISHED}
    assert await catalog.count("publication_decisions") == DECISIONS
    pool = catalog.runtime.pool
    editions = {
        (row["code"], row["version"]): int(row["name"].rpartition(" ")[2])
        for row in await pool.fetch(EDITIONS)
    }
    for offset in range(366):
        day = YEAR + timedelta(days=offset - 1)
        rows = await pool.fetch(PUBLIC_ON, day)
        shown = {row["code"]: editions[row["code"], row["version"]] for row in rows}
        assert (len(shown), shown) == (len(rows), year.public_on(day)), day
    levels = Counter(year.levels[code] for code in year.public_on(date(2025, 12, 31) + timedelta(days=1)))
    assert levels == LEVELS
    assert await pool.fetchval(MEMBERS) == INTERLINKED
    await _the_door_agrees(catalog, year)


async def _the_door_agrees(catalog: RunningService, year: SeedYear) -> None:
    """What the public reads by code on a day is what the sets say, around every kind of change."""
    for decision in year.decisions[::15]:
        for code, _ in decision.items[::4]:
            for day in (decision.effective_on - timedelta(days=1), decision.effective_on):
                found = await catalog.get(f"/v1/procedures/{code}", params={"on": day.isoformat()})
                truth = year.public_on(day).get(code)
                if truth is None:
                    assert found.status_code == 404 or found.json()["visibility"] == "ABOLISHED"
                else:
                    assert found.json()["name"].endswith(f"lần {truth}")
    catalog.clock.set(datetime(2026, 7, 1, 8, tzinfo=VIETNAM))
    page = (await catalog.get("/v1/procedures?limit=1")).json()
    assert page["total"] == len(year.public_on(date(2026, 7, 1)))
