"""Drafts of processes: written, reviewed, approved by somebody else, in force on their day."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_person, a_service, a_staff_member
from province.read import read
from services.catalog.jobs.publish_workflows import PUBLISH_WORKFLOWS

Start = Callable[..., Awaitable[RunningService]]
EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99", subject="can-bo-danh-muc")
OTHER_EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99", subject="can-bo-soan-hai")
APPROVER = a_staff_member("CATALOG_APPROVER", agency="H99", subject="can-bo-phe-duyet")
BOTH = a_staff_member("CATALOG_EDITOR", "CATALOG_APPROVER", agency="H99", subject="can-bo-hai-vai")
DECISION = {
    "number": "400/QĐ-UBND",
    "signed_on": "2026-03-02",
    "signer": "Hồ Bích Phượng",
    "effective_on": "2026-03-03",
}
PATH = "/v1/process-drafts"


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    response = await running.post("/v1/imports", read(), a_service("catalog.import"))
    assert response.status_code == 200, response.text


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """Return the catalogue of the sample province, loaded."""
    return await start("catalog", filled=the_catalogue)


async def the_process(catalog: RunningService, code: str = "QT-CHUNG-03") -> dict[str, Any]:
    """Return a process as it is in force."""
    found: dict[str, Any] = (await catalog.get(f"/v1/processes/{code}", EDITOR)).json()
    return {name: value for name, value in found.items() if name != "version"}


async def opened(catalog: RunningService, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Open a draft and return it."""
    response = await catalog.post(PATH, {"content": content, **more}, EDITOR)
    assert response.status_code == 201, response.text
    assert response.headers["etag"] == '"1"'
    return dict(response.json())


async def act(
    catalog: RunningService, draft: dict[str, Any], action: str, by: Any, body: Any = None
) -> httpx.Response:
    """Do something to a draft as it was last seen; what it has become is kept in the draft."""
    response = await catalog.post(f"{PATH}/{draft['id']}/{action}", body, by, version=draft["version"])
    if response.is_success:
        draft |= response.json()
    return response


async def approved(catalog: RunningService, content: dict[str, Any], **decision: Any) -> dict[str, Any]:
    """Bring content through review and approval."""
    draft = await opened(catalog, content)
    for action, by, body in (("submission", EDITOR, None), ("approval", APPROVER, {**DECISION, **decision})):
        response = await act(catalog, draft, action, by, body)
        assert response.status_code == 200, response.text
    return draft


def slower(process: dict[str, Any], hours: float = 10) -> dict[str, Any]:
    """Return the process with another time for its first step."""
    steps = [{**step} for step in process["steps"]]
    steps[0]["hours"] = hours
    return {**process, "steps": steps}


async def test_a_draft_is_reviewed_approved_and_in_force(catalog: RunningService) -> None:
    """The world hears of it once, with the decision; history says who did what."""
    process = await the_process(catalog)
    draft = await opened(catalog, slower(process))
    assert (draft["state"], draft["base_version"], draft["authors"]) == ("DRAFT", 1, ["can-bo-danh-muc"])
    found = (await catalog.get(f"{PATH}/{draft['id']}/differences", APPROVER)).json()["items"]
    assert [(one["path"], one["before"], one["after"]) for one in found] == [
        ("steps[tham-dinh].hours", 11, 10)
    ]
    assert (await act(catalog, draft, "submission", EDITOR)).json()["state"] == "IN_REVIEW"
    answer = await act(catalog, draft, "approval", APPROVER, DECISION)
    assert answer.status_code == 200, answer.text
    assert (draft["state"], draft["published_version"]) == ("PUBLISHED", 2)
    assert [entry["what"] for entry in draft["history"]] == ["OPENED", "SUBMITTED", "APPROVED", "PUBLISHED"]
    [*_, event] = await catalog.published("process.approved.v1")
    assert (event["key"], event["sequence"]) == ("QT-CHUNG-03", 2)
    assert event["data"]["approved_by"] == DECISION
    assert event["data"]["critical_hours"] == 21
    now = (await catalog.get("/v1/processes/QT-CHUNG-03", EDITOR)).json()
    assert (now["version"], now["steps"][0]["hours"]) == (2, 10)
    before = (await catalog.get("/v1/processes/QT-CHUNG-03?on=2026-03-02", EDITOR)).json()
    assert (before["version"], before["steps"][0]["hours"]) == (1, 11)


async def test_a_later_day_switches_by_itself(catalog: RunningService) -> None:
    """Until its day the old one is in force; what is to come can be read; the event goes out on the day."""
    process = await the_process(catalog)
    draft = await approved(catalog, slower(process), effective_on="2026-03-10")
    assert draft["state"] == "APPROVED"
    assert (await the_process(catalog))["steps"][0]["hours"] == 11
    coming = (await catalog.get("/v1/processes/QT-CHUNG-03?on=2026-03-10", EDITOR)).json()
    assert (coming["version"], coming["steps"][0]["hours"], coming["critical_hours"]) == (None, 10, 21)
    listed = (await catalog.get("/v1/processes/QT-CHUNG-03/versions", EDITOR)).json()["items"]
    assert [(one["version"], one["valid_from"], one["valid_to"], one["state"]) for one in listed] == [
        (None, "2026-03-10", None, "APPROVED"),
        (1, "2026-01-27", "2026-03-09", "PUBLISHED"),
    ]
    events = len(await catalog.published())
    await catalog.run_job(PUBLISH_WORKFLOWS)
    assert len(await catalog.published()) == events
    catalog.clock.set(datetime(2026, 3, 10, 0, 0, tzinfo=VIETNAM))
    await catalog.run_job(PUBLISH_WORKFLOWS)
    await catalog.run_job(PUBLISH_WORKFLOWS)
    assert len(await catalog.published()) == events + 1
    assert (await the_process(catalog))["steps"][0]["hours"] == 10


async def test_two_approvals_come_into_force_in_their_order(catalog: RunningService) -> None:
    """The one whose day is later is the last word, also when the job was away."""
    process = await the_process(catalog)
    await approved(catalog, slower(process, 10), effective_on="2026-03-05")
    await approved(catalog, slower(process, 9), effective_on="2026-03-09", number="401/QĐ-UBND")
    catalog.clock.set(datetime(2026, 3, 20, 8, 0, tzinfo=VIETNAM))
    await catalog.run_job(PUBLISH_WORKFLOWS)
    events = await catalog.published("process.approved.v1")
    hours = [event["data"]["steps"][0]["hours"] for event in events if event["key"] == "QT-CHUNG-03"]
    assert hours == [11, 10, 9]
    for day, version in (("2026-03-04", 1), ("2026-03-05", 2), ("2026-03-09", 3)):
        found = await catalog.get(f"/v1/processes/QT-CHUNG-03?on={day}", EDITOR)
        assert found.json()["version"] == version


async def test_a_decision_of_an_earlier_day_is_refused_after_a_later_one(catalog: RunningService) -> None:
    """What has been approved to begin later is not slipped under."""
    process = await the_process(catalog)
    await approved(catalog, slower(process, 10), effective_on="2026-03-09")
    draft = await opened(catalog, slower(process, 9))
    await act(catalog, draft, "submission", EDITOR)
    refused = await act(catalog, draft, "approval", APPROVER, {**DECISION, "effective_on": "2026-03-05"})
    assert (refused.status_code, refused.json()["code"]) == (409, "later-version-approved")


async def test_nobody_approves_what_they_wrote(catalog: RunningService) -> None:
    """Not the one who opened it, nor one who only changed a word; the database says so too."""
    draft = await opened(catalog, slower(await the_process(catalog)))
    changed = await catalog.client.put(
        f"{PATH}/{draft['id']}",
        json={"content": slower(draft["content"], 9)},
        headers=catalog.headers(BOTH, version=1),
    )
    draft |= changed.json()
    assert draft["authors"] == ["can-bo-danh-muc", "can-bo-hai-vai"]
    await act(catalog, draft, "submission", EDITOR)
    refused = await act(catalog, draft, "approval", BOTH, DECISION)
    assert (refused.status_code, refused.json()["code"]) == (403, "own-draft")
    with pytest.raises(asyncpg.CheckViolationError):
        await catalog.runtime.pool.execute(
            "UPDATE workflow_drafts SET state = 'APPROVED', approval = '{}', effective_on = '2026-03-03',"
            " approved_by = 'can-bo-hai-vai'"
        )


async def test_an_approved_version_never_changes(catalog: RunningService) -> None:
    """Running dossiers are worked by it."""
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await catalog.runtime.pool.execute("UPDATE process_versions SET data = '{}'")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await catalog.runtime.pool.execute("DELETE FROM interlinked_group_versions")


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (APPROVER, "workflow-edit-not-allowed"),
        (a_person(), "workflow-edit-not-allowed"),
        (a_service("CATALOG_EDITOR"), "workflow-edit-not-allowed"),
        (a_staff_member("ADMIN", agency="H99"), "workflow-edit-not-allowed"),
    ],
)
async def test_only_editors_write(catalog: RunningService, by: Any, code: str) -> None:
    """An approver, a citizen, a machine and an administrator do not."""
    refused = await catalog.post(PATH, {"content": slower(await the_process(catalog))}, by)
    assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert await catalog.count("workflow_drafts") == 0


async def test_drafts_are_not_for_others_eyes(catalog: RunningService) -> None:
    """A citizen and an officer neither read nor list them; nobody acts on what is not there."""
    draft = await opened(catalog, slower(await the_process(catalog)))
    for by in (a_person(), a_staff_member("SPECIALIST", agency="H99")):
        for path in (PATH, f"{PATH}/{draft['id']}", f"{PATH}/{draft['id']}/check"):
            assert (await catalog.get(path, by)).status_code == 403
    nowhere = "00000000-0000-4000-8000-000000000000"
    assert (await catalog.get(f"{PATH}/{nowhere}", EDITOR)).json()["code"] == "draft-not-found"
    assert (await catalog.get(f"/v1/interlinked-group-drafts/{draft['id']}", EDITOR)).status_code == 404


def _with(process: dict[str, Any], place: int, **more: Any) -> dict[str, Any]:
    steps = [{**step} for step in process["steps"]]
    steps[place] |= more
    return {**process, "steps": steps}


BAD_DECISIONS = [
    ({"effective_on": "2026-03-02"}, 422, "effective-too-early"),
    ({"signed_on": "2026-03-04"}, 422, "effective-too-early"),
    ({"number": " "}, 422, "invalid"),
    ({"signer": ""}, 422, "invalid"),
    ({"signed_on": "hôm qua"}, 422, "invalid"),
]


@pytest.mark.parametrize(("wrong", "status", "code"), BAD_DECISIONS)
async def test_a_bad_decision_approves_nothing(
    catalog: RunningService, wrong: dict[str, Any], status: int, code: str
) -> None:
    """In the past, signed tomorrow, without number or signer: the draft stays in review."""
    draft = await opened(catalog, slower(await the_process(catalog)))
    await act(catalog, draft, "submission", EDITOR)
    refused = await act(catalog, draft, "approval", APPROVER, {**DECISION, **wrong})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await catalog.get(f"{PATH}/{draft['id']}", EDITOR)).json()["state"] == "IN_REVIEW"
    assert len(await catalog.published("process.approved.v1")) == len(read()["processes"])


UNSOUND: list[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = [
    ("too-long", lambda one: _with(one, 0, hours=40)),
    ("role-unfilled", lambda one: _with(one, 1, unit="phong-khong-co")),
    ("cycle", lambda one: _with(one, 1, next=[{"to": "tham-dinh", "when": ""}])),
    ("default-missing", lambda one: _with(one, 0, next=[{"to": "soat-xet", "when": "co_xac_minh"}])),
    ("step-agency-unknown", lambda one: _with(one, 0, agency="H98.77")),
    (
        "engine-join-all",
        lambda one: _with(
            {**one, "steps": [*one["steps"], _opinion(join="ALL")]}, 0, kind="APPLICANT", role=None, unit=None
        ),
    ),
    ("draft-unguarded", lambda one: _with(one, 0, role="CLERK")),
    ("wait-unbounded", lambda one: _with(one, 0, kind="APPLICANT", role=None, unit=None, hours=0)),
]


def _opinion(**more: Any) -> dict[str, Any]:
    return {
        "code": "y-kien",
        "name": "Lấy ý kiến",
        "kind": "OFFICE",
        "role": "SPECIALIST",
        "unit": "chuyen-mon",
        "hours": 4,
        "next": [],
        "can_return_to": [],
        "consultation_of": ["tham-dinh"],
        **more,
    }


@pytest.mark.parametrize(("code", "bend"), UNSOUND, ids=[code for code, _ in UNSOUND])
async def test_an_unsound_process_may_be_kept_but_not_handed_on(
    catalog: RunningService, code: str, bend: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Each reason is told with its code; the draft stays the editor's."""
    draft = await opened(catalog, bend(await the_process(catalog)))
    checked = (await catalog.get(f"{PATH}/{draft['id']}/check", EDITOR)).json()
    assert not checked["is_sound"]
    assert code in {fault["code"] for fault in checked["faults"]}
    refused = await act(catalog, draft, "submission", EDITOR)
    assert (refused.status_code, refused.json()["code"]) == (422, "workflow-unsound")
    assert code in {fault["code"] for fault in refused.json()["faults"]}
    assert (await catalog.get(f"{PATH}/{draft['id']}", EDITOR)).json()["state"] == "DRAFT"


UNREADABLE: list[tuple[Any, str]] = [
    ({}, "workflow-unreadable"),
    ({"code": "QT X"}, "workflow-unreadable"),
    ({"code": "QT-1", "name": "a", "first": "a", "steps": "không"}, "workflow-unreadable"),
    ({"code": "QT-1@ABC", "name": "a", "first": "a", "steps": []}, "workflow-unreadable"),
]


@pytest.mark.parametrize(("content", "code"), UNREADABLE)
async def test_what_is_no_process_is_refused_with_the_places(
    catalog: RunningService, content: Any, code: str
) -> None:
    """Nothing is kept."""
    refused = await catalog.post(PATH, {"content": content}, EDITOR)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["errors"]
    assert await catalog.count("workflow_drafts") == 0


async def test_a_draft_stands_over_what_is_in_force(catalog: RunningService) -> None:
    """A taken code, an old base, a second draft, no change: each refused with its own code."""
    process = await the_process(catalog)
    for body, code in (
        ({"content": slower(process), "base_version": 0}, "code-taken"),
        ({"content": slower(process), "base_version": 7}, "draft-base-moved"),
        ({"content": process}, "nothing-changed"),
    ):
        refused = await catalog.post(PATH, body, EDITOR)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    await opened(catalog, slower(process))
    again = await catalog.post(PATH, {"content": slower(process, 9)}, OTHER_EDITOR)
    assert (again.status_code, again.json()["code"]) == (409, "draft-exists")


async def test_a_draft_whose_base_moved_is_rebased_first(catalog: RunningService) -> None:
    """An import between drafting and approval is not overwritten unseen."""
    process = await the_process(catalog)
    draft = await opened(catalog, slower(process))
    await act(catalog, draft, "submission", EDITOR)
    document = read()
    document["processes"][0] = document["processes"][0] | {"name": "Tên mới"}
    await catalog.post("/v1/imports", document, a_service("catalog.import"))
    refused = await act(catalog, draft, "approval", APPROVER, DECISION)
    assert (refused.status_code, refused.json()["code"]) == (409, "draft-base-moved")
    assert refused.json()["base_version"] == 2
    rebased = await catalog.client.put(
        f"{PATH}/{draft['id']}",
        json={"content": draft["content"], "base_version": 2},
        headers=catalog.headers(EDITOR, version=draft["version"]),
    )
    assert (rebased.status_code, rebased.json()["state"]) == (200, "DRAFT")
    draft |= rebased.json()
    for action, by, body in (("submission", EDITOR, None), ("approval", APPROVER, DECISION)):
        assert (await act(catalog, draft, action, by, body)).status_code == 200
    assert draft["published_version"] == 3


async def test_a_draft_goes_back_with_a_reason_and_can_be_given_up(catalog: RunningService) -> None:
    """The reason stays readable; a discarded draft frees its code and takes no more actions."""
    process = await the_process(catalog)
    draft = await opened(catalog, slower(process))
    await act(catalog, draft, "submission", EDITOR)
    assert (await act(catalog, draft, "return", APPROVER, {"reason": ""})).status_code == 422
    back = await act(catalog, draft, "return", APPROVER, {"reason": "Thiếu thời gian soát xét"})
    assert (back.json()["state"], back.json()["note"]) == ("DRAFT", "Thiếu thời gian soát xét")
    assert (await act(catalog, draft, "discarding", EDITOR)).json()["state"] == "DISCARDED"
    for action, by, body in (("submission", EDITOR, None), ("approval", APPROVER, DECISION)):
        refused = await act(catalog, draft, action, by, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "draft-state")
    await opened(catalog, slower(process))


async def test_an_approval_is_withdrawn_before_its_day_by_an_approver_only(catalog: RunningService) -> None:
    """After its day it is history."""
    process = await the_process(catalog)
    draft = await approved(catalog, slower(process), effective_on="2026-03-10")
    assert (await act(catalog, draft, "discarding", EDITOR)).json()["code"] == "workflow-approve-not-allowed"
    assert (await act(catalog, draft, "discarding", APPROVER)).status_code == 200
    catalog.clock.advance(timedelta(days=30))
    await catalog.run_job(PUBLISH_WORKFLOWS)
    assert (await the_process(catalog))["steps"][0]["hours"] == 11


async def test_an_old_page_and_a_missing_version_change_nothing(catalog: RunningService) -> None:
    """412 for what moved on, 428 for not saying what was seen."""
    draft = await opened(catalog, slower(await the_process(catalog)))
    path = f"{PATH}/{draft['id']}/submission"
    assert (await catalog.post(path, None, EDITOR, version=9)).status_code == 412
    assert (await catalog.post(path, None, EDITOR)).status_code == 428


async def test_drafts_are_listed_newest_first_by_page(catalog: RunningService) -> None:
    """One page leads to the next; the state narrows."""
    for code in ("QT-CHUNG-03", "QT-CHUNG-01", "QT-HT-02"):
        await opened(catalog, slower(await the_process(catalog, code), 1))
    first = (await catalog.get(f"{PATH}?limit=2", APPROVER)).json()
    assert [one["code"] for one in first["items"]] == ["QT-HT-02", "QT-CHUNG-01"]
    second = (await catalog.get(f"{PATH}?limit=2&cursor={first['next_cursor']}", APPROVER)).json()
    assert ([one["code"] for one in second["items"]], second["next_cursor"]) == (["QT-CHUNG-03"], None)
    assert (await catalog.get(f"{PATH}?state=APPROVED", APPROVER)).json()["items"] == []


async def test_an_approval_costs_three_statements(catalog: RunningService) -> None:
    """The draft with what stands, the grounds, the commit."""
    from services.catalog.domain.items import ItemKind
    from services.catalog.domain.workflows.drafts import Approval
    from services.catalog.use_cases.workflows.drafting import approve_draft

    draft = await opened(catalog, slower(await the_process(catalog)))
    await act(catalog, draft, "submission", EDITOR)
    today = catalog.clock.now().date()
    approval = Approval(number="1", signed_on=today, signer="A", effective_on=today)
    async with catalog.runtime.unit_of_work() as unit:
        work = catalog.runtime.open_work(unit)
        from uuid import UUID

        await approve_draft(
            ItemKind.PROCESS,
            UUID(draft["id"]),
            approval,
            seen=draft["version"],
            by=APPROVER,
            work=work,
            now=catalog.clock.now(),
        )
        await unit.commit()
        assert unit.statements == 3
