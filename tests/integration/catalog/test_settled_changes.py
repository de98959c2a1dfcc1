"""After a decision about agencies: withdrawn before its day, and what it left open settled by somebody."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_service
from services.catalog.jobs.administration import APPLY_DUE_CHANGES
from tests.builders.catalog.administration import APPROVER, DECISION, EDITOR, a_member, a_merger, a_province

Start = Callable[..., Awaitable[RunningService]]
REASON = {"reason": "Quốc hội lùi ngày sắp xếp"}
SPLIT = {
    "kind": "SPLIT",
    "decision": DECISION,
    "effective_on": "2026-04-01",
    "ended": ["H99.31"],
    "successors": ["H99.32", "H99.202"],
    "continuing": "H99.32",
    "procedures": [{"procedure": "*", "agencies": ["H99.32"]}],
    "children": [{"code": "H99.201", "agency": "H99.32"}],
}


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    answer = await running.post("/v1/imports", a_province(), a_service("catalog.import"))
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue of the small province."""
    return await start("catalog", filled=the_catalogue)


async def decided(catalog: RunningService, body: dict[str, Any]) -> Any:
    """Record a decision."""
    answer = await catalog.post("/v1/agency-changes", body, APPROVER)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def withdrawn(catalog: RunningService, change: Any, by: Any = APPROVER, **more: Any) -> Any:
    """Withdraw it."""
    version = more.get("version", change["version"])
    return await catalog.post(f"/v1/agency-changes/{change['id']}/withdrawal", REASON, by, version=version)


async def all_agencies(catalog: RunningService) -> list[dict[str, Any]]:
    """Return every agency as the public sees it, but for its version."""
    items = (await catalog.get("/v1/agencies", params={"limit": 100})).json()["items"]
    return [{name: value for name, value in item.items() if name != "version"} for item in items]


async def test_a_withdrawn_merger_leaves_everything_as_it_was(catalog: RunningService) -> None:
    """Days, successors, competence; and it may be decided again, with the same code, and come."""
    offer = {"procedure": "1.004873", "valid_from": "2026-03-03", "decision": DECISION}
    assert (await catalog.post("/v1/agencies/H99.31/offerings", offer, APPROVER)).status_code == 201
    before = await all_agencies(catalog)
    competence = await catalog.runtime.pool.fetch("SELECT * FROM offerings ORDER BY agency")
    change = await decided(catalog, a_merger(effective_on="2026-04-01"))
    assert await all_agencies(catalog) != before
    for by, version, status in ((EDITOR, 1, 403), (APPROVER, None, 428), (APPROVER, 7, 412)):
        assert (await withdrawn(catalog, change, by, version=version)).status_code == status
    done = await withdrawn(catalog, change)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["withdrawal"]["reason"]) == ("WITHDRAWN", REASON["reason"])
    assert await all_agencies(catalog) == before
    assert await catalog.runtime.pool.fetch("SELECT * FROM offerings ORDER BY agency") == competence
    told = [row["data"] for row in await catalog.published("agency.changed.v1") if row["key"] == "H99.31"]
    assert (told[-1]["valid_to"], told[-1]["successors"]) == (None, [])
    assert (await withdrawn(catalog, done.json())).json()["code"] == "agency-change-applied"
    again = await decided(catalog, a_merger(effective_on="2026-04-01"))
    catalog.clock.set(datetime(2026, 4, 1, 8, tzinfo=VIETNAM))
    await catalog.run_job(APPLY_DUE_CHANGES)
    new = (await catalog.get("/v1/agencies/H99.35")).json()
    assert (new["in_force"], new["valid_from"], new["valid_to"]) == (True, "2026-04-01", None)
    founded = [row for row in await catalog.published("agency.changed.v1") if row["key"] == "H99.35"]
    assert [row["sequence"] for row in founded] == sorted({row["sequence"] for row in founded})
    begun = await catalog.get(f"/v1/agency-changes/{again['id']}", APPROVER)
    refused = await withdrawn(catalog, begun.json())
    assert (refused.status_code, refused.json()["code"]) == (409, "agency-change-applied")


async def test_a_change_whose_day_has_come_is_not_withdrawn(catalog: RunningService) -> None:
    """Even before the job has run."""
    change = await decided(catalog, a_merger(effective_on="2026-04-01"))
    catalog.clock.set(datetime(2026, 4, 1, 0, 1, tzinfo=VIETNAM))
    assert (await withdrawn(catalog, change)).status_code == 409


async def test_what_others_rest_on_is_not_withdrawn(catalog: RunningService) -> None:
    """A later decision, or staff of the new agency, first."""
    change = await decided(catalog, a_merger(effective_on="2026-04-01"))
    rename = {"kind": "RENAME", "decision": DECISION, "effective_on": "2026-04-02", "agency": "H99.35"}
    later = await decided(catalog, {**rename, "name": "Tên khác"})
    refused = await withdrawn(catalog, change)
    assert (refused.status_code, refused.json()["code"]) == (409, "agency-change-built-upon")
    assert refused.json()["agencies"] == ["H99.35"]
    assert (await withdrawn(catalog, later)).status_code == 200
    staff = {"staff": [a_member("som", "H99.35", "SPECIALIST")]}
    assert (await catalog.post("/v1/imports", staff, a_service("catalog.import"))).status_code == 200
    assert (await withdrawn(catalog, change)).json()["agencies"] == ["H99.35"]


async def test_what_a_decision_leaves_open_is_settled_by_somebody(catalog: RunningService) -> None:
    """Once, with who, when and how; others stay open."""
    change = await decided(catalog, SPLIT)
    first, *others = change["open_questions"]
    url = f"/v1/agency-changes/{change['id']}/question-closings"
    body = {"about": first["about"], "code": first["code"], "outcome": "Về Văn phòng khu vực Thượng Nguyên"}
    assert (await catalog.post(url, body, EDITOR)).status_code == 428
    closed = await catalog.post(url, body, EDITOR, version=1)
    assert closed.status_code == 200, closed.text
    settled = closed.json()["open_questions"][0]["closed"]
    assert (settled["by"], settled["outcome"]) == (EDITOR.subject, body["outcome"])
    assert [one["closed"] for one in closed.json()["open_questions"][1:]] == [None] * len(others)
    twice = await catalog.post(url, body, EDITOR, version=2)
    assert (twice.status_code, twice.json()["code"]) == (404, "question-not-open")
    officer = a_service("catalog.import")
    assert (await catalog.post(url, body, officer, version=2)).status_code == 403
