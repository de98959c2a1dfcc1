"""From an editor's desk to the public: drafts, four eyes, decisions that publish all or nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService, a_person, a_service, a_staff_member
from tests.builders.catalog import a_document, a_procedure, a_public_record, an_agency
from tests.integration.catalog.publishing.desk import (
    APPROVER,
    BOTH,
    CODE,
    EDITOR,
    SECOND_EDITOR,
    a_decision,
    a_record,
    an_item,
    approved,
    decided,
    drafted,
    published,
    step,
    with_catalogue,
)

Start = Callable[..., Awaitable[RunningService]]


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue with one procedure of the province."""
    return await with_catalogue(await start("catalog"))


async def versions(catalog: RunningService, code: str = CODE) -> list[tuple[Any, ...]]:
    """Return (version, first day, last day, visibility) of every version that kept a day."""
    answer = await catalog.get(f"/v1/procedures/{code}/versions")
    assert answer.status_code == 200, answer.text
    return [
        (one["version"], one["valid_from"], one["valid_to"], one["visibility"])
        for one in answer.json()["items"]
    ]


async def test_a_draft_becomes_public_on_its_day(catalog: RunningService) -> None:
    """Drafted, handed over, approved by another, published ahead; the day itself switches, without a gap."""
    draft = await approved(catalog, name="Tên sửa đổi")
    decision = await decided(catalog, an_item(draft))
    assert (decision["deadlines"]["by_calendar_days"], decision["deadlines"]["days"]) == ("2026-03-27", 5)
    assert decision["deadlines"]["by_working_days"] == "2026-03-25"
    response = await published(catalog, decision)
    assert response.status_code == 200, response.text
    assert [one["version"] for one in response.json()["versions"]] == [2]
    assert await versions(catalog) == [
        (1, "2026-01-20", "2026-03-31", "PUBLIC"),
        (2, "2026-04-01", None, "PUBLIC"),
    ]
    before = (await catalog.get(f"/v1/procedures/{CODE}")).json()
    catalog.clock.set(datetime(2026, 4, 1, 0, 1, tzinfo=VIETNAM))
    after = (await catalog.get(f"/v1/procedures/{CODE}")).json()
    assert (before["version"], after["version"], after["name"]) == (1, 2, "Tên sửa đổi")
    assert after["decision"]["number"] == "500/QĐ-UBND"
    assert (await catalog.get("/v1/procedures", params={"q": "tên sửa đổi"})).json()["total"] == 1
    [event] = (await catalog.published("procedure.published.v1"))[1:]
    assert (event["sequence"], event["data"]["valid_from"], event["data"]["agency"]) == (
        2,
        "2026-04-01",
        "H99",
    )
    state = await catalog.runtime.pool.fetchval("SELECT state FROM procedure_drafts")
    assert state == "PUBLISHED"


async def test_nobody_approves_what_they_wrote(catalog: RunningService) -> None:
    """Not the first author, not one who only edited, not with both roles; the database agrees."""
    opened = await catalog.post("/v1/procedure-drafts", {"code": CODE, "data": a_record(name="A")}, BOTH)
    draft = opened.json()
    handed = (await step(catalog, draft, "review", EDITOR)).json()
    response = await step(catalog, handed, "approval", BOTH)
    assert (response.status_code, response.json()["code"]) == (403, "own-draft")
    assert (await step(catalog, handed, "approval", EDITOR)).json()["code"] == "catalog-approver-only"
    with pytest.raises(asyncpg.CheckViolationError, match="four_eyes"):
        await catalog.runtime.pool.execute("UPDATE procedure_drafts SET approved_by = 'both'")
    with pytest.raises(asyncpg.CheckViolationError, match="approved"):
        await catalog.runtime.pool.execute("UPDATE procedure_drafts SET state = 'APPROVED'")


async def test_a_returned_draft_tells_why_and_goes_round_again(catalog: RunningService) -> None:
    """The reason stands in the draft's history; editing before that is refused."""
    draft = await drafted(catalog, data=a_record(name="B"))
    handed = (await step(catalog, draft, "review", EDITOR)).json()
    edit = await catalog.client.put(
        f"/v1/procedure-drafts/{draft['id']}",
        json={"data": a_record()},
        headers=catalog.headers(EDITOR, version=handed["version"]),
    )
    assert edit.json()["code"] == "draft-in-wrong-state"
    back = await step(catalog, handed, "return", APPROVER, {"reason": "Thiếu căn cứ pháp lý"})
    assert (back.status_code, back.json()["state"]) == (200, "DRAFT")
    read = (await catalog.get(f"/v1/procedure-drafts/{draft['id']}", EDITOR)).json()
    assert read["history"][-1]["note"] == "Thiếu căn cứ pháp lý"
    assert [one["path"] for one in read["differences"]] == ["competent_agency_kind", "copies_sets", "name"]


async def test_an_incomplete_draft_is_kept_and_told_field_by_field(catalog: RunningService) -> None:
    """Saving is always possible; handing over is not."""
    draft = await drafted(catalog, "1.999999", data={"name": "Mới", "surprise": 1})
    faults = {fault["path"] for fault in draft["faults"]}
    assert {"surprise", "steps_text", "channels", "competent_agency", "components"} <= faults
    assert "Trình tự thực hiện" in draft["missing"]
    response = await step(catalog, draft, "review", EDITOR)
    assert (response.status_code, response.json()["code"]) == (422, "draft-unsound")
    assert {fault["path"] for fault in response.json()["errors"]} >= {"steps_text"}


async def test_a_stale_base_is_told_and_rebased(catalog: RunningService) -> None:
    """When the base has moved on, the draft cannot be handed over until it names the last version."""
    draft = await drafted(catalog, data=a_record(name="C"))
    later = {"number": "300/QĐ-UBND", "signed_on": "2026-03-01", "effective_on": "2026-03-20"}
    await with_catalogue(catalog, procedures=[{**a_record(keywords=["mới"]), "decision": later}])
    response = await step(catalog, draft, "review", EDITOR)
    assert (response.status_code, response.json()["code"]) == (409, "draft-base-moved")
    assert response.json()["base"] == 2
    url = f"/v1/procedure-drafts/{draft['id']}"
    assert (await catalog.get(url, EDITOR)).json()["base_moved"] is True
    headers = catalog.headers(EDITOR, version=draft["version"])
    rebased = await catalog.client.put(url, json={"data": a_record(name="C"), "base": 2}, headers=headers)
    assert (await step(catalog, rebased.json(), "review", EDITOR)).status_code == 200


async def test_a_preview_tells_everything_and_writes_nothing(catalog: RunningService) -> None:
    """Field by field, day by day, and that running dossiers keep their version."""
    draft = await approved(catalog, name="Tên mới", keywords=["độc thân", "hôn nhân"])
    decision = await decided(catalog, an_item(draft))
    answer = await catalog.get(f"/v1/publication-decisions/{decision['id']}/preview", APPROVER)
    assert answer.status_code == 200, answer.text
    [item] = answer.json()["items"]
    assert answer.json()["publishable"] is True
    assert {"name", "keywords"} <= {one["path"] for one in item["differences"]}
    assert item["opens"][0]["valid_from"] == "2026-04-01"
    assert item["ends"] == [{"version": 1, "agency": "H99", "valid_to": "2026-03-31"}]
    assert item["dossiers"]["running_dossiers"] == "KEEP_THEIR_VERSION"
    assert len(await versions(catalog)) == 1


async def test_hundreds_are_published_in_one_commit(catalog: RunningService) -> None:
    """Two hundred new procedures, one decision, five statements, an event each."""
    pool = catalog.runtime.pool
    codes = [f"1.9{number:05d}" for number in range(200)]
    drafts = [await approved(catalog, codes[0], name="Thủ tục 0")]
    await pool.execute(
        "INSERT INTO procedure_drafts SELECT gen_random_uuid(), c, agency, part, base,"
        " jsonb_set(data, '{code}', to_jsonb(c)), state, authors, approved_by, NULL, history, version,"
        " changed_at"
        " FROM procedure_drafts, unnest($1::text[]) AS c",
        codes[1:],
    )
    rows = await pool.fetch("SELECT id, code, part FROM procedure_drafts ORDER BY code")
    items = [an_item({"code": row["code"], "part": row["part"], "id": str(row["id"])}, "NEW") for row in rows]
    decision = await decided(catalog, *items)
    response = await published(catalog, decision)
    assert response.status_code == 200, response.text
    assert len(response.json()["versions"]) == 200
    assert len(await catalog.published("procedure.published.v1")) == 201
    assert drafts[0]["state"] == "APPROVED"


async def test_replaced_and_abolished_end_a_procedure(catalog: RunningService) -> None:
    """The successor begins on the day the old one ends; the old one says so."""
    draft = await approved(catalog, "1.888888", name="Thủ tục kế thừa")
    decision = await decided(
        catalog,
        an_item(draft, "NEW"),
        {"code": CODE, "kind": "REPLACED", "successors": ["1.888888"]},
    )
    response = await published(catalog, decision)
    assert response.status_code == 200, response.text
    april = (await catalog.get(f"/v1/procedures/{CODE}", params={"on": "2026-04-01"})).json()
    assert (april["visibility"], april["successors"]) == ("ABOLISHED", ["1.888888"])
    assert (await versions(catalog))[-1] == (2, "2026-04-01", None, "ABOLISHED")
    catalog.clock.set(datetime(2026, 4, 2, 8, tzinfo=VIETNAM))
    assert (await catalog.get("/v1/procedures", params={"q": "hôn nhân"})).json()["total"] == 0
    again = await decided(
        catalog, {"code": CODE, "kind": "ABOLISHED"}, number="501", effective_on="2026-05-01"
    )
    refused = await published(catalog, again)
    assert reasons_of(refused) == {CODE: ["already-abolished"]}


def reasons_of(response: Any) -> dict[str, list[str]]:
    """Return the codes of the reasons of each item refused."""
    assert (response.status_code, response.json()["code"]) == (422, "decision-refused"), response.text
    return {item["code"]: [reason["code"] for reason in item["reasons"]] for item in response.json()["items"]}


@pytest.mark.parametrize(
    ("items", "more", "reasons"),
    [
        (
            [{"code": CODE, "kind": "ABOLISHED"}],
            {"effective_on": "2026-03-03"},
            {CODE: ["effective-in-the-past"]},
        ),
        (
            [{"code": CODE, "kind": "ABOLISHED"}, {"code": CODE, "kind": "ABOLISHED"}],
            {},
            {CODE: ["twice-in-decision"]},
        ),
        ([{"code": CODE, "kind": "REPLACED", "successors": ["1.777777"]}], {}, {CODE: ["unknown-successor"]}),
        ([{"code": CODE, "kind": "REPLACED", "successors": [CODE]}], {}, {CODE: ["own-successor"]}),
        ([{"code": CODE, "kind": "REPLACED"}], {}, {CODE: ["no-successor"]}),
        (
            [{"code": CODE, "kind": "ABOLISHED", "successors": ["1.777777"]}],
            {},
            {CODE: ["successors-not-wanted"]},
        ),
        ([{"code": "1.777777", "kind": "ABOLISHED"}], {}, {"1.777777": ["nothing-to-end"]}),
        ([{"code": CODE, "kind": "AMENDED"}], {}, {CODE: ["no-draft"]}),
        ([{"code": CODE, "kind": "NEW"}], {}, {CODE: ["already-published", "no-draft"]}),
        ([{"code": "1.777777", "kind": "AMENDED"}], {}, {"1.777777": ["nothing-to-amend", "no-draft"]}),
    ],
)
async def test_what_cannot_be_published_is_refused_item_by_item(
    catalog: RunningService, items: list[dict[str, Any]], more: dict[str, Any], reasons: dict[str, list[str]]
) -> None:
    """Nothing half done: one bad item and nothing is written."""
    sound = await approved(catalog, "1.888888", name="Thủ tục lành")
    decision = await decided(catalog, an_item(sound, "NEW"), *items, **more)
    catalog.clock.advance(timedelta(days=1))
    response = await published(catalog, decision)
    found = reasons_of(response)
    assert {code: found[code] for code in reasons} == reasons
    assert len(await versions(catalog)) == 1
    assert (await catalog.get("/v1/procedures/1.888888/versions")).status_code == 404
    assert len(await catalog.published("procedure.published.v1")) == 1
    assert await catalog.runtime.pool.fetchval("SELECT state FROM publication_decisions") == "OPEN"


async def test_a_later_version_and_an_overlap_are_refused(catalog: RunningService) -> None:
    """What is published from a day on is not pushed aside by an earlier or an equal day."""
    first = await decided(catalog, an_item(await approved(catalog, name="D")))
    assert (await published(catalog, first)).status_code == 200
    draft = await approved(catalog, name="E")
    for day, number, reason in (
        ("2026-03-20", "501", "later-version-published"),
        ("2026-04-01", "502", "overlapping"),
    ):
        decision = await decided(catalog, an_item(draft), number=number, effective_on=day)
        assert reasons_of(await published(catalog, decision)) == {CODE: [reason]}
        url = f"/v1/publication-decisions/{decision['id']}/withdrawal"
        assert (await catalog.post(url, None, EDITOR, version=decision["version"])).status_code == 200
        draft = (await catalog.get(f"/v1/procedure-drafts/{draft['id']}", EDITOR)).json()
    third = await decided(catalog, an_item(draft), number="503", effective_on="2026-05-01")
    assert (await published(catalog, third)).status_code == 200


async def test_an_unapproved_draft_is_not_published(catalog: RunningService) -> None:
    """It may be gathered, not published."""
    draft = await drafted(catalog, data=a_record(name="F"))
    decision = await decided(catalog, an_item(draft))
    assert reasons_of(await published(catalog, decision)) == {CODE: ["not-approved"]}


@pytest.mark.parametrize(
    ("caller", "status", "code"),
    [
        (a_person(), 403, "catalog-approver-only"),
        (EDITOR, 403, "catalog-approver-only"),
        (a_staff_member("ADMIN", agency="H99"), 403, "catalog-approver-only"),
        (a_staff_member("CATALOG_APPROVER", agency="H98"), 403, "other-publishing-agency"),
        (
            a_staff_member("CATALOG_APPROVER", "CATALOG_EDITOR", agency="H99", subject="editor"),
            403,
            "own-draft",
        ),
    ],
)
async def test_who_may_not_publish(catalog: RunningService, caller: Any, status: int, code: str) -> None:
    """Not the public, not editors, not administrators, not another province, not whoever wrote it."""
    decision = await decided(catalog, an_item(await approved(catalog, name="G")))
    response = await published(catalog, decision, caller)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert len(await versions(catalog)) == 1


async def test_drafts_and_decisions_need_the_version_seen(catalog: RunningService) -> None:
    """No If-Match: 428; an old one: 412; one open draft a part; one decision a number."""
    draft = await drafted(catalog, data=a_record(name="H"))
    url = f"/v1/procedure-drafts/{draft['id']}"
    assert (await catalog.post(f"{url}/review", None, EDITOR)).status_code == 428
    assert (await catalog.post(f"{url}/review", None, EDITOR, version=9)).status_code == 412
    second = await catalog.post("/v1/procedure-drafts", {"code": CODE}, SECOND_EDITOR)
    assert (second.status_code, second.json()["code"]) == (409, "draft-exists")
    foreign = await catalog.post("/v1/procedure-drafts", {"code": CODE, "agency": "H98"}, EDITOR)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "other-publishing-agency")
    await decided(catalog)
    twin = await catalog.post("/v1/publication-decisions", a_decision(), EDITOR)
    assert (twin.status_code, twin.json()["code"]) == (409, "decision-number-taken")
    assert (await catalog.get("/v1/procedure-drafts", a_person())).status_code == 403
    assert len((await catalog.get("/v1/procedure-drafts?state=DRAFT", EDITOR)).json()["items"]) == 1


async def test_lists_warn_of_deadlines(catalog: RunningService) -> None:
    """Five days before the act takes effect, by the earlier count; warned three working days before."""
    await decided(catalog)

    async def warning() -> str:
        answer = await catalog.get("/v1/publication-decisions", EDITOR)
        return str(answer.json()["items"][0]["warning"])

    assert await warning() == "NONE"
    catalog.clock.set(datetime(2026, 3, 20, 8, tzinfo=VIETNAM))
    assert await warning() == "DUE_SOON"
    catalog.clock.set(datetime(2026, 3, 26, 8, tzinfo=VIETNAM))
    assert await warning() == "OVERDUE"


async def test_reasons_are_chosen_from_a_library(catalog: RunningService) -> None:
    """A record names only reasons the library offers."""
    draft = await drafted(catalog, data=a_record(standard_reasons={"supplement": ["thieu-to-khai"]}))
    assert [fault["path"] for fault in draft["faults"]] == ["standard_reasons.supplement"]
    body = {"code": "thieu-to-khai", "kind": "SUPPLEMENT", "text": "Thiếu tờ khai theo mẫu"}
    assert (await catalog.post("/v1/standard-reasons", body, APPROVER)).status_code == 403
    assert (await catalog.post("/v1/standard-reasons", body, EDITOR)).status_code == 201
    twin = await catalog.post("/v1/standard-reasons", body, EDITOR)
    assert (twin.status_code, twin.json()["code"]) == (409, "reason-code-taken")
    assert (await catalog.get(f"/v1/procedure-drafts/{draft['id']}", EDITOR)).json()["faults"] == []
    url = "/v1/standard-reasons/thieu-to-khai"
    headers = catalog.headers(EDITOR, version=1)
    retired = await catalog.client.put(url, json={**body, "is_active": False}, headers=headers)
    assert (retired.status_code, retired.json()["version"]) == (200, 2)
    assert (await catalog.get(f"/v1/procedure-drafts/{draft['id']}", EDITOR)).json()["faults"] != []
    listed = (await catalog.get("/v1/standard-reasons?kind=SUPPLEMENT")).json()["items"]
    assert [one["code"] for one in listed] == ["thieu-to-khai"]


async def test_versions_differences_and_offerings_are_public(catalog: RunningService) -> None:
    """Anybody may see what changed and who performs it when."""
    draft = await approved(catalog, name="Tên khác", performing_agencies=["H99.201"])
    await published(catalog, await decided(catalog, an_item(draft)))
    answer = (await catalog.get(f"/v1/procedures/{CODE}/differences", params={"from": 1, "to": 2})).json()
    assert {"name", "performing_agencies"} <= {one["path"] for one in answer["differences"]}
    rows = (await catalog.get(f"/v1/procedures/{CODE}/offerings")).json()["items"]
    assert rows == [{"agency": "H99.201", "code": CODE, "valid_from": "2026-01-20", "valid_to": None}]
    assert (await catalog.get(f"/v1/procedures/{CODE}/offerings?on=2026-01-01")).json()["items"] == []
    assert (await catalog.get("/v1/procedures/1.777777/versions")).status_code == 404


async def test_figures_of_completeness_and_shortened_times(catalog: RunningService) -> None:
    """Share shortened and average cut come from the records in force."""
    channel = {
        "channel": "DIRECT",
        "processing_time": {"value": 3, "unit": "WORKING_DAY"},
        "statutory_time": {"value": 5, "unit": "WORKING_DAY"},
        "fees": [],
    }
    draft = await approved(catalog, channels=[channel])
    await published(catalog, await decided(catalog, an_item(draft)))
    april = (await catalog.get("/v1/procedure-figures?on=2026-04-01")).json()
    assert april["times"] == {
        "procedures": 1,
        "comparable": 1,
        "shortened": 1,
        "share_shortened": 1.0,
        "average_cut": 0.4,
    }
    assert april["complete"] == 1
    assert (await catalog.get("/v1/procedure-figures?on=2026-03-31")).json()["incomplete"] == [CODE]


async def test_two_agencies_publish_one_code_side_by_side(catalog: RunningService) -> None:
    """Each has its own line; a reader may ask for one; the national record is carried into both."""
    loader = a_service("catalog.import")
    other = a_document(
        province={"code": "H98"},
        procedures=[a_procedure(CODE, name="Của tỉnh khác", publishing_agency="H98")],
        agencies=[an_agency(), an_agency("H98", level="PROVINCE", kind="PROVINCE")],
    )
    assert (await catalog.post("/v1/imports", other, loader)).status_code == 200
    catalog.clock.advance(timedelta(days=2))
    national = {"public_procedures": [a_public_record(CODE, conditions_text="Đủ 18 tuổi")]}
    assert (await catalog.post("/v1/imports", national, loader)).status_code == 200
    url = f"/v1/procedures/{CODE}"
    names = [(await catalog.get(url, params={"agency": agency})).json() for agency in ("H99", "H98", "")]
    assert [one["name"] for one in names] == [
        "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
        "Của tỉnh khác",
        "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
    ]
    assert {one["requirements"] for one in names} == {"Đủ 18 tuổi"}
    assert len(await versions(catalog)) == 4
    assert (await catalog.get("/v1/procedures", params={"q": CODE})).json()["total"] == 1
    events = await catalog.published("procedure.published.v1")
    assert [(event["sequence"], event["data"]["agency"]) for event in events[-2:]] == [(3, "H99"), (4, "H98")]


async def test_republishing_says_what_is_in_force_and_what_is_to_come(catalog: RunningService) -> None:
    """A reader that starts from nothing gets today's version and tomorrow's, in order."""
    await published(catalog, await decided(catalog, an_item(await approved(catalog, name="Ngày mai"))))
    said = len(await catalog.published())
    assert await catalog.runtime.service.commands["republish"](catalog.runtime, ()) == 0
    again = [row for row in (await catalog.published())[said:] if row["type"] == "procedure.published.v1"]
    assert [(row["sequence"], row["data"]["valid_from"], row["data"]["valid_to"]) for row in again] == [
        (1, "2026-01-20", "2026-03-31"),
        (2, "2026-04-01", None),
    ]


async def test_a_national_import_touches_national_parts_only(catalog: RunningService) -> None:
    """What the province says keeps its chain, whatever the nation says, and the published future is kept."""
    await published(catalog, await decided(catalog, an_item(await approved(catalog, name="Từ tháng tư"))))
    local = "SELECT * FROM procedure_parts WHERE part = 'LOCAL' ORDER BY number"
    before = await catalog.runtime.pool.fetch(local)
    national = {"public_procedures": [a_public_record(CODE, conditions_text="Đủ 18 tuổi")]}
    assert (await catalog.post("/v1/imports", national, a_service("catalog.import"))).status_code == 200
    assert before == await catalog.runtime.pool.fetch(local)
    april = (await catalog.get(f"/v1/procedures/{CODE}", params={"on": "2026-04-01"})).json()
    assert (april["name"], april["requirements"]) == ("Từ tháng tư", "Đủ 18 tuổi")
    assert [row[1:] for row in await versions(catalog)] == [
        ("2026-01-20", "2026-03-02", "PUBLIC"),
        ("2026-03-03", "2026-03-31", "PUBLIC"),
        ("2026-04-01", None, "PUBLIC"),
    ]


async def test_a_withdrawn_draft_makes_room(catalog: RunningService) -> None:
    """With a reason; from then on somebody else may begin, and no decision publishes it."""
    draft = await approved(catalog, name="I")
    assert (await step(catalog, draft, "withdrawal", APPROVER, {"reason": "x"})).status_code == 403
    assert (await step(catalog, draft, "withdrawal", EDITOR, {})).status_code == 422
    gone = await step(catalog, draft, "withdrawal", EDITOR, {"reason": "Văn bản gốc bị thu hồi"})
    assert (gone.status_code, gone.json()["state"]) == (200, "WITHDRAWN")
    decision = await decided(catalog, an_item(draft))
    assert reasons_of(await published(catalog, decision)) == {CODE: ["not-approved"]}
    again = await step(catalog, gone.json(), "withdrawal", EDITOR, {"reason": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "draft-in-wrong-state")
    assert (await drafted(catalog))["version"] == 1


async def test_of_two_who_publish_at_once_one_is_told_to_look_again(catalog: RunningService) -> None:
    """One commit wins; the other changes nothing."""
    decision = await decided(catalog, an_item(await approved(catalog, name="J")))
    answers = await asyncio.gather(published(catalog, decision), published(catalog, decision))
    assert {answer.status_code for answer in answers} <= {200, 409, 412, 422}
    assert [answer.status_code for answer in answers].count(200) == 1
    assert len(await versions(catalog)) == 2
    assert len(await catalog.published("procedure.published.v1")) == 2
