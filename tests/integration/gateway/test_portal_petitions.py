"""Petitions of the portal's waiting list arrive at survey once, over every road, whoever is away."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kernel.core.errors import Unavailable
from kernel.testing.running import RunningService, a_staff_member, an_event
from services.gateway.jobs.portal.exchange import PORTAL_EXCHANGE
from services.survey.api import petitions
from services.survey.use_cases.petitions.file_petition import file_petition
from tests.integration.gateway.portal_exchange.exchange import ROADS, exchange_of
from tests.integration.gateway.portal_world import World, a_world
from tests.integration.survey.test_petitions import MANAGER, does
from tests.serving import served

EXAMPLES = Path(__file__).parents[3] / "contracts" / "events" / "examples"
JOBS = {job.name: job for job in PORTAL_EXCHANGE}
SUPERVISOR = a_staff_member("SUPERVISOR", agency="H99")
LINE = {
    "PAKNID": "PAKN-1001",
    "MADONVI": "000.00.00.H99",
    "TIEUDE": "Hẹn trả kết quả nhiều lần",
    "NOIDUNG": "Tôi đã đến nhiều lần mà chưa nhận được kết quả.",
    "HOVATEN": "Trần Thị Bình",
    "SODIENTHOAI": "0912345678",
}


@pytest.fixture
async def survey(start: Any) -> RunningService:
    running: RunningService = await start("survey")
    data = json.loads((EXAMPLES / "agency.changed.v1" / "typical.json").read_text(encoding="utf-8"))
    await running.receive(an_event("agency.changed.v1", "H99", {**data, "code": "H99", "parent": None}))
    return running


@pytest.fixture(params=list(ROADS))
async def world(start: Any, survey: RunningService, request: Any) -> AsyncIterator[World]:
    app = survey.client._transport.app  # type: ignore[attr-defined]  # the application itself.
    async with served(app) as url, a_world(start, survey_url=url, **ROADS[request.param]) as found:
        yield found


@pytest.fixture
async def near(start: Any, survey: RunningService) -> AsyncIterator[World]:
    app = survey.client._transport.app  # type: ignore[attr-defined]
    async with served(app) as url, a_world(start, survey_url=url) as found:
        yield found


async def waits(world: World, line: dict[str, Any], agency: str = "H99") -> None:
    answer = await world.portal.post("/sandbox/petitions", params={"agency": agency}, json=line)
    assert answer.status_code == 201, answer.text


async def listed(world: World, *lines: dict[str, Any]) -> None:
    """Let the portal list these from now on, and let it be time to read."""
    world.wire.speaks = lambda call, answer: (
        {**answer, "result": list(lines)} if call.service == "DanhSachPAKNChoXuLy" else answer
    )
    await world.gateway.runtime.pool.execute("DELETE FROM portal_reads")


async def test_what_waits_there_appears_here_once_however_often_it_is_listed(
    world: World, survey: RunningService
) -> None:
    await waits(world, LINE)
    fetch = exchange_of(world).petitions
    assert await fetch.run() == 1
    assert await fetch.run() == 0, "not yet time"
    await world.gateway.runtime.pool.execute("DELETE FROM portal_reads")
    await waits(world, {**LINE, "PAKNID": 1002, "MADONVI": ""})
    assert await fetch.run() == 2
    items = (await survey.get("/v1/petitions", SUPERVISOR)).json()["items"]
    assert [(one["source"], one["agency"]["code"]) for one in items] == [("PORTAL", "H99")] * 2
    shown = (await survey.get(f"/v1/petitions/{items[0]['id']}", SUPERVISOR)).json()
    assert (shown["title"], shown["sender"]["name"]) == (LINE["TIEUDE"], "Trần Thị Bình")
    told = await survey.published("petition.received.v1")
    assert [row["data"]["contact"] for row in told] == [None, None], "the portal writes to its own people"


async def test_one_survey_does_not_take_stops_none_behind_it_and_the_longest_is_taken(
    near: World, survey: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty thousand letters of four bytes each were too many bytes: no petition behind them ever came."""

    async def breaks(filed: Any, **given: Any) -> Any:
        if filed.title == "hỏng":
            raise RuntimeError(filed.title)
        return await file_petition(filed, **given)

    monkeypatch.setattr(petitions, "file_petition", breaks)
    await waits(near, {**LINE, "PAKNID": "1", "NOIDUNG": "😀" * 19_900})
    await waits(near, {**LINE, "PAKNID": "2", "TIEUDE": "hỏng"})
    await waits(near, {**LINE, "PAKNID": "3"})
    assert await exchange_of(near).petitions.run() == 2
    assert await near.gateway.runtime.pool.fetchval("SELECT lines FROM portal_reads") == 3
    assert len((await survey.get("/v1/petitions", SUPERVISOR)).json()["items"]) == 2


async def test_what_a_sender_adds_on_the_portal_stands_with_the_petition(
    near: World, survey: RunningService
) -> None:
    """Once, however often it is listed so; who works it is told, and its first words stay."""
    fetch = exchange_of(near).petitions
    added = "Bổ sung: cán bộ tiếp nhận đòi thêm giấy tờ."
    more = {**LINE, "NOIDUNG": added, "SODIENTHOAI": "0987654321"}

    async def lists(*lines: dict[str, Any]) -> None:
        await listed(near, *lines)
        assert await fetch.run() == 1

    for lines in ([LINE], [more], [LINE, more], [more, LINE]):
        await lists(*lines)
    (item,) = (await survey.get("/v1/petitions", SUPERVISOR)).json()["items"]
    shown = (await survey.get(f"/v1/petitions/{item['id']}", SUPERVISOR)).json()
    assert (shown["text"], shown["state"]) == (LINE["NOIDUNG"], "RECEIVED")
    assert [(one["what"], one["text"]) for one in shown["said"]] == [
        ("INFORMED", f"{added}\nSố điện thoại: 0987654321")
    ]
    assert len(await survey.published("petition.informed.v1")) == 1
    manager = replace(MANAGER, agency="H99")
    asked = await does(survey, shown, "information-request", {"text": "Đề nghị nói rõ hơn."}, manager)
    assert asked.json()["state"] == "NEEDS_INFO"
    await lists({**more, "NOIDUNG": "Giấy tờ bị đòi thêm là sổ hộ khẩu."})
    shown = (await survey.get(f"/v1/petitions/{item['id']}", SUPERVISOR)).json()
    assert (shown["state"], shown["said"][-1]["text"]) == ("RECEIVED", "Giấy tờ bị đòi thêm là sổ hộ khẩu.")


async def test_what_the_portal_writes_beside_answers_no_question_and_makes_no_act(
    near: World, survey: RunningService
) -> None:
    """A row number that moved, a state: shown as it last was, for whoever has the petition open too."""
    fetch = exchange_of(near).petitions
    await listed(near, {**LINE, "STT": 1})
    await fetch.run()
    (item,) = (await survey.get("/v1/petitions", SUPERVISOR)).json()["items"]
    manager = replace(MANAGER, agency="H99")
    asked = await does(survey, item, "information-request", {"text": "Đề nghị cho biết mã hồ sơ."}, manager)
    for number, beside in ((2, "STT: 2"), (1, "STT: 1")):
        await listed(near, {**LINE, "STT": number, "TRANGTHAI": "Đang xử lý"})
        assert await fetch.run() == 1
        shown = (await survey.get(f"/v1/petitions/{item['id']}", SUPERVISOR)).json()
        assert (shown["state"], shown["version"]) == ("NEEDS_INFO", asked.json()["version"])
        assert (shown["text"], shown["beside"]) == (LINE["NOIDUNG"], f"{beside}\nTRANGTHAI: Đang xử lý")
    assert [one["what"] for one in shown["said"]] == ["ASKED"]
    assert await survey.published("petition.informed.v1") == []
    own = await does(
        survey, asked.json(), "rejection", {"reason": "UNCLEAR", "text": "Không rõ nội dung."}, manager
    )
    assert own.status_code == 200, own.text


async def test_a_service_that_is_away_loses_none(near: World, survey: RunningService) -> None:
    """Survey answers nothing: the list is not ticked off, and comes again."""
    await waits(near, LINE)
    fetch = exchange_of(near).petitions
    url, fetch._surveys._url = fetch._surveys._url, "http://127.0.0.1:9"
    with pytest.raises(Unavailable):
        await fetch.run()
    await near.gateway.run_job(JOBS["portal_petitions"])
    assert await survey.count("petitions") == 0
    fetch._surveys._url = url
    await near.gateway.run_job(JOBS["portal_petitions"])
    assert await survey.count("petitions") == 1


async def test_lines_that_are_none_and_agencies_nobody_knows_stop_no_other(
    near: World, survey: RunningService
) -> None:
    strange = {"PAKNID": "X-1", "MADONVI": "H99.777", "NOIDUNG": "Nội dung"}
    for line in (strange, {"PAKNID": "", "NOIDUNG": "x"}, {"PAKNID": "X-2"}, {"NOIDUNG": {"a": 1}}, LINE):
        await waits(near, line)
    assert await exchange_of(near).petitions.run() == 1
    assert await survey.count("petitions") == 1
    for running in (near.gateway, survey):
        running.clock.advance(timedelta(hours=1, seconds=1))
    data = json.loads((EXAMPLES / "agency.changed.v1" / "typical.json").read_text(encoding="utf-8"))
    await survey.receive(an_event("agency.changed.v1", "H99.777", {**data, "code": "H99.777"}))
    assert await exchange_of(near).petitions.run() == 2, "it waited there until somebody knew the agency"


async def test_other_names_of_fields_are_a_setting(start: Any, survey: RunningService) -> None:
    app = survey.client._transport.app  # type: ignore[attr-defined]
    names = {"number": "MaPAKN", "text": "NoiDungPA"}
    async with served(app) as url, a_world(start, survey_url=url, portal_petition_fields=names) as world:
        await waits(world, {"MaPAKN": "9", "NoiDungPA": "Nội dung phản ánh \x00 dài"})
        assert await exchange_of(world).petitions.run() == 1
