"""Reviews of procedures, entries in the national database, sheets at offices: in turn and in time."""

from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_person, a_staff_member
from services.catalog.jobs.laws import WATCH_LAWS
from tests.builders.catalog import a_document, a_procedure
from tests.integration.catalog.law_desk import (
    APPROVER,
    BOTH,
    EDITOR,
    LOADER,
    OLD,
    Start,
    a_law,
    filled_with_laws,
)


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    await filled_with_laws(running)


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """Procedures and what they rest on."""
    return await start("catalog", filled=the_catalogue)


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
    early = await catalog.post(
        f"{path}/decision", {**decision, "signed_on": "2026-03-04"}, APPROVER, version=own["version"]
    )
    assert (early.status_code, early.json()["code"]) == (422, "signed-in-the-future")
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


async def test_a_published_decision_gets_its_entry_by_itself(catalog: RunningService) -> None:
    """Once, with its procedures; counted when the calendar of its days is there."""
    await catalog.runtime.pool.execute(
        "INSERT INTO publication_decisions (id, number, agency, signed_on, effective_on, level, is_short,"
        " items, state, deadlines, made_by, authors, published_by, published_at, version)"
        " VALUES (gen_random_uuid(), '8/QĐ-UBND', 'H99', '2025-12-30', '2026-01-10', 'PROVINCE', false, $1,"
        " 'PUBLISHED', '{}', 'a', '{a}', 'b', now(), 1)",
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
