"""The law behind procedures: found by any spelling, flagged when it ends, worked off by somebody."""

from datetime import datetime

import orjson
import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_person
from kernel.web.paging import encode_cursor
from services.catalog.jobs.laws import READ_CITATIONS, WATCH_LAWS
from tests.builders.catalog import a_document, a_procedure
from tests.integration.catalog.law_desk import (
    APPROVER,
    EDITOR,
    LOADER,
    NEW,
    OLD,
    Start,
    a_law,
    document,
    filled_with_laws,
    flagged,
    open_tasks,
    register,
    relate,
)


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    await filled_with_laws(running)


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """Procedures and what they rest on."""
    return await start("catalog", filled=the_catalogue)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("123/2015/nd-cp", "123/2015/ND-CP"),
        ("Nghị định 0123/2015/NĐ–CP", "123/2015/ND-CP"),
        ("64/qđ-nhnn", "64/QD-NHNN"),
        ("SỐ 64/QĐ-NHNN", "64/QD-NHNN"),
        ("3980 /QĐ-BQP", "3980/QD-BQP"),
        ("4777", "4777"),
        ("3980", "3980/QD-BQP"),
        ("hộ tịch", "123/2015/ND-CP"),
    ],
)
async def test_a_document_is_found_however_its_number_is_written(
    catalog: RunningService, asked: str, key: str
) -> None:
    """Case, spaces, dashes, leading zeros and words around do not matter."""
    answer = await catalog.get("/v1/legal-documents", params={"q": asked})
    assert [one["key"] for one in answer.json()["items"]] == [key]


async def test_spellings_become_one_document_and_dirt_is_shown(catalog: RunningService) -> None:
    """Nothing is lost in silence: what has no number is listed with its procedure."""
    listed = (await catalog.get("/v1/legal-documents")).json()["items"]
    assert {one["key"]: one["cited_by"] for one in listed}["123/2015/ND-CP"] == 2
    dirt = (await catalog.get("/v1/legal-dirt", EDITOR)).json()
    assert dirt["unread"] == [{"code": "1.000001", "written": "BỘ LUẬT HÀNG HẢI VIỆT NAM"}]
    assert "4777" in {one["key"] for one in dirt["doubtful"]}
    assert [one["key"] for one in dirt["spelt_differently"]] == ["123/2015/ND-CP"]
    counted = dirt["documents"], dirt["citations"]
    await catalog.run_job(READ_CITATIONS)
    again = (await catalog.get("/v1/legal-dirt", EDITOR)).json()
    assert (again["documents"], again["citations"]) == counted


async def test_a_replaced_document_flags_whoever_cites_it_from_its_day(catalog: RunningService) -> None:
    """As of the day: not before; the successor is named; the work list has each procedure once."""
    await register(catalog, NEW, effective_on="2026-04-01")
    assert (await relate(catalog)).status_code == 201
    assert (await document(catalog, OLD))["status"] in {"UNKNOWN", "IN_FORCE"}
    ended = await document(catalog, OLD, "2026-04-01")
    assert (ended["status"], ended["successors"]) == ("REPLACED", ["87/2026/ND-CP"])
    assert await flagged(catalog, "2026-03-31") == set()
    assert await flagged(catalog, "2026-04-01") == {"1.000001", "1.004873"}
    await catalog.run_job(WATCH_LAWS)
    assert await open_tasks(catalog) == []
    catalog.clock.set(datetime(2026, 4, 1, 8, tzinfo=VIETNAM))
    for _ in range(2):
        await catalog.run_job(WATCH_LAWS)
    tasks = await open_tasks(catalog)
    assert {(one["code"], one["reason"]) for one in tasks} == {
        ("1.000001", "REPLACED"),
        ("1.004873", "REPLACED"),
    }
    told = [
        row for row in await catalog.published("catalog_reminder.raised.v1") if row["key"].startswith("law:")
    ]
    assert len(told) == 1
    data = orjson.loads(told[0]["data"]) if isinstance(told[0]["data"], str) else told[0]["data"]
    assert data["text"].startswith("2 thủ tục căn cứ vào 123/2015/NĐ-CP")


async def test_a_task_ends_by_a_new_version_or_a_reasoned_note(catalog: RunningService) -> None:
    """A note keeps it closed; a version that no longer cites the document closes it by itself."""
    await register(catalog, NEW, effective_on="2026-03-01")
    await relate(catalog, from_on="2026-03-01")
    await catalog.run_job(WATCH_LAWS)
    tasks = {one["code"]: one for one in await open_tasks(catalog)}
    path = f"/v1/law-tasks/{tasks['1.000001']['id']}"
    given = await catalog.post(f"{path}/assignment", {"owner": "bien-tap"}, EDITOR, version=1)
    assert given.json()["owner"] == "bien-tap"
    assert (await catalog.post(f"{path}/closing", {"note": "x"}, EDITOR, version=1)).status_code == 412
    closed = await catalog.post(f"{path}/closing", {"note": "Chờ bộ công bố"}, EDITOR, version=2)
    assert (closed.json()["state"], closed.json()["closed_as"]) == ("CLOSED", "NOTE")
    again = await catalog.post(f"{path}/closing", {"note": "x"}, EDITOR, version=3)
    assert (again.status_code, again.json()["code"]) == (409, "law-work-state")
    amended = a_document(
        procedures=[
            a_procedure(
                legal_bases=[a_law(NEW)],
                decision={
                    "number": "9/QĐ",
                    "signed_on": "2026-03-02",
                    "effective_on": "2026-03-04",
                    "change_kind": "AMENDED",
                },
            )
        ]
    )
    amended["staff"] = []
    assert (await catalog.post("/v1/imports", amended, LOADER)).status_code == 200
    catalog.clock.set(datetime(2026, 3, 4, 8, tzinfo=VIETNAM))
    await catalog.run_job(READ_CITATIONS)
    await catalog.run_job(WATCH_LAWS)
    assert await open_tasks(catalog) == []
    done = (await catalog.get("/v1/law-tasks", EDITOR, params={"state": "CLOSED"})).json()["items"]
    assert {one["code"]: one["closed_as"] for one in done} == {"1.000001": "NOTE", "1.004873": "NEW_VERSION"}


async def test_relations_that_cannot_be_are_refused(catalog: RunningService) -> None:
    """Rings, twice, unknown, unreadable; nothing is kept."""
    await register(catalog, NEW)
    assert (await relate(catalog, target="999/2020/NĐ-CP")).json()["code"] == "legal-document-not-found"
    assert (await relate(catalog, target="không số")).json()["code"] == "legal-number-unreadable"
    assert (await relate(catalog, target=NEW)).json()["code"] == "legal-relation-ring"
    assert (await relate(catalog)).status_code == 201
    assert (await relate(catalog)).json()["code"] == "legal-relation-state"
    assert (await relate(catalog, actor=OLD, target=NEW)).json()["code"] == "legal-relation-ring"
    body = {"actor": NEW, "kind": "REPLACES", "target": OLD, "from_on": "2026-04-01"}
    assert (await catalog.post("/v1/legal-relations/removal", body, EDITOR)).status_code == 200
    assert (await document(catalog, OLD, "2026-05-01"))["ended_on"] is None
    assert await catalog.count("legal_relations") == 0


async def test_what_an_editor_says_of_a_document_is_checked(catalog: RunningService) -> None:
    """Days in their order, on the version seen, by an editor."""
    await register(catalog, NEW)
    for said, seen, code in (
        ({"issued_on": "2026-02-01", "effective_on": "2026-01-01"}, 1, "legal-days-out-of-order"),
        ({"effective_on": "2026-05-01", "expires_on": "2026-04-30"}, 1, "legal-days-out-of-order"),
        ({}, 0, "stale-version"),
        ({"unknown": 1}, 1, "invalid"),
    ):
        answer = await catalog.client.put(
            "/v1/legal-document",
            params={"number": NEW},
            json=said,
            headers=catalog.headers(EDITOR, version=seen),
        )
        assert answer.json()["code"] == code, answer.text
    expired = await register(catalog, NEW, seen=1, expires_on="2026-12-31")
    assert (expired["ended_on"], expired["ended_as"]) == ("2027-01-01", "EXPIRED")
    for caller in (a_person(), APPROVER):
        answer = await catalog.post(
            "/v1/legal-relations",
            {"actor": NEW, "kind": "AMENDS", "target": OLD, "from_on": "2026-04-01"},
            caller,
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "law-edit-not-allowed")
    assert (await catalog.get("/v1/law-tasks", a_person())).status_code == 403


@pytest.mark.parametrize("path", ["law-tasks", "procedure-reviews", "national-entries", "calendar-decisions"])
async def test_a_cursor_that_is_not_ours_is_refused(catalog: RunningService, path: str) -> None:
    """A page never begins at a guess."""
    for cursor in (encode_cursor("no-id"), encode_cursor(1), "###"):
        answer = await catalog.get(f"/v1/{path}", EDITOR, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_the_shipped_register_decides_but_for_what_an_editor_wrote(catalog: RunningService) -> None:
    """Twice the same changes nothing; relations in it end what they replace; a bad row refuses all."""
    laws = [
        {"number": OLD, "title": "Về hộ tịch", "issued_on": "2015-11-15", "effective_on": "2016-01-01"},
        {"number": NEW, "title": "Mới", "effective_on": "2026-05-01", "replaces": [OLD]},
    ]
    for _ in range(2):
        answer = await catalog.post("/v1/imports", {"legal_documents": laws}, LOADER)
        assert answer.status_code == 200, answer.text
        held = await document(catalog, OLD, "2026-05-01")
        assert (held["status"], held["source"], held["is_verified"]) == ("REPLACED", "FILE", True)
        assert held["version"] == 2
    await register(catalog, NEW, seen=1, title="Đã đối chiếu", effective_on="2026-05-01")
    await catalog.post("/v1/imports", {"legal_documents": laws}, LOADER)
    assert (await document(catalog, NEW))["title"] == "Đã đối chiếu"
    ring = [{"number": OLD, "effective_on": "2026-06-01", "replaces": [NEW]}]
    for bad in (
        ring,
        [{"number": "không số"}],
        [*laws, laws[0]],
        [{**laws[0], "effective_on": "2015-01-01"}],
    ):
        answer = await catalog.post("/v1/imports", {"legal_documents": bad}, LOADER)
        assert (answer.status_code, answer.json()["code"]) == (422, "import-refused"), answer.text
    assert await catalog.count("legal_relations") == 1


async def test_a_draft_that_rests_on_what_has_ended_is_work_too(catalog: RunningService) -> None:
    """Officers see it; the public list names public procedures only."""
    await catalog.runtime.pool.execute(
        "INSERT INTO procedure_drafts (id, code, agency, part, base, data, state, authors, history, version,"
        " changed_at) VALUES (gen_random_uuid(), '1.009999', 'H99', 'LOCAL', 0, $1, 'DRAFT', '{x}', '[]', 1,"
        " now())",
        {"name": "Thủ tục mới", "legal_bases": [{"number": "Số 123/2015/NĐ-CP"}]},
    )
    await catalog.run_job(READ_CITATIONS)
    await register(catalog, NEW, effective_on="2026-03-01")
    await relate(catalog, from_on="2026-03-01")
    await catalog.run_job(WATCH_LAWS)
    assert {one["code"] for one in await open_tasks(catalog) if one["is_draft"]} == {"1.009999"}
    assert "1.009999" not in await flagged(catalog, "2026-03-03")
    await catalog.runtime.pool.execute(
        "UPDATE procedure_drafts SET version = 2, data = $1", {"name": "Thủ tục mới", "legal_bases": []}
    )
    await catalog.run_job(READ_CITATIONS)
    await catalog.run_job(WATCH_LAWS)
    assert [one for one in await open_tasks(catalog) if one["is_draft"]] == []
