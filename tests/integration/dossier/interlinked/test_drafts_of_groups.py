"""A draft of a whole group: kept for the person alone, handed in once, forgotten as any other."""

import asyncio
from datetime import timedelta
from typing import Any

from services.dossier.jobs.keep_drafts import KEEP_DRAFTS
from tests.builders.dossier.kin import BIRTH, FATHER, GROUP, Kin, staff
from tests.builders.dossier.office import COMMUNE, STRANGER

OWNER = {"full_name": "Nguyễn Văn An"}


async def begun(kin: Kin, **content: Any) -> dict[str, Any]:
    """Begin a draft of the group."""
    body = {"group_code": GROUP, "content": content}
    answer = await kin.service.post("/v1/drafts", body, FATHER)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def sent(kin: Kin, method: str, draft: dict[str, Any], body: Any = None, **more: Any) -> Any:
    """Send a change of a draft as last seen."""
    headers = kin.service.headers(more.get("by", FATHER), version=draft["version"])
    url = f"/v1/drafts/{draft['draft_id']}{more.get('path', '')}"
    return await kin.service.client.request(method, url, json=body, headers=headers)


async def content_of(kin: Kin) -> dict[str, Any]:
    """Return a complete submission but for its group."""
    body = await kin.submission_of_group()
    del body["group_code"]
    return body


async def test_a_draft_of_a_group_is_kept_changed_and_handed_in_once(kin: Kin) -> None:
    """What is missing is named; ten at the same moment are one submission; its content is gone from it."""
    draft = await begun(kin, owner=OWNER)
    assert (draft["group_code"], draft["procedure_code"]) == (GROUP, BIRTH)
    early = await sent(kin, "POST", draft, path="/interlinked-submission")
    assert (early.status_code, early.json()["errors"][0]["path"].split(".")[0]) == (422, "receiving_agency")
    answer = await sent(kin, "PUT", draft, {"content": await content_of(kin)})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert (await sent(kin, "PUT", draft, {"content": {}})).status_code == 412
    draft = answer.json()
    as_one = await sent(kin, "POST", draft, path="/submission")
    assert (as_one.status_code, as_one.json()["code"]) == (409, "draft-other-kind")
    answers = await asyncio.gather(
        *(sent(kin, "POST", draft, path="/interlinked-submission") for _ in range(10))
    )
    (seen,) = [one.json() for one in answers if one.status_code == 201]
    assert {one.status_code for one in answers} <= {201, 409, 412, 422}
    assert seen["secret"]
    assert [await kin.service.count(table) for table in ("interlinked_parents", "dossiers")] == [1, 1]
    kept = (await kin.service.get(f"/v1/drafts/{draft['draft_id']}", FATHER)).json()
    assert (kept["state"], kept["content"]) == ("SUBMITTED", {})
    assert kept["dossier_id"] == seen["interlinked_dossier_id"]
    assert (await sent(kin, "POST", kept, path="/interlinked-submission")).status_code in {409, 422}
    await kin.accepted_child(seen, BIRTH)


async def test_what_no_draft_of_a_group_may_be_is_refused(kin: Kin) -> None:
    """One of the two kinds, a group there is, members a group's submission has; nobody else knows of it."""
    for body, status, code in (
        ({"group_code": "LT-KHAC"}, 404, "interlinked-group-unknown"),
        ({"group_code": GROUP, "procedure_code": BIRTH}, 422, "invalid"),
        ({}, 422, "invalid"),
        ({"group_code": GROUP, "content": {"components": []}}, 422, "invalid"),
        ({"group_code": GROUP, "content": {"group_code": GROUP}}, 422, "invalid"),
        ({"procedure_code": BIRTH, "content": {"papers": []}}, 422, "invalid"),
    ):
        answer = await kin.service.post("/v1/drafts", body, FATHER)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await kin.service.count("drafts") == 0
    draft = await begun(kin, owner={"full_name": "Nguyễn Bí Mật"})
    assert (await sent(kin, "PUT", draft, {"content": {"components": []}})).status_code == 422
    assert (await sent(kin, "POST", draft, by=STRANGER, path="/interlinked-submission")).status_code == 404
    desk = staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua")
    assert (await sent(kin, "POST", draft, by=desk, path="/interlinked-submission")).status_code == 403
    assert "Bí Mật" not in str(dict(await kin.service.runtime.pool.fetchrow("SELECT * FROM drafts")))
    own = (await kin.service.post("/v1/drafts", {"procedure_code": BIRTH}, FATHER)).json()
    assert own["group_code"] is None
    answer = await sent(kin, "POST", own, path="/interlinked-submission")
    assert (answer.status_code, answer.json()["code"]) == (409, "draft-other-kind")


async def test_a_draft_of_a_group_is_noticed_by_the_groups_name_and_forgotten(kin: Kin) -> None:
    """The person is told of the whole group; past its day nobody hands it in and nothing of it is kept."""
    draft = await begun(kin, owner=OWNER)
    kin.service.clock.advance(timedelta(days=29))
    await kin.service.run_job(KEEP_DRAFTS)
    (event,) = await kin.service.published("draft.reminded.v1")
    assert event["data"]["group"] == {"code": GROUP, "name": "Khai sinh, thường trú, thẻ bảo hiểm y tế"}
    assert event["data"]["procedure"]["code"] == BIRTH
    kin.service.clock.advance(timedelta(days=9))
    late = await sent(kin, "POST", draft, path="/interlinked-submission")
    assert (late.status_code, late.json()["code"]) == (409, "draft-closed")
    await kin.service.run_job(KEEP_DRAFTS)
    assert await kin.service.runtime.pool.fetchval("SELECT content_sealed FROM drafts") == ""
    assert (await kin.service.get(f"/v1/drafts/{draft['draft_id']}", FATHER)).json()["state"] == "EXPIRED"
