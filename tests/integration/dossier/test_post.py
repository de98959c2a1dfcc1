"""Results by post on a real database: from two signatures to delivery, or back at the counter."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kernel.testing.running import RunningService, a_service
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from tests.builders.dossier.office import CLERK, RECEIVER, Office, an_officer
from tests.builders.dossier.post import AGENT, OPERATOR, a_postal_agent, by_post

POST = a_service("post.status", subject="buu-chinh")
TRACKING = "RA123456789VN"


@pytest.fixture(scope="module")
async def office(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Office:
    """An office whose procedure costs nothing: what is owed is tested where money is."""
    folder: Path = tmp_path_factory.mktemp("files")
    term = {"value": 3, "unit": "WORKING_DAY"}
    channels = [{"channel": name, "processing_time": term, "fees": []} for name in ("DIRECT", "ONLINE")]
    opened = await Office(await start_once("dossier", files_url=folder.as_uri())).open(channels=channels)
    await opened.service.receive(a_postal_agent())
    return opened


@pytest.fixture
async def ready(office: Office) -> dict[str, Any]:
    """A dossier whose result waits to be sent."""
    await office.service.runtime.pool.execute("DELETE FROM post_items")
    return await by_post(office)


async def listed(
    office: Office, ready: dict[str, Any], tracking: str = TRACKING, **more: Any
) -> dict[str, Any]:
    """List it, name its number, sign for both."""
    body = {"operator": OPERATOR, "dossier_ids": [ready["dossier_id"]], **more}
    made = await office.service.post("/v1/post-lists", body, RECEIVER)
    assert made.status_code == 201, made.text
    found = made.json()
    path = f"/v1/post-lists/{found['list_id']}"
    item = found["items"][0]
    named = await office.service.post(
        f"{path}/items/{item['item_id']}/tracking", {"tracking_number": tracking}, RECEIVER, version=1
    )
    assert named.status_code == 200, named.text
    for version, by in ((1, RECEIVER), (2, AGENT)):
        signed = await office.service.post(f"{path}/signature", {}, by, version=version)
        assert signed.status_code == 200, signed.text
    return dict(signed.json())


async def report(office: Office, status: str, event_id: str, **body: Any) -> Any:
    at = office.service.clock.now().isoformat()
    given = {"event_id": event_id, "tracking_number": TRACKING, "status": status, "at": at, **body}
    return await office.service.post("/v1/post-statuses", given, POST)


async def test_delivery_returns_the_result_once_however_often_it_is_told(
    office: Office, ready: dict[str, Any]
) -> None:
    found = await listed(office, ready)
    assert (found["state"], found["items"][0]["state"]) == ("HANDED_OVER", "SENT")
    assert found["items"][0]["receiver"]["full_name"] == "Nguyễn Văn An"
    answers = await asyncio.gather(*(report(office, "DELIVERED", "bc-1") for _ in range(6)))
    assert sorted(answer.json()["outcome"] for answer in answers) == ["applied"] + ["repeated"] * 5
    seen = await office.read(ready, RECEIVER)
    assert (seen["state"], seen["version"]) == ("RETURNED", ready["version"] + 1)
    (row,) = [
        row
        for row in await office.service.published("dossier.returned.v1")
        if row["key"] == ready["dossier_id"]
    ]
    assert row["data"]["change"]["delivery"] == "POST"
    differs = await report(office, "RETURNED", "bc-1")
    assert (differs.status_code, differs.json()["code"]) == (409, "post-status-differs")
    late = await report(office, "ATTEMPT_FAILED", "bc-2")
    assert late.json()["outcome"] == "kept"


async def test_what_cannot_be_delivered_comes_back_and_the_citizen_is_told(
    office: Office, ready: dict[str, Any]
) -> None:
    await office.service.runtime.pool.execute("DELETE FROM outbox")
    found = await listed(office, ready)
    for number in (1, 2):
        office.service.clock.advance(timedelta(minutes=1))
        assert (await report(office, "ATTEMPT_FAILED", f"bc-lan-{number}")).json()["outcome"] == "applied"
    await report(office, "RETURNED", "bc-ve")
    told = [row for row in await office.service.published() if row["topic"] == "post_item"]
    assert [row["type"].split(".")[1] for row in told] == ["handed_over", "failed", "failed", "brought_back"]
    assert told[-1]["data"]["attempts"] == 2
    assert "Nguyễn" not in str(told[-1]["data"])
    assert (await office.read(ready, RECEIVER))["state"] == "RESULT_READY"
    shown = await office.service.get(f"/v1/post-lists/{found['list_id']}", RECEIVER)
    assert shown.json()["items"][0]["state"] == "BACK"
    again = await listed(office, ready, "RA000000002VN")
    assert again["number"] != found["number"]


async def test_a_result_the_post_brought_back_to_the_counter_is_left_there_as_any_other(
    office: Office,
) -> None:
    """Nobody is reminded while it is on its way; looked at daily, the counter is told once it came back."""
    await office.service.runtime.pool.execute("DELETE FROM post_items")
    wish = await by_post(office, result_delivery="COUNTER")
    found = await listed(office, wish, wishes=[{"dossier_id": wish["dossier_id"], "reason": "đổi ý"}])
    assert found["items"][0]["state"] == "SENT"

    async def left() -> list[str]:
        office.service.clock.advance(timedelta(days=1))
        await office.service.run_job(WATCH_DEADLINES)
        told = await office.service.published("deadline_warning.result_left.v1")
        return [row["key"] for row in told if row["key"] == wish["dossier_id"]]

    office.service.clock.advance(timedelta(days=20))
    assert await left() == []
    assert (await report(office, "RETURNED", "bc-tra-quay")).json() == {"outcome": "applied"}
    assert await left() == [wish["dossier_id"]]
    assert await left() == [wish["dossier_id"]]


async def test_a_result_is_under_way_once(office: Office, ready: dict[str, Any]) -> None:
    body = {"operator": "buu-chinh", "dossier_ids": [ready["dossier_id"]]}
    answers = await asyncio.gather(*(office.service.post("/v1/post-lists", body, RECEIVER) for _ in range(6)))
    assert [answer.status_code for answer in answers].count(201) == 1
    assert {answer.status_code for answer in answers} <= {201, 409, 412}
    assert await office.service.count("post_items") == 1


async def test_only_the_operator_that_has_it_reports_on_it(office: Office, ready: dict[str, Any]) -> None:
    await listed(office, ready)
    given = {
        "event_id": "x",
        "tracking_number": TRACKING,
        "status": "DELIVERED",
        "at": office.service.clock.now().isoformat(),
    }
    cases = (
        (a_service("post.status", subject="buu-chinh-khac"), {}, 404),
        (a_service("portal.read", subject="buu-chinh"), {}, 403),
        (RECEIVER, {}, 403),
        (POST, {"tracking_number": "RA999999999VN"}, 404),
        (POST, {"at": "2031-01-01T00:00:00+07:00"}, 422),
        (POST, {"status": "LOST"}, 422),
    )
    for by, changed, status in cases:
        answer = await office.service.post("/v1/post-statuses", {**given, **changed}, by)
        assert answer.status_code == status, answer.text
    assert (await office.read(ready, RECEIVER))["state"] == "RESULT_READY"


async def test_what_may_not_be_listed_signed_or_numbered(office: Office, ready: dict[str, Any]) -> None:
    running = await office.in_process()
    lists = "/v1/post-lists"
    both = {"operator": "buu-chinh", "dossier_ids": [ready["dossier_id"], running["dossier_id"]]}
    refused = await office.service.post(lists, both, RECEIVER)
    assert (refused.json()["code"], refused.json()["errors"][0]["path"]) == (
        "not-for-the-post",
        "dossier_ids.1",
    )
    one = {"operator": "buu-chinh", "dossier_ids": [ready["dossier_id"]]}
    stranger = an_officer("ONE_STOP_OFFICER", agency="H99.202", subject="xa-khac")
    assert (await office.service.post(lists, one, stranger)).status_code == 409
    assert (await office.service.post(lists, one, CLERK)).status_code == 403
    made = (await office.service.post(lists, one, RECEIVER)).json()
    path = f"{lists}/{made['list_id']}"
    assert (await office.service.get(path, stranger)).status_code == 404
    assert (await office.service.post(f"{path}/signature", {}, AGENT, version=1)).status_code == 409
    assert (await office.service.post(f"{path}/signature", {}, RECEIVER, version=1)).status_code == 200
    unnumbered = await office.service.post(f"{path}/signature", {}, AGENT, version=2)
    assert unnumbered.json()["code"] == "tracking-number-missing"
    assert (await office.service.post(f"{path}/signature", {}, AGENT, version=1)).status_code == 412
