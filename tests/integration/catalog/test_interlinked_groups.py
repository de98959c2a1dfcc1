"""Interlinked groups on a real database: papers once, one appointment, versions by decision, refusals."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_service, a_staff_member
from province.read import read
from services.catalog.jobs.publish_workflows import PUBLISH_WORKFLOWS
from tests.builders.catalog import a_document, a_procedure

Start = Callable[..., Awaitable[RunningService]]
EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99", subject="can-bo-danh-muc")
APPROVER = a_staff_member("CATALOG_APPROVER", agency="H99", subject="can-bo-phe-duyet")
LOADER = a_service("catalog.import")
PATH = "/v1/interlinked-group-drafts"
DECISION = {
    "number": "410/QĐ-UBND",
    "signed_on": "2026-10-02",
    "signer": "Hồ Bích Phượng",
    "effective_on": "2026-10-05",
}


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    running.clock.set(datetime(2026, 10, 5, 8, 0, tzinfo=VIETNAM))
    response = await running.post("/v1/imports", read(), LOADER)
    assert response.status_code == 200, response.text


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """Return the catalogue of the sample province on Monday 05/10/2026, when every member is in force."""
    return await start("catalog", filled=the_catalogue)


def a_group(*members: tuple[str, list[str]], **more: Any) -> dict[str, Any]:
    """Return a group; without members: birth, residence, insurance."""
    taken = members or (("1.001193", []), ("1.004222", ["1.001193"]), ("1.001939", ["1.001193"]))
    return {
        "code": "LT-MOI",
        "name": "Nhóm mới",
        "lead_procedure": taken[0][0],
        "members": [{"procedure": code, "after": after} for code, after in taken],
        **more,
    }


async def publish(catalog: RunningService, group: dict[str, Any], **decision: Any) -> None:
    """Bring a group through review and approval."""
    draft = (await catalog.post(PATH, {"content": group}, EDITOR)).json()
    for action, by, body in (
        ("submission", EDITOR, None),
        ("approval", APPROVER, {**DECISION, **decision}),
    ):
        response = await catalog.post(f"{PATH}/{draft['id']}/{action}", body, by, version=draft["version"])
        assert response.status_code == 200, response.text
        draft = response.json()


async def papers(catalog: RunningService, code: str) -> dict[str, dict[str, Any]]:
    """Return the papers of a group by key."""
    found = (await catalog.get(f"/v1/interlinked-groups/{code}/components")).json()
    return {paper["key"]: paper for paper in found["papers"]}


async def test_the_death_group_asks_each_paper_once(catalog: RunningService) -> None:
    """What the registration itself gives is not asked; declarations on other forms stay apart."""
    found = await papers(catalog, "LT-KHAI-TU")
    extract = found["1.001731/khai-tu"]
    assert (extract["asked"], extract["from_procedure"], extract["from_result"]) == (
        False,
        "1.000656",
        "trich-luc-khai-tu",
    )
    assert {"1.000656/to-khai", "1.001731/to-khai", "1.003197/ct01"} <= found.keys()
    assert all(paper["asked"] for key, paper in found.items() if key != "1.001731/khai-tu")
    looked = (await catalog.get("/v1/interlinked-groups/LT-KHAI-TU/components")).json()["look_again"]
    assert looked == []


async def test_the_birth_group_has_one_appointment(catalog: RunningService) -> None:
    """Monday morning: the birth the same day, residence seven working days after it; the path is named."""
    path = "/v1/interlinked-groups/LT-KHAI-SINH/appointment?start=2026-10-05T09:00:00"
    found = (await catalog.get(path)).json()
    assert found["due_at"] == "2026-10-14T17:30:00+07:00"
    assert found["path"] == ["1.001193", "1.004222"]
    times = {one["procedure"]: (one["due_at"][:10], one["waits_for"]) for one in found["members"]}
    assert times == {
        "1.001193": ("2026-10-05", None),
        "1.004222": ("2026-10-14", "1.001193"),
        "1.001939": ("2026-10-12", "1.001193"),
    }
    late = (await catalog.get(path.replace("09:00", "15:01"))).json()
    assert late["due_at"] == "2026-10-15T17:30:00+07:00"


async def test_a_group_is_public_with_its_versions(catalog: RunningService) -> None:
    """A later decision switches on its day; the event goes out then; both days can be read."""
    group = (await catalog.get("/v1/interlinked-groups/LT-KHAI-SINH")).json()
    group = {name: value for name, value in group.items() if name not in {"version", "valid_from"}}
    await publish(catalog, {**group, "name": "Tên mới"}, effective_on="2026-10-12")
    assert (await catalog.get("/v1/interlinked-groups/LT-KHAI-SINH")).json()["version"] == 1
    coming = (await catalog.get("/v1/interlinked-groups/LT-KHAI-SINH?on=2026-10-12")).json()
    assert (coming["version"], coming["name"]) == (None, "Tên mới")
    catalog.clock.set(datetime(2026, 10, 12, 8, 0, tzinfo=VIETNAM))
    await catalog.run_job(PUBLISH_WORKFLOWS)
    [*_, event] = await catalog.published("interlinked_group.published.v1")
    assert (event["key"], event["sequence"], event["data"]["name"]) == ("LT-KHAI-SINH", 2, "Tên mới")
    assert (await catalog.get("/v1/interlinked-groups/LT-KHAI-SINH")).json()["version"] == 2
    changed = await catalog.get("/v1/interlinked-groups/LT-KHAI-SINH/differences?before=1&after=2")
    assert [one["path"] for one in changed.json()["items"]] == ["name"]
    listed = (await catalog.get("/v1/interlinked-groups/LT-KHAI-SINH/versions")).json()["items"]
    assert [(one["version"], one["valid_to"]) for one in listed] == [(2, None), (1, "2026-10-11")]
    assert all(one["approved_person"] is None for one in listed)


async def test_people_overrule_what_was_merged(catalog: RunningService) -> None:
    """Two papers put together, one asked in spite of the rule, one not asked."""
    chosen = {
        "together": [{"name": "Tờ khai chung", "papers": ["1.000656/to-khai", "1.001731/to-khai"]}],
        "asked": ["1.001731/khai-tu"],
        "not_asked": ["1.003197/ly-do"],
    }
    members = (("1.000656", []), ("1.003197", ["1.000656"]), ("1.001731", ["1.000656"]))
    await publish(catalog, a_group(*members, components=chosen))
    found = await papers(catalog, "LT-MOI")
    one = found["1.000656/to-khai"]
    assert (one["name"], one["merged_by"], len(one["parts"])) == ("Tờ khai chung", "CHOICE", 2)
    assert "1.001731/to-khai" not in found
    assert found["1.001731/khai-tu"]["asked"]
    assert not found["1.003197/ly-do"]["asked"]


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("cycle", a_group(("1.001193", ["1.004222"]), ("1.004222", ["1.001193"]))),
    ("member-twice", a_group(("1.001193", []), ("1.001193", []))),
    ("member-unknown", a_group(("1.001193", []), ("9.999999", []))),
    ("after-unknown", a_group(("1.001193", ["1.000656"]))),
    ("lead-not-member", a_group(lead_procedure="1.000656")),
    ("lead-elsewhere", a_group(("1.004222", []), ("1.001193", []))),
    ("lead-agency", a_group(lead_agency="H99.04")),
    ("lead-agency", a_group(lead_agency="H99.777")),
    ("paper-unknown", a_group(components={"not_asked": ["1.001193/khong-co"]})),
]


@pytest.mark.parametrize(("code", "group"), REFUSED, ids=[code for code, _ in REFUSED])
async def test_a_group_nobody_could_work_is_refused(
    catalog: RunningService, code: str, group: dict[str, Any]
) -> None:
    """Each reason with its code; nothing is published."""
    draft = (await catalog.post(PATH, {"content": group}, EDITOR)).json()
    refused = await catalog.post(f"{PATH}/{draft['id']}/submission", None, EDITOR, version=draft["version"])
    assert (refused.status_code, refused.json()["code"]) == (422, "workflow-unsound")
    assert code in {fault["code"] for fault in refused.json()["faults"]}
    assert len(await catalog.published("interlinked_group.published.v1")) == 3


async def test_two_groups_with_one_code_are_refused(catalog: RunningService) -> None:
    """A new group cannot take a code in use."""
    taken = await catalog.post(PATH, {"content": a_group(code="LT-KHAI-SINH"), "base_version": 0}, EDITOR)
    assert (taken.status_code, taken.json()["code"]) == (409, "code-taken")


async def test_an_abolished_member_stops_the_appointment_and_new_approvals(start: Start) -> None:
    """The group stays on record; nobody is given a date that cannot be kept."""
    catalog = await start("catalog")
    await catalog.post("/v1/imports", a_document(), LOADER)
    end = {
        "number": "301/QĐ-UBND",
        "signed_on": "2026-03-01",
        "effective_on": "2026-03-03",
        "change_kind": "ABOLISHED",
    }
    response = await catalog.post("/v1/imports", a_document(procedures=[a_procedure(decision=end)]), LOADER)
    assert response.status_code == 200, response.text
    path = "/v1/interlinked-groups/LT-01/appointment?start=2026-03-04T09:00:00"
    refused = await catalog.get(path)
    assert (refused.status_code, refused.json()["code"]) == (422, "workflow-unsound")
    assert [fault["code"] for fault in refused.json()["faults"]] == ["member-abolished"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("LT-KHONG-CO", 404, "entry-not-found"),
        ("LT-KHONG-CO/components", 404, "entry-not-found"),
        ("LT-KHAI-SINH?on=2020-01-01", 404, "entry-not-found"),
        ("LT-KHAI-SINH/appointment?start=2026-12-30T09:00:00", 200, ""),
        ("LT-KHAI-SINH/appointment?start=2027-12-30T09:00:00", 409, "calendar-not-loaded"),
        ("LT-KHAI-SINH/appointment?start=0001-01-01T00:00:00", 422, "invalid"),
        ("LT-KHAI-SINH/appointment?start=9999-12-31T23:59:59", 422, "invalid"),
        ("LT-KHAI-SINH/appointment?start=mai", 422, "invalid"),
        ("LT-KHAI-SINH/appointment?start=2026-03-02T09:00:00&case=x", 422, "invalid"),
        ("LT-KHAI-SINH/differences?before=1&after=9", 404, "entry-not-found"),
    ],
)
async def test_questions_without_an_answer(
    catalog: RunningService, path: str, status: int, code: str
) -> None:
    """Stable codes."""
    found = await catalog.get(f"/v1/interlinked-groups/{path}")
    assert found.status_code == status, found.text
    assert found.json().get("code", "") == code or status == 200
