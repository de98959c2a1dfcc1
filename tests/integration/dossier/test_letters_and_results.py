"""A letter carries one result: which, for whom, by whose hands, and how it is taken back before it leaves."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_service
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from services.dossier.store.desk.post import PostgresPost
from tests.builders.dossier.office import HANDED_OUT, RECEIVER, SIGNER, Office, an_officer
from tests.builders.dossier.post import AGENT, OPERATOR, PostDesk, a_postal_agent, by_post

POST = a_service("post.status", subject=OPERATOR)
ELSEWHERE = {"H99.202": "buu-chinh", "H99": "buu-chinh-khac"}


@pytest.fixture(scope="module")
async def office(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Office:
    """An office whose procedure costs nothing, served by agents of two operators."""
    folder: Path = tmp_path_factory.mktemp("files")
    term = {"value": 3, "unit": "WORKING_DAY"}
    channels = [{"channel": name, "processing_time": term, "fees": []} for name in ("DIRECT", "ONLINE")]
    opened = await Office(await start_once("dossier", files_url=folder.as_uri())).open(channels=channels)
    others = [a_postal_agent(f"cua-{agency}", agency, operator) for agency, operator in ELSEWHERE.items()]
    await opened.service.receive(a_postal_agent(), *others)
    return opened


@pytest.fixture
async def desk(office: Office) -> PostDesk:
    """A post desk with nothing on its way."""
    await office.service.runtime.pool.execute("DELETE FROM post_items")
    return PostDesk(office)


async def delivered(desk: PostDesk, number: str, event_id: str) -> Any:
    """Let the operator say that it was delivered."""
    at = desk.office.service.clock.now().isoformat()
    body = {"event_id": event_id, "tracking_number": number, "status": "DELIVERED", "at": at}
    return await desk.office.service.post("/v1/post-statuses", body, POST)


async def reissued(office: Office, seen: dict[str, Any], number: str = "2/XN") -> dict[str, Any]:
    """Recall the result and issue another."""
    seen = await office.act(seen, "result-recall", SIGNER, reason="sai tên")
    return await office.issued(await office.act(seen, "step-completion", SIGNER, step="ky"), number=number)


async def test_what_the_post_has_is_neither_recalled_nor_handed_out(desk: PostDesk) -> None:
    office = desk.office
    ready = await by_post(office)
    found = await desk.sent(ready)
    number = found["items"][0]["tracking_number"]
    assert found["items"][0]["result_version"] == 1
    recall = await office.tried(ready, "result-recall", SIGNER, reason="sai tên")
    counter = await office.tried(ready, "return", RECEIVER, delivery="COUNTER", **HANDED_OUT)
    for refused in (recall, counter):
        assert (refused.status_code, refused.json()["code"]) == (409, "result-with-the-post")
        assert refused.json()["tracking_number"] == number
    shown = await office.read(ready, SIGNER)
    assert (shown["state"], shown["version"]) == ("RESULT_READY", ready["version"])
    assert "result-recall" not in shown["actions"]
    assert [one["code"] for one in shown["blocked_actions"] if one["action"] == "result-recall"] == [
        "result-with-the-post"
    ]
    returned = await office.tried(ready, "return", RECEIVER, delivery="POST", tracking_number=number)
    assert returned.json()["state"] == "RETURNED"
    assert (await desk.shown(found))["items"][0]["state"] == "DELIVERED"


async def test_what_comes_back_from_the_post_is_recalled(desk: PostDesk) -> None:
    ready = await by_post(desk.office)
    found = await desk.sent(ready, numbers="VE")
    body = {"event_id": "ve-1", "tracking_number": found["items"][0]["tracking_number"], "status": "RETURNED"}
    at = desk.office.service.clock.now().isoformat()
    back = await desk.office.service.post("/v1/post-statuses", {**body, "at": at}, POST)
    assert back.json()["outcome"] == "applied"
    assert "result-recall" in (await desk.office.read(ready, SIGNER))["actions"]
    assert (await reissued(desk.office, ready))["state"] == "RESULT_READY"


@pytest.mark.parametrize("way", ["recall", "counter"])
async def test_what_only_stands_on_a_list_leaves_it_when_recalled_or_handed_out(
    desk: PostDesk, way: str
) -> None:
    office = desk.office
    leaving, staying = await by_post(office), await by_post(office)
    found = await desk.listed(leaving, staying, numbers="ML")
    assert (await desk.sign(found, RECEIVER)).status_code == 200
    seen = (await desk.shown(found))["version"]
    if way == "recall":
        await office.act(leaving, "result-recall", SIGNER, reason="sai tên")
    else:
        await office.act(leaving, "return", RECEIVER, delivery="COUNTER", **HANDED_OUT)
    now = await desk.shown(found)
    assert (now["state"], [item["state"] for item in now["items"]]) == ("DRAFT", ["REMOVED", "LISTED"])
    assert now["items"][0]["ended_reason"]
    # What the office had signed was another content: the post signs nothing before it has signed again.
    path = f"/v1/post-lists/{found['list_id']}/signature"
    assert (await office.service.post(path, {}, AGENT, version=seen)).status_code == 412
    assert (await desk.sign(found, AGENT)).json()["code"] == "post-list-signed"
    assert (await desk.sign(found, RECEIVER)).status_code == 200
    signed = await desk.sign(found, AGENT)
    assert [item["state"] for item in signed.json()["items"]] == ["REMOVED", "SENT"]
    told = await office.service.published("post_item.handed_over.v1")
    assert leaving["dossier_id"] not in {row["data"]["dossier_id"] for row in told}
    # The number of what was taken off names nothing, and may be used again.
    assert (await delivered(desk, "ML000000000VN", f"ml-{way}")).status_code == 404


async def test_both_sign_only_for_results_that_still_wait(desk: PostDesk) -> None:
    """The desk takes an item off as its result leaves; what slips past it is found as the post signs too."""
    office = desk.office
    ready = await by_post(office)
    found = await desk.listed(ready, numbers="KY")
    pool = office.service.runtime.pool
    assert (await desk.sign(found, RECEIVER)).status_code == 200
    await pool.execute("UPDATE post_items SET result_version = 0")
    refused = await desk.sign(found, AGENT)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-for-the-post")
    assert refused.json()["errors"][0]["path"] == "items.0"
    await pool.execute("UPDATE post_items SET result_version = 1")
    assert (await desk.sign(found, AGENT)).status_code == 200


@pytest.mark.parametrize("is_alone", [False, True])
async def test_what_left_while_its_list_was_made_falls_off_as_the_office_signs(
    desk: PostDesk, monkeypatch: pytest.MonkeyPatch, is_alone: bool
) -> None:
    """The counter hands the result out between the list's look at it and its commit."""
    office = desk.office
    leaving, staying = await by_post(office), await by_post(office)
    is_out: list[int] = []

    async def looked(self: PostgresPost, dossier_ids: Any) -> bool:
        answer = await office.tried(leaving, "return", RECEIVER, delivery="COUNTER", **HANDED_OUT)
        is_out.append(answer.status_code)
        return False

    monkeypatch.setattr(PostgresPost, "are_listed", looked)
    found = await desk.listed(leaving, *([] if is_alone else [staying]), numbers="GI")
    assert (is_out, found["items"][0]["state"]) == ([200], "LISTED")
    signed = await desk.sign(found, RECEIVER)
    assert signed.status_code == 200, signed.text
    gone = signed.json()["items"][0]
    assert (gone["state"], gone["receiver"], bool(gone["ended_reason"])) == ("REMOVED", None, True)
    if is_alone:
        assert signed.json()["state"] == "WITHDRAWN"
        return
    assert signed.json()["state"] == "HALF_SIGNED"
    assert [item["state"] for item in (await desk.sign(found, AGENT)).json()["items"]] == ["REMOVED", "SENT"]


async def test_a_letter_of_a_recalled_result_ends_no_dossier(desk: PostDesk) -> None:
    """As one on its way from before letters named their result."""
    office = desk.office
    ready = await by_post(office)
    found = await desk.sent(ready, numbers="CU")
    pool = office.service.runtime.pool
    await pool.execute("UPDATE post_items SET state = 'BACK'")
    again = await reissued(office, ready)
    await pool.execute("UPDATE post_items SET state = 'SENT'")
    number = found["items"][0]["tracking_number"]
    by_hand = await office.tried(again, "return", RECEIVER, delivery="POST", tracking_number=number)
    assert by_hand.json()["code"] == "not-sent-by-post"
    assert (await delivered(desk, number, "cu-1")).json()["outcome"] == "applied"
    assert (await desk.shown(found))["items"][0]["state"] == "DELIVERED"
    seen = await office.read(again, RECEIVER)
    assert (seen["state"], seen["version"]) == ("RESULT_READY", again["version"])
    second = await desk.sent(again, numbers="MOI")
    assert second["items"][0]["result_version"] == 2
    await delivered(desk, second["items"][0]["tracking_number"], "moi-1")
    assert (await office.read(again, RECEIVER))["state"] == "RETURNED"


async def test_only_agents_of_the_operator_who_serve_the_agency_see_and_sign(desk: PostDesk) -> None:
    ready = await by_post(desk.office)
    found = await desk.listed(ready, numbers="AI")
    assert (await desk.sign(found, RECEIVER)).status_code == 200
    service, path = desk.office.service, f"/v1/post-lists/{found['list_id']}"
    item = found["items"][0]
    strangers = [
        an_officer("POSTAL_AGENT", agency=agency, unit=operator, subject=f"cua-{agency}")
        for agency, operator in ELSEWHERE.items()
    ]
    for by in (*strangers, an_officer("SPECIALIST"), an_officer("ONE_STOP_OFFICER", agency="H99.202")):
        assert (await service.get(path, by)).status_code == 404
        assert (await service.post(f"{path}/signature", {}, by, version=2)).status_code == 404
        tracking = {"tracking_number": "AI000000009VN"}
        named = await service.post(
            f"{path}/items/{item['item_id']}/tracking", tracking, by, version=item["version"]
        )
        assert named.status_code == 404
        shown = await service.get("/v1/post-lists", by)
        is_inside = by.agency == RECEIVER.agency
        assert (found["list_id"] in {one["list_id"] for one in shown.json()["items"]}) is is_inside
    assert found["list_id"] in {
        one["list_id"] for one in (await service.get("/v1/post-lists", AGENT)).json()["items"]
    }
    readings = "SELECT count(*) FROM access_log WHERE subject = 'buu-ta' AND what = 'post-list'"
    before = await service.runtime.pool.fetchval(readings)
    assert (await service.get(path, AGENT)).json()["items"][0]["receiver"]["phone"] == "0900000011"
    assert await service.runtime.pool.fetchval(readings) == before + 1
    assert (await desk.sign(found, AGENT)).status_code == 200


async def test_the_operator_is_one_of_the_directory(desk: PostDesk) -> None:
    ready = await by_post(desk.office)
    for operator in ("VNPOST", "H99", "nhan"):
        refused = await desk.tried_list(ready, operator=operator)
        assert (refused.status_code, refused.json()["code"]) == (422, "post-operator-unknown")
        assert refused.json()["operators"] == ["buu-chinh", "buu-chinh-khac"]
    # The other agency has its own agent, but this operator's serves the whole province.
    assert (await desk.tried_list(ready, operator="buu-chinh-khac")).status_code == 201


async def test_only_what_was_asked_for_by_post_is_listed_or_says_who_changed_their_mind(
    desk: PostDesk,
) -> None:
    office = desk.office
    fetched = await by_post(office, result_delivery="COUNTER")
    refused = await desk.tried_list(fetched)
    assert (refused.status_code, refused.json()["code"]) == (409, "post-not-asked-for")
    assert refused.json()["errors"][0]["path"] == "dossier_ids.0"
    stranger = {"dossier_id": "01a20474-1888-70fb-9f78-6635ef105560", "reason": "x"}
    assert (await desk.tried_list(fetched, wishes=[stranger])).status_code == 422
    wish = {"dossier_id": fetched["dossier_id"], "reason": "Ông An gọi điện ngày 03/3"}
    found = await desk.sent(fetched, numbers="YC", wishes=[wish])
    assert found["items"][0]["receiver"]["wish"] == wish["reason"]
    assert (await desk.shown(found, AGENT))["items"][0]["receiver"]["wish"] == ""
    await delivered(desk, found["items"][0]["tracking_number"], "yc-1")
    assert (await office.read(fetched, RECEIVER))["state"] == "RETURNED"


async def test_nobody_is_reminded_to_fetch_what_goes_by_post(desk: PostDesk) -> None:
    """Asked for at the counter first: who changed their mind waits for the post."""
    office = desk.office
    fetched, carried = [await by_post(office, result_delivery="COUNTER") for _ in range(2)]
    wish = {"dossier_id": carried["dossier_id"], "reason": "Ông An gọi điện ngày 03/3"}
    await desk.listed(carried, numbers="NH", wishes=[wish])
    now = office.service.clock.now()
    office.service.clock.set(now + timedelta(days=40))
    await office.service.run_job(WATCH_DEADLINES)
    office.service.clock.set(now)
    told = {one["key"] for one in await office.service.published("deadline_warning.result_left.v1")}
    assert told >= {fetched["dossier_id"]}
    assert carried["dossier_id"] not in told


async def test_a_letter_has_an_address(desk: PostDesk) -> None:
    office = desk.office
    owner = {"full_name": "Nguyễn Văn An", "identity_number": "099088000011", "address": ""}
    nowhere = await by_post(office, owner=owner)
    refused = await desk.tried_list(nowhere)
    assert (refused.status_code, refused.json()["code"]) == (409, "post-address-missing")
    wish = {"dossier_id": nowhere["dossier_id"], "reason": "Gửi về nhà con gái", "address": "5 ngõ Mới"}
    found = await desk.listed(nowhere, numbers="DC", wishes=[wish])
    assert found["items"][0]["receiver"]["address"] == "5 ngõ Mới"


async def test_the_office_takes_a_line_or_a_list_back_until_the_post_signs(desk: PostDesk) -> None:
    office = desk.office
    first, second = await by_post(office), await by_post(office)
    found = await desk.listed(first, second, numbers="RU")
    for by in (AGENT, an_officer("ONE_STOP_OFFICER", agency="H99.202"), SIGNER):
        assert (await desk.take_off(found, 0, by)).status_code == 404
        assert (await desk.withdraw(found, by)).status_code == 404
    assert (await desk.take_off(found, 0, reason=" ")).status_code == 422
    taken = await desk.take_off(found, 0)
    assert (taken.status_code, taken.json()["state"], taken.json()["receiver"]) == (200, "REMOVED", None)
    assert taken.json()["ended_reason"] == "ghi nhầm"
    assert (await desk.take_off(found, 0)).json()["code"] == "post-list-signed"
    # It is free for another list, under the same number.
    other = await desk.listed(first, numbers="RU")
    withdrawn = await desk.withdraw(found)
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "WITHDRAWN")
    assert (await desk.withdraw(found)).json()["code"] == "post-list-withdrawn"
    assert (await desk.sign(found, RECEIVER)).json()["code"] == "post-list-withdrawn"
    path = f"/v1/post-lists/{found['list_id']}"
    assert (await office.service.get(path, AGENT)).status_code == 404
    shown = await office.service.get("/v1/post-lists", AGENT)
    assert found["list_id"] not in {one["list_id"] for one in shown.json()["items"]}
    for by in (RECEIVER, AGENT):
        assert (await desk.sign(other, by)).status_code == 200
    for late in (await desk.take_off(other, 0), await desk.withdraw(other)):
        assert (late.status_code, late.json()["code"]) == (409, "post-list-signed")


async def test_a_list_without_its_last_line_is_withdrawn(desk: PostDesk) -> None:
    ready = await by_post(desk.office)
    found = await desk.listed(ready, numbers="CD")
    desk.office.service.clock.advance(timedelta(minutes=1))
    await desk.office.act(ready, "return", RECEIVER, delivery="COUNTER", **HANDED_OUT)
    now = await desk.shown(found)
    assert (now["state"], now["items"][0]["state"]) == ("WITHDRAWN", "REMOVED")
