"""From an editor's desk to the public: drafts, four eyes, decisions that publish all or nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import asyncpg
import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService
from tests.integration.catalog.publishing.desk import (
    APPROVER,
    BOTH,
    CODE,
    EDITOR,
    a_record,
    an_item,
    approved,
    decided,
    drafted,
    published,
    reasons_of,
    step,
    versions,
    with_catalogue,
)

Start = Callable[..., Awaitable[RunningService]]


async def the_catalogue(running: RunningService) -> None:
    """Fill a catalogue for every test here."""
    await with_catalogue(running)


@pytest.fixture
async def catalog(start: Start) -> RunningService:
    """A catalogue with one procedure of the province."""
    return await start("catalog", filled=the_catalogue)


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
