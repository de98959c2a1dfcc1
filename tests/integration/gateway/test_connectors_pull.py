"""Pages of a ministry's system: read on from where it stopped, each status once, however often it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import pytest

from kernel.testing.running import RunningService
from services.gateway.jobs.connectors import CONNECTOR_CLOCK, CONNECTOR_PULL
from services.gateway.use_cases.connectors.ports import Answered
from tests.integration.gateway.ministry_world import SOURCE, Ministries, a_ministry

Start = Callable[..., Awaitable[RunningService]]


@pytest.fixture(scope="module")
async def shared(start_once: Start) -> AsyncIterator[Ministries]:
    with TemporaryDirectory() as folder:
        async with a_ministry(start_once, Path(folder)) as world:
            yield world


@pytest.fixture
async def world(shared: Ministries) -> AsyncIterator[Ministries]:
    yield shared
    await shared.faults()


async def test_a_mirror_moves_page_after_page_and_a_page_twice_is_harmless(world: Ministries) -> None:
    """Seven changes in pages of three; the source's words become ours; nothing is pushed to the portal."""
    for number in range(1, 5):
        await world.opens(f"G01-1-{number}")
    for status in ("DANG_XU_LY", "CO_KET_QUA", "DA_TRA"):
        world.passes(60)
        await world.changes("G01-1-1", status)
    await world.faults(duplicate=1)
    await world.pulls()
    await world.pulls()
    assert await world.statuses("G01-1-1") == [2, 4, 9, 10]
    mirror = await world.mirror("G01-1-1")
    assert mirror is not None
    assert (mirror["source"], mirror["route"], mirror["owner_name"]) == (SOURCE, "MINISTRY", "Trần Thị Bình")
    assert mirror["present"]["text"] == "Đã trả kết quả"
    assert [await world.statuses(f"G01-1-{number}") for number in (2, 3, 4)] == [[2], [2], [2]]
    assert await world.gateway.count("portal_ledger") == 0
    (standing,) = (await world.ask())["items"]
    assert (standing["cursor"], standing["failures"], standing["open"]) == ("7", 0, {})
    sealed = await world.gateway.runtime.pool.fetchval(
        "SELECT string_agg(content, '') FROM connector_records"
    )
    assert "Bình" not in sealed


async def test_cut_off_anywhere_in_a_pull_nothing_is_lost_and_nothing_told_twice(world: Ministries) -> None:
    """A pull that ends at any moment leaves what it committed: the cursor and its rows stand together."""
    codes = [f"G01-2-{number}" for number in range(8)]
    for code in codes:
        await world.opens(code)
    await world.faults(slow=200, slow_ms=4)
    for after_milliseconds in range(1, 60, 4):
        world.passes(61)
        pulling = asyncio.create_task(world.pulls())
        await asyncio.sleep(after_milliseconds / 1000)
        pulling.cancel()
        # A cancelled BEGIN leaves its transaction in an error state, which ends it too.
        with suppress(asyncio.CancelledError, asyncpg.InterfaceError):
            await pulling
    await world.faults()
    await world.pulls()
    assert [await world.statuses(code) for code in codes] == [[2]] * len(codes)
    rows = await world.gateway.runtime.pool.fetch(
        "SELECT outside_code, count(*) FROM connector_records WHERE standing = 'NEW'"
        " AND outside_code LIKE 'G01-2-%' GROUP BY 1"
    )
    assert {row["outside_code"]: row["count"] for row in rows} == dict.fromkeys(codes, 1)
    deliveries = await world.deliveries()
    assert all(one["state"] == "READ" for one in deliveries)
    assert all(
        one["rows"] == one["new_rows"] + one["changed_rows"] + one["unchanged_rows"] + one["refused_rows"]
        for one in deliveries
    )


async def test_a_clock_that_is_set_back_holds_up_neither_a_source_nor_what_it_said(
    world: Ministries,
) -> None:
    await world.opens("G01-9-1")
    world.passes(61)
    await world.gateway.run_job(CONNECTOR_PULL)
    world.passes(-3600)
    await world.gateway.run_job(CONNECTOR_CLOCK)
    await world.tells()
    assert await world.statuses("G01-9-1") == [2]
    await world.opens("G01-9-2")
    await world.pulls()
    assert await world.statuses("G01-9-2") == [2]
    world.passes(3600)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"html_5xx": 1}, "HTTP 502"),
        ({"down": 1}, "HTTP 503"),
        ({"slow": 1, "slow_ms": 1300}, "quá thời gian chờ"),
        ({"lose_answer": 1}, "ClientPayloadError"),
    ],
    ids=["html", "down", "slow", "lost"],
)
async def test_a_source_that_fails_is_waited_out_and_read_on_from_where_it_stopped(
    world: Ministries, fault: dict[str, int], said: str
) -> None:
    """Its failure is seen at the desk; the cursor does not move; the next answer brings everything."""
    code = f"G01-3-{said.replace(' ', '-')}"
    await world.opens(code)
    await world.faults(**fault)
    await world.pulls()
    (standing,) = (await world.ask())["items"]
    assert (standing["failure"], standing["failures"]) == (said, 1)
    assert await world.statuses(code) == []
    await world.pulls()
    assert await world.statuses(code) == [2]
    (standing,) = (await world.ask())["items"]
    assert (standing["failure"], standing["failures"]) == ("", 0)


async def test_a_status_told_late_is_history_and_moves_nothing_back(world: Ministries) -> None:
    """The outside time decides; the row says that it was kept as history."""
    await world.opens("G01-4-1")
    world.passes(600)
    await world.changes("G01-4-1", "CO_KET_QUA")
    await world.pulls()
    await world.changes("G01-4-1", "DANG_XU_LY", minutes_ago=5)
    await world.pulls()
    mirror = await world.mirror("G01-4-1")
    assert mirror is not None
    assert [one["status"] for one in mirror["statuses"]] == [2, 4, 9]
    assert mirror["present"]["status"] == 9
    rows = await world.waiting(state="DONE")
    assert [one["outcome"] for one in rows if one["outside_code"] == "G01-4-1"] == [
        "created",
        "added",
        "history",
    ]


async def test_an_unmapped_procedure_waits_for_people_and_goes_when_it_is_mapped(world: Ministries) -> None:
    """It is on the work list, not lost and not made up; mapped to what is unknown here it comes back."""
    await world.opens("G01-5-1", procedure="TT/KHÁC 99")
    await world.opens("G01-5-2", procedure="TT/KHÁC 99")
    await world.pulls()
    assert await world.mirror("G01-5-1") is None
    (item,) = (await world.ask(f"/{SOURCE}/work-list"))["items"]
    assert (item["kind"], item["code"], item["rows"]) == ("procedure", "TT/KHÁC 99", 2)
    assert (await world.maps("procedure", "TT/KHÁC 99", "9.999999")).status_code == 204
    await world.tells()
    (item,) = (await world.ask(f"/{SOURCE}/work-list"))["items"]
    assert (item["rows"], "procedure_code" in item["reason"]) == (2, True)
    assert (await world.maps("procedure", "TT/KHÁC 99", "1.004873")).status_code == 412
    assert (await world.maps("procedure", "TT/KHÁC 99", "1.004873", seen=1)).status_code == 204
    await world.tells()
    assert [await world.statuses(code) for code in ("G01-5-1", "G01-5-2")] == [[2], [2]]
    assert (await world.ask(f"/{SOURCE}/work-list"))["items"] == []


async def test_a_dossier_worked_here_has_no_second_signer_of_its_status(world: Ministries) -> None:
    """A source that tells of our own code is refused, and people see why."""
    ours = await world.office.accepted()
    await world.opens(ours["dossier_code"])
    await world.pulls()
    (row,) = [
        one for one in await world.waiting(state="REFUSED") if one["outside_code"] == ours["dossier_code"]
    ]
    assert row["reason"].startswith("worked-here")
    assert await world.mirror(ours["dossier_code"]) is None


async def test_a_dossier_service_that_is_away_costs_time_and_nothing_else(
    world: Ministries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows wait and are told when it answers again."""
    inner = world.gateway.runtime.resources.connectors.feed._dossiers._dossiers
    with monkeypatch.context() as away:
        away.setattr(inner, "_url", "http://127.0.0.1:9")
        await world.opens("G01-6-1")
        await world.pulls()
        (row,) = [one for one in await world.waiting(state="WAITING") if one["outside_code"] == "G01-6-1"]
        assert row["attempts"] == 1
        assert row["reason"].startswith("dossier:")
    world.passes(2)
    await world.tells()
    assert await world.statuses("G01-6-1") == [2]


async def test_a_dossier_that_moves_at_that_moment_is_told_again(
    world: Ministries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who loses against an officer waits for the next turn; it was refused until people replayed it."""
    feed = world.gateway.runtime.resources.connectors.feed
    moved = {"code": "stale-version", "title": "Dữ liệu đã thay đổi, hãy tải lại"}

    async def lost(path: str, body: Any, *, scope: str) -> Answered:
        return Answered(412, moved)

    with monkeypatch.context() as racing:
        racing.setattr(feed._dossiers, "tell", lost)
        await world.opens("G01-7-1")
        await world.pulls()
        (row,) = [one for one in await world.waiting(state="WAITING") if one["outside_code"] == "G01-7-1"]
        assert row["reason"].startswith("stale-version")
    world.passes(2)
    await world.tells()
    assert await world.statuses("G01-7-1") == [2]
