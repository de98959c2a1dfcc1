"""Decisions about agencies on a real database: one preview, one commit, nothing forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_service
from services.catalog.jobs.administration import APPLY_DUE_CHANGES
from tests.builders.catalog import a_procedure, a_public_record, an_agency
from tests.builders.catalog.administration import (
    APPROVER,
    DECISION,
    EDITOR,
    a_member,
    a_merger,
    a_province,
)

Start = Callable[..., Awaitable[RunningService]]


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    answer = await running.post("/v1/imports", a_province(), a_service("catalog.import"))
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue of the small province."""
    return await start("catalog", filled=the_catalogue)


async def agency(catalog: RunningService, code: str, on: str = "") -> dict[str, Any]:
    """Read an agency."""
    answer = await catalog.get(f"/v1/agencies/{code}", params={"on": on} if on else {})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def told(catalog: RunningService, code: str) -> list[Any]:
    """Return what was published of an agency."""
    return [row["data"] for row in await catalog.published("agency.changed.v1") if row["key"] == code]


async def test_a_merger_ends_begins_and_moves_all_that_hung_on_it(catalog: RunningService) -> None:
    """One commit: two end, one begins, their communes and staff come under it, and everybody is told."""
    preview = await catalog.post("/v1/agency-changes/preview", a_merger(), EDITOR)
    assert preview.status_code == 200, preview.text
    before = await catalog.count("agencies")
    answer = await catalog.post("/v1/agency-changes", a_merger(), APPROVER)
    assert answer.status_code == 201, answer.text
    assert answer.json()["summary"] == preview.json()
    assert await catalog.count("agencies") == before + 1
    old = await agency(catalog, "000.00.31.H99")
    assert (old["valid_to"], old["successors"]) == ("2026-03-02", ["H99.35"])
    assert (old["in_force"], old["answered_by"]) == (
        False,
        [{"code": "H99.35", "name": "Văn phòng khu vực Lam Nguyên"}],
    )
    assert (await agency(catalog, "H99.31", on="2026-03-02"))["answered_by"][0]["code"] == "H99.31"
    commune = await agency(catalog, "H99.201")
    assert commune["parent"] == "H99.35"
    assert (await agency(catalog, "H99.201", on="2026-03-02"))["parent"] == "H99.31"
    rows = await catalog.runtime.pool.fetch("SELECT code, agency FROM staff ORDER BY code")
    assert {row["agency"] for row in rows} == {"H99.35"}
    new = (await told(catalog, "H99.35"))[-1]
    assert [item["agency"] for item in new["predecessors"]] == ["H99.31", "H99.32"]
    assert (await told(catalog, "H99.31"))[-1]["continuing"]["agency"] == "H99.35"
    assert "decided" not in new


async def test_a_change_of_a_later_day_waits_for_it(catalog: RunningService) -> None:
    """Ends and beginnings are dated at once; names, parents and people move on the day, told by the job."""
    answer = await catalog.post("/v1/agency-changes", a_merger(effective_on="2026-04-01"), APPROVER)
    assert answer.json()["state"] == "PENDING", answer.text
    assert (await agency(catalog, "H99.31"))["in_force"]
    assert (await agency(catalog, "H99.201"))["parent"] == "H99.31"
    assert (await agency(catalog, "H99.201", on="2026-04-01"))["parent"] == "H99.35"
    await catalog.run_job(APPLY_DUE_CHANGES)
    quiet = len(await told(catalog, "H99.31"))
    catalog.clock.set(datetime(2026, 4, 1, 0, 1, tzinfo=VIETNAM))
    await catalog.run_job(APPLY_DUE_CHANGES)
    assert (await agency(catalog, "H99.201"))["parent"] == "H99.35"
    assert len(await told(catalog, "H99.31")) == quiet + 1
    assert await catalog.runtime.pool.fetchval("SELECT count(*) FROM staff WHERE agency = 'H99.35'") == 4
    await catalog.run_job(APPLY_DUE_CHANGES)
    assert len(await told(catalog, "H99.31")) == quiet + 1
    found = await catalog.get(f"/v1/agency-changes/{answer.json()['id']}", APPROVER)
    assert found.json()["state"] == "APPLIED"


async def test_a_name_and_a_parent_change_and_are_remembered(catalog: RunningService) -> None:
    """The same agency was called otherwise before; each day knows its own name."""
    rename = {
        "kind": "RENAME",
        "decision": DECISION,
        "effective_on": "2026-03-03",
        "agency": "H99.201",
        "name": "Phường Bến Lam Mới",
    }
    assert (await catalog.post("/v1/agency-changes", rename, APPROVER)).status_code == 201
    move = {
        "kind": "MOVE",
        "decision": DECISION,
        "effective_on": "2026-03-10",
        "agency": "H99.201",
        "parent": "H99.32",
    }
    assert (await catalog.post("/v1/agency-changes", move, APPROVER)).status_code == 201
    assert (await agency(catalog, "H99.201", on="2026-03-02"))["name"] == "Phường Bến Lam"
    now = await agency(catalog, "H99.201")
    assert (now["name"], now["parent"]) == ("Phường Bến Lam Mới", "H99.31")
    assert (await agency(catalog, "H99.201", on="2026-03-10"))["parent"] == "H99.32"


async def test_the_same_document_again_does_not_undo_a_decision(catalog: RunningService) -> None:
    """What was decided since stands, whatever else the document changes."""
    assert (await catalog.post("/v1/agency-changes", a_merger(), APPROVER)).status_code == 201
    loader = a_service("catalog.import")
    again = await catalog.post("/v1/imports", a_province(), loader)
    assert {item["outcome"] for item in again.json()["items"]} == {"unchanged"}, again.text
    document = a_province()
    document["agencies"][1]["phone"] = "0990000099"
    document["agencies"][1]["place"] = "Hòn Sa"
    assert (await catalog.post("/v1/imports", document, loader)).status_code == 200
    found = await agency(catalog, "H99.31")
    assert found["place"] == "Hòn Sa"
    assert (found["phone"], found["valid_to"], found["successors"]) == (
        "0990000099",
        "2026-03-02",
        ["H99.35"],
    )


async def test_a_split_hands_every_procedure_on_or_is_refused(catalog: RunningService) -> None:
    """A procedure nobody would be competent for is named; given to one, it moves with its dates."""
    await catalog.post(
        "/v1/imports",
        {"procedures": [a_procedure("1.000001", performing_agencies=["H99.31"], levels=["PROVINCE"])]},
        a_service("catalog.import"),
    )
    offering = {"procedure": "1.000001", "valid_from": "2026-01-20", "decision": DECISION}
    assert (await catalog.post("/v1/agencies/H99.31/offerings", offering, APPROVER)).status_code == 201
    split = {
        "kind": "SPLIT",
        "decision": DECISION,
        "effective_on": "2026-03-03",
        "ended": ["H99.31"],
        "created": [a_merger()["created"][0]],
        "successors": ["H99.35", "H99.32"],
        "continuing": "H99.35",
        "children": [{"code": "H99.201", "agency": "H99.32"}],
        "procedures": [{"procedure": "1.004873", "agencies": ["H99.35"]}],
    }
    refused = await catalog.post("/v1/agency-changes", split, APPROVER)
    assert (refused.status_code, refused.json()["code"]) == (409, "procedures-without-agency")
    assert refused.json()["procedures"] == ["1.000001"]
    split["procedures"].append({"procedure": "1.000001", "agencies": ["H99.32"]})
    taken = await catalog.post("/v1/agency-changes", split, APPROVER)
    assert taken.status_code == 201, taken.text
    assert {item["code"] for item in taken.json()["open_questions"]} == {"nhan", "thu-ly", "lanh-dao"}
    now = await catalog.get("/v1/agencies/H99.32/offerings", params={"on": "2026-03-03"})
    assert [item["procedure"] for item in now.json()["items"]] == ["1.000001"]
    before = await catalog.get("/v1/agencies/H99.31/offerings", params={"on": "2026-03-03"})
    assert before.json()["items"] == []


BAD: list[tuple[str, dict[str, Any], int, str]] = [
    ("a past day", {"effective_on": "2026-03-02"}, 409, "effective-in-past"),
    ("an unknown agency", {"ended": ["H99.31", "H99.99"]}, 422, "agency-unknown"),
    ("no identifier", {"ended": ["H99.31", "khong"]}, 422, "invalid"),
    (
        "a used code",
        {"created": [{**a_merger()["created"][0], "code": "H99.201"}]},
        409,
        "overlapping-periods",
    ),
    (
        "a level that is gone",
        {"created": [{**a_merger()["created"][0], "level": "DISTRICT"}]},
        409,
        "level-ended",
    ),
    (
        "under one of those that end",
        {"created": [{**a_merger()["created"][0], "parent": "H99.31"}]},
        409,
        "parent-ended",
    ),
    ("into itself", {"created": [], "successors": ["H99.31"]}, 409, "succession-cycle"),
    ("nobody to carry on", {"created": []}, 422, "change-incomplete"),
    ("a split without a continuing agency", {"kind": "SPLIT", "ended": ["H99.31"], "created": [],
     "successors": ["H99.32", "H99.202"]}, 422, "change-incomplete"),
    ("a member nobody reads", {"surprise": 1}, 422, "invalid"),
]  # fmt: skip


@pytest.mark.parametrize(("bent", "status", "code"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
async def test_what_cannot_be_decided_is_refused_and_changes_nothing(
    catalog: RunningService, bent: dict[str, Any], status: int, code: str
) -> None:
    """Each with its own code; preview and commit agree; nothing is half done."""
    events = len(await catalog.published())
    for path, who in (("/v1/agency-changes/preview", EDITOR), ("/v1/agency-changes", APPROVER)):
        answer = await catalog.post(path, a_merger(**bent), who)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert len(await catalog.published()) == events
    assert await catalog.count("agency_changes") == 0
    assert (await agency(catalog, "H99.31"))["valid_to"] is None


async def test_nothing_ends_twice_and_nobody_carries_themselves_on(catalog: RunningService) -> None:
    """The second decision meets what the first left."""
    assert (await catalog.post("/v1/agency-changes", a_merger(), APPROVER)).status_code == 201
    twice = await catalog.post(
        "/v1/agency-changes",
        a_merger(created=[], successors=["H99.202"], effective_on="2026-03-04"),
        APPROVER,
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "agency-already-ended")
    back = {
        "kind": "MERGE",
        "decision": DECISION,
        "effective_on": "2026-04-01",
        "ended": ["H99.35"],
        "successors": ["H99.31"],
    }
    cycle = await catalog.post("/v1/agency-changes", back, APPROVER)
    assert (cycle.status_code, cycle.json()["code"]) == (409, "succession-cycle")
    under = {
        "kind": "MOVE",
        "decision": DECISION,
        "effective_on": "2026-04-01",
        "agency": "H99.202",
        "parent": "H99.31",
    }
    ended = await catalog.post("/v1/agency-changes", under, APPROVER)
    assert (ended.status_code, ended.json()["code"]) == (409, "parent-ended")


async def test_an_editor_looks_and_an_approver_decides(catalog: RunningService) -> None:
    """Whoever drafts does not decide; an administrator stands in for neither."""
    refused = await catalog.post("/v1/agency-changes", a_merger(), EDITOR)
    assert (refused.status_code, refused.json()["code"]) == (403, "reorganisation-not-allowed")


async def test_a_correction_may_be_of_a_past_day(catalog: RunningService) -> None:
    """Said to be one, it is written with its true day."""
    answer = await catalog.post(
        "/v1/agency-changes", a_merger(effective_on="2026-03-01", is_correction=True), APPROVER
    )
    assert answer.status_code == 201, answer.text
    assert (await agency(catalog, "H99.32"))["valid_to"] == "2026-02-28"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["H10"], "H60"),
        (["H08", "H21"], "H21"),
        (["H43", "H32"], "H32"),
    ],
    ids=["Hà Giang→Tuyên Quang", "Bình Định+Gia Lai→Gia Lai", "Ninh Thuận+Khánh Hòa→Khánh Hòa"],
)
async def test_the_provinces_of_2025(start: Start, old: list[str], new: str) -> None:
    """A province taken in by one that keeps its name and code answers through it, by either code."""
    catalog = await start("catalog")
    provinces = [an_agency(code, name=f"UBND {code}", level="PROVINCE", units=[]) for code in {*old, new}]
    for one in provinces:
        one["valid_from"] = "2003-11-26"
    await catalog.post("/v1/imports", {"agencies": provinces}, a_service("catalog.import"))
    merger = {
        "kind": "MERGE",
        "decision": {"number": "202/2025/QH15", "signed_on": "2025-06-12"},
        "effective_on": "2025-07-01",
        "is_correction": True,
        "ended": [code for code in old if code != new],
        "successors": [new],
    }
    answer = await catalog.post("/v1/agency-changes", merger, APPROVER)
    assert answer.status_code == 201, answer.text
    for code in old:
        found = await agency(catalog, f"000.00.00.{code}", on="2025-07-01")
        assert [item["code"] for item in found["answered_by"]] == [new]
        assert [item["code"] for item in (await agency(catalog, code, on="2025-06-30"))["answered_by"]] == [
            code
        ]


async def test_what_named_the_old_is_found_under_who_carries_it_on(catalog: RunningService) -> None:
    """From the day: search by agency, its facet and the list of performers; the old code still finds."""
    decided = await catalog.post("/v1/agency-changes", a_merger(effective_on="2026-04-01"), APPROVER)
    assert decided.status_code == 201, decided.text

    async def found(agency: str) -> tuple[list[str], list[str]]:
        page = (await catalog.get("/v1/procedures", params={"agency": agency})).json()
        return [one["code"] for one in page["items"]], [one["value"] for one in page["facets"]["agency"]]

    assert await found("H99.35") == ([], [])
    assert await found("H99.31") == (["1.004873"], ["H99.31", "H99.32"])
    catalog.clock.set(datetime(2026, 4, 1, 8, tzinfo=VIETNAM))
    assert await found("H99.35") == (["1.004873"], ["H99.35"])
    assert await found("H99.31") == (["1.004873"], ["H99.35"])
    days = [
        (one["agency"], one["valid_from"], one["valid_to"])
        for one in (await catalog.get("/v1/procedures/1.004873/offerings")).json()["items"]
    ]
    assert days == [
        ("H99.31", "2026-01-20", "2026-03-31"),
        ("H99.32", "2026-01-20", "2026-03-31"),
        ("H99.35", "2026-04-01", None),
    ]
    today = await catalog.get("/v1/procedures/1.004873/offerings", params={"on": "2026-04-01"})
    assert [one["agency"] for one in today.json()["items"]] == ["H99.35"]


async def test_who_came_under_an_ended_agency_meanwhile_is_not_left_there(catalog: RunningService) -> None:
    """After the decision, before its day or after it: they follow, once, and a document does not undo it."""
    decided = await catalog.post("/v1/agency-changes", a_merger(effective_on="2026-04-01"), APPROVER)
    assert decided.json()["state"] == "PENDING", decided.text
    loader = a_service("catalog.import")
    late = {
        "staff": [a_member("moi", "H99.31", "SPECIALIST")],
        "agencies": [an_agency("H99.203", name="Xã Mới", parent="H99.31")],
    }
    assert (await catalog.post("/v1/imports", late, loader)).status_code == 200
    catalog.clock.set(datetime(2026, 4, 1, 0, 1, tzinfo=VIETNAM))
    await catalog.run_job(APPLY_DUE_CHANGES)
    later = {"staff": [a_member("muon", "H99.32", "SPECIALIST")]}
    assert (await catalog.post("/v1/imports", later, loader)).status_code == 200
    await catalog.run_job(APPLY_DUE_CHANGES)
    assert (await agency(catalog, "H99.203"))["parent"] == "H99.35"
    assert (await agency(catalog, "H99.203", on="2026-03-31"))["parent"] == "H99.31"
    rows = await catalog.runtime.pool.fetch("SELECT code, agency FROM staff")
    assert {row["agency"] for row in rows} == {"H99.35"}
    assert {"moi", "muon"} <= {row["code"] for row in rows}
    told_before = len(await catalog.published("staff.changed.v1"))
    assert (await catalog.post("/v1/imports", late, loader)).status_code == 200
    await catalog.run_job(APPLY_DUE_CHANGES)
    assert len(await catalog.published("staff.changed.v1")) == told_before


@pytest.mark.parametrize("merged_first", [True, False])
async def test_changes_rest_on_each_other_by_their_days(
    catalog: RunningService, *, merged_first: bool
) -> None:
    """Whichever was decided first: who moves away before the merger stays away, who moves in goes along."""
    moves = [
        {"kind": "MOVE", "decision": DECISION, "effective_on": "2026-04-01", "agency": code, "parent": parent}
        for code, parent in (("H99.201", "H99"), ("H99.202", "H99.31"))
    ]
    merger = {
        "kind": "MERGE",
        "decision": DECISION,
        "effective_on": "2026-04-15",
        "ended": ["H99.31"],
        "successors": ["H99.32"],
    }
    for change in [merger, *moves] if merged_first else [*moves, merger]:
        answer = await catalog.post("/v1/agency-changes", change, APPROVER)
        assert answer.status_code == 201, answer.text
    for day in (1, 15, 16):
        catalog.clock.set(datetime(2026, 4, day, 8, tzinfo=VIETNAM))
        await catalog.run_job(APPLY_DUE_CHANGES)
    for code, before, after in (("H99.201", "H99", "H99"), ("H99.202", "H99.31", "H99.32")):
        assert (await agency(catalog, code, on="2026-04-10"))["parent"] == before
        assert (await agency(catalog, code))["parent"] == after


async def test_those_who_decide_about_competence_at_once_take_turns(catalog: RunningService) -> None:
    """The same recorded four times is one and three refusals; of two who give it up, one must keep it."""
    offer = {"procedure": "1.000656", "valid_from": "2026-03-03", "decision": DECISION}
    document = {"public_procedures": [a_public_record("1.000656")]}
    assert (await catalog.post("/v1/imports", document, a_service("catalog.import"))).status_code == 200
    for code in ("H99.31", "H99.32"):
        url = f"/v1/agencies/{code}/offerings"
        answers = await asyncio.gather(*(catalog.post(url, offer, APPROVER) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    ends = await asyncio.gather(
        *(
            catalog.post(
                f"/v1/agencies/{code}/offerings/end",
                {"procedure": "1.000656", "last_day": "2026-03-31"},
                APPROVER,
            )
            for code in ("H99.31", "H99.32")
        )
    )
    assert sorted(answer.status_code for answer in ends) == [200, 409]


async def test_a_competence_beside_all_communes_may_end(catalog: RunningService) -> None:
    """Every commune is competent still: nobody is left without."""
    document = {"procedures": [a_procedure("1.000656")]}
    assert (await catalog.post("/v1/imports", document, a_service("catalog.import"))).status_code == 200
    offer = {"procedure": "1.000656", "valid_from": "2026-03-03", "decision": DECISION}
    url = "/v1/agencies/H99.31/offerings"
    assert (await catalog.post(url, offer, APPROVER)).status_code == 201
    end = {"procedure": "1.000656", "last_day": "2026-03-31"}
    assert (await catalog.post(f"{url}/end", end, APPROVER)).status_code == 200
