"""The law behind procedures: found by any spelling, flagged when it ends, worked off by somebody."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import orjson
import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_person, a_service, a_staff_member
from kernel.web.paging import encode_cursor
from services.catalog.jobs.laws import READ_CITATIONS, WATCH_LAWS
from tests.builders.catalog import a_document, a_procedure, a_public_record

Start = Callable[..., Awaitable[RunningService]]
EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99", subject="bien-tap")
APPROVER = a_staff_member("CATALOG_APPROVER", agency="H99", subject="phe-duyet")
BOTH = a_staff_member("CATALOG_EDITOR", "CATALOG_APPROVER", agency="H99", subject="ca-hai")
LOADER = a_service("catalog.import")
OLD, NEW = "123/2015/NĐ-CP", "87/2026/NĐ-CP"


def a_law(number: str, title: str = "Nghị định") -> dict[str, Any]:
    return {"number": number, "title": title, "issuer": "Chính phủ", "issued_on": "2015-11-15"}


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """One local and two national procedures, and what they rest on read, on Tuesday 3 March 2026."""
    running = await start("catalog")
    document = a_document(procedures=[a_procedure(legal_bases=[a_law(OLD, "Nghị định về hộ tịch")])])
    document["staff"].append(
        {"subject": "bien-tap", "name": "Danh", "agency": "H99.201", "roles": ["CATALOG_EDITOR"]}
    )
    answer = await running.post("/v1/imports", document, LOADER)
    assert answer.status_code == 200, answer.text
    bases = [
        {"number": "Nghị định số  123/2015 /nđ-cp", "title": None},
        {"number": "SỐ 64/QĐ-NHNN", "title": "Quyết định"},
        {"number": None, "title": "BỘ LUẬT HÀNG HẢI VIỆT NAM"},
    ]
    records = [
        a_public_record("1.000001", legal_bases=bases),
        a_public_record(
            "1.000002",
            legal_bases=[{"number": "3980 /QĐ-BQP", "title": None}, {"number": "4777", "title": None}],
        ),
    ]
    answer = await running.post("/v1/imports", {"public_procedures": records}, LOADER)
    assert answer.status_code == 200, answer.text
    await running.run_job(READ_CITATIONS)
    return running


async def register(catalog: RunningService, number: str, *, seen: int = 0, **said: Any) -> dict[str, Any]:
    answer = await catalog.client.put(
        "/v1/legal-document",
        params={"number": number},
        json={"effective_on": "2016-01-01", **said},
        headers=catalog.headers(EDITOR, version=seen),
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def relate(catalog: RunningService, **changed: Any) -> Any:
    body = {"actor": NEW, "kind": "REPLACES", "target": OLD, "from_on": "2026-04-01", **changed}
    return await catalog.post("/v1/legal-relations", body, EDITOR)


async def document(catalog: RunningService, number: str, on: str = "2026-03-03") -> dict[str, Any]:
    answer = await catalog.get("/v1/legal-document", params={"number": number, "on": on})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def flagged(catalog: RunningService, on: str) -> set[str]:
    answer = await catalog.get("/v1/legal-flags", params={"on": on})
    return {one["code"] for one in answer.json()["items"]}


async def open_tasks(catalog: RunningService) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await catalog.get("/v1/law-tasks", EDITOR)).json()["items"]
    return found


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


def a_review(**more: Any) -> dict[str, Any]:
    step = {
        "name": "Chuẩn bị giấy tờ",
        "hours": 2.5,
        "hourly_wage": 40_000,
        "outlay": 20_000,
        "times_a_year": 1000,
    }
    return {
        "procedure": "1.004873",
        "agency": "H99",
        "aspects": [{"aspect": "NECESSITY", "verdict": "SIMPLIFY", "note": "Bỏ bản sao hộ khẩu"}],
        "proposal": "Bỏ một giấy tờ, tra cứu cơ sở dữ liệu",
        "cost": {"present": [step], "proposed": [{**step, "hours": 1}]},
        **more,
    }


async def test_a_review_goes_from_proposal_over_decision_to_outcome(catalog: RunningService) -> None:
    """With its cost, decided by another person, counted for reports."""
    made = (await catalog.post("/v1/procedure-reviews", a_review(), EDITOR)).json()
    assert (made["cost"]["before"], made["saved"], made["cost"]["saved_percent"]) == (
        120_000_000,
        60_000_000,
        50.0,
    )
    path = f"/v1/procedure-reviews/{made['id']}"
    decision = {"is_accepted": True, "number": "7/QĐ-UBND", "signed_on": "2026-03-03"}
    decided = await catalog.post(f"{path}/decision", decision, APPROVER, version=1)
    assert decided.json()["state"] == "ACCEPTED"
    outcome = {"note": "Công bố lại", "done_on": "2026-03-03"}
    assert (await catalog.post(f"{path}/outcome", outcome, EDITOR, version=2)).json()["state"] == "DONE"
    figures = await catalog.get(
        "/v1/procedure-review-figures", EDITOR, params={"first": "2026-01-01", "last": "2026-12-31"}
    )
    assert {name: figures.json()[name] for name in ("proposed", "accepted", "rejected", "done", "saved")} == {
        "proposed": 1,
        "accepted": 1,
        "rejected": 0,
        "done": 1,
        "saved": 60_000_000,
    }


async def test_reviews_out_of_turn_are_refused(catalog: RunningService) -> None:
    """One's own, undecided, unknown procedures."""
    own = (await catalog.post("/v1/procedure-reviews", a_review(), BOTH)).json()
    path = f"/v1/procedure-reviews/{own['id']}"
    decision = {"is_accepted": True, "number": "7/QĐ-UBND", "signed_on": "2026-03-03"}
    for caller, code in ((BOTH, "own-review"), (EDITOR, "review-decide-not-allowed")):
        answer = await catalog.post(f"{path}/decision", decision, caller, version=1)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    early = await catalog.post(f"{path}/outcome", {"note": "x", "done_on": "2026-03-03"}, EDITOR, version=1)
    assert (early.status_code, early.json()["code"]) == (409, "law-work-state")
    unknown = await catalog.post("/v1/procedure-reviews", a_review(procedure="9.999999"), EDITOR)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "review-procedure-unknown")
    assert await catalog.count("procedure_reviews") == 1


def an_entry(**more: Any) -> dict[str, Any]:
    return {"agency": "H99", "number": "5/QĐ-UBND", "level": "PROVINCE", "signed_on": "2026-02-27", **more}


@pytest.mark.parametrize(
    ("more", "due"),
    [
        ({}, "2026-03-06"),
        ({"level": "MINISTRY"}, "2026-03-13"),
        ({"is_short": True}, "2026-03-03"),
    ],
)
async def test_an_entry_is_due_by_working_days_from_signing(
    catalog: RunningService, more: dict[str, Any], due: str
) -> None:
    """Ten for a ministry, five for a province, two for the short procedure; the signing day not counted."""
    answer = await catalog.post("/v1/national-entries", an_entry(**more), EDITOR)
    assert (answer.status_code, answer.json()["due_on"], answer.json()["state"]) == (201, due, "OPEN")


async def test_entries_are_warned_about_and_completed_in_or_out_of_time(catalog: RunningService) -> None:
    """A reminder the working day before, another when late; done late is told apart."""
    entry = (await catalog.post("/v1/national-entries", an_entry(), EDITOR)).json()
    assert (await catalog.post("/v1/national-entries", an_entry(), EDITOR)).json()[
        "code"
    ] == "national-entry-exists"
    keys = []
    for day in (4, 5, 6, 9, 9):
        catalog.clock.set(datetime(2026, 3, day, 8, tzinfo=VIETNAM))
        await catalog.run_job(WATCH_LAWS)
        keys.append([row["key"] for row in await catalog.published("catalog_reminder.raised.v1")])
    due, late = "entry:H99:5/QĐ-UBND:DUE", "entry:H99:5/QĐ-UBND:OVERDUE"
    assert keys == [[], [due], [due], [due, late], [due, late]]
    listed = (await catalog.get("/v1/national-entries", EDITOR, params={"is_open": True})).json()["items"]
    assert [one["state"] for one in listed] == ["OVERDUE"]
    path = f"/v1/national-entries/{entry['id']}/completion"
    early = await catalog.post(path, {"done_on": "2026-02-26", "evidence": "x"}, EDITOR, version=1)
    assert early.json()["code"] == "national-entry-day"
    done = await catalog.post(path, {"done_on": "2026-03-09", "evidence": "CSDL 12345"}, EDITOR, version=1)
    assert done.json()["state"] == "DONE_LATE"
    assert (await catalog.post(path, {"done_on": "2026-03-09", "evidence": "x"}, EDITOR, version=2)).json()[
        "code"
    ] == "law-work-state"


POINT = "/v1/one-stop-points/MC-201"


async def a_point(catalog: RunningService) -> None:
    await catalog.runtime.pool.execute(
        "INSERT INTO one_stop_points (code, agency, valid_from, data, version) VALUES"
        " ('MC-201', 'H99.201', '2025-07-01', '{\"name\": \"Điểm một cửa Bến Lam\"}', 1)"
    )


async def test_what_hangs_is_printed_checked_and_found_out_of_date(catalog: RunningService) -> None:
    """A sheet with a QR code each; who looked, when, with a photograph; a new version makes it old."""
    await a_point(catalog)
    listed = (await catalog.get(f"{POINT}/postings")).json()
    assert [(one["code"], one["state"]) for one in listed["items"]] == [("1.004873", "NEVER_CHECKED")]
    printed = await catalog.get(f"{POINT}/posting-sheets")
    assert printed.content.startswith(b"%PDF")
    version = listed["items"][0]["version"]
    officer = a_staff_member("ONE_STOP_OFFICER", agency="H99.201", subject="can-bo-an")
    body = {"code": "1.004873", "found_version": version, "condition": "POSTED", "photo": "anh-001.jpg"}
    checked = await catalog.post(f"{POINT}/posting-checks", body, officer)
    assert (checked.status_code, checked.json()["state"]) == (201, "CURRENT"), checked.text
    assert checked.json()["checked_by"] == "can-bo-an"
    amended = a_document(procedures=[a_procedure(name="Thủ tục đã sửa", legal_bases=[a_law(OLD)])])
    amended["staff"] = []
    assert (await catalog.post("/v1/imports", amended, LOADER)).status_code == 200
    outdated = (await catalog.get(f"{POINT}/postings", params={"state": "OUTDATED"})).json()["items"]
    assert [(one["code"], one["found_version"]) for one in outdated] == [("1.004873", version)]
    await catalog.run_job(WATCH_LAWS)
    told = [row["key"] for row in await catalog.published("catalog_reminder.raised.v1")]
    assert told == [f"posting:MC-201:1.004873:{outdated[0]['version']}"]


@pytest.mark.parametrize(
    ("changed", "caller", "status", "code"),
    [
        ({}, a_staff_member("ONE_STOP_OFFICER", agency="H99.202"), 403, "posting-check-not-allowed"),
        ({}, a_person(), 403, "posting-check-not-allowed"),
        ({"code": "1.000001"}, EDITOR, 422, "posting-not-here"),
        ({"found_version": 99}, EDITOR, 422, "posting-not-here"),
        ({"found_version": None}, EDITOR, 422, "posting-not-here"),
        ({"photo": ""}, EDITOR, 422, "invalid"),
    ],
)
async def test_checks_that_cannot_be_are_refused(
    catalog: RunningService, changed: dict[str, Any], caller: Any, status: int, code: str
) -> None:
    """Another office's officer, another procedure, a version nobody published; nothing is kept."""
    await a_point(catalog)
    body = {"code": "1.004873", "found_version": 1, "condition": "POSTED", "photo": "anh.jpg", **changed}
    answer = await catalog.post(f"{POINT}/posting-checks", body, caller)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await catalog.count("posting_checks") == 0


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


async def test_a_published_decision_gets_its_entry_by_itself(catalog: RunningService) -> None:
    """Once, with its procedures; counted when the calendar of its days is there."""
    await catalog.runtime.pool.execute(
        "INSERT INTO publication_decisions (id, number, agency, signed_on, effective_on, level, is_short,"
        " items, state, deadlines, made_by, published_by, published_at, version)"
        " VALUES (gen_random_uuid(), '8/QĐ-UBND', 'H99', '2025-12-30', '2026-01-10', 'PROVINCE', false, $1,"
        " 'PUBLISHED', '{}', 'a', 'b', now(), 1)",
        [{"code": "1.004873", "kind": "AMENDED"}],
    )
    for _ in range(2):
        await catalog.run_job(WATCH_LAWS)
    listed = (await catalog.get("/v1/national-entries", EDITOR)).json()["items"]
    assert [(one["number"], one["procedures"], one["state"]) for one in listed] == [
        ("8/QĐ-UBND", ["1.004873"], "UNKNOWN")
    ]
    year = {"code": "default", "year": 2025, "office_hours": "07:30-11:30;13:30-17:30", "exceptions": []}
    assert (await catalog.post("/v1/imports", {"calendars": [year]}, LOADER)).status_code == 200
    await catalog.run_job(WATCH_LAWS)
    listed = (await catalog.get("/v1/national-entries", EDITOR)).json()["items"]
    assert [(one["due_on"], one["state"]) for one in listed] == [("2026-01-06", "OVERDUE")]
