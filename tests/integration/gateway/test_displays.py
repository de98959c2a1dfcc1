"""The hall's displays, through the gateway: sockets, two services, one database."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from kernel.testing.running import TEST_KEY, RunningService
from kernel.tls import authorities
from services.dossier.api.desk import displays
from services.dossier.jobs.tidy_desk import TIDY_DESK
from services.dossier.store.desk import displays as streams
from tests.builders.dossier.hall import POINT, Hall
from tests.serving import served

SECONDS = 10


@dataclass
class Screen:
    """A display in the hall, hearing the stream."""

    response: httpx.Response
    lines: AsyncIterator[str]

    async def next(self) -> tuple[str, int, dict[str, Any]]:
        """Return the next event: its name, id and data; heartbeats are passed over."""
        found: dict[str, str] = {}
        async with asyncio.timeout(SECONDS):
            async for line in self.lines:
                if not line and "data" in found:
                    return found["event"], int(found["id"]), json.loads(found["data"])
                name, _, value = line.partition(": ")
                found[name] = value
        raise AssertionError("the stream ended")

    async def called(self) -> list[str]:
        """Return the numbers on the board as it stands."""
        name, _, data = await self.next()
        assert name == "board"
        return [item["label"] for item in data["called"]]


@dataclass
class World:
    """A hall and the gateway before it."""

    hall: Hall
    door: RunningService
    client: httpx.AsyncClient

    @asynccontextmanager
    async def screen(self, last: int | None = None) -> AsyncIterator[Screen]:
        """Open a display, after the event seen last."""
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        path = f"/api/v1/displays/{POINT}"
        async with self.client.stream("GET", path, headers=headers, timeout=SECONDS) as response:
            assert response.status_code == 200, await response.aread()
            yield Screen(response, aiter(response.aiter_lines()))

    @property
    def watched(self) -> int:
        """How many displays the dossier service has."""
        found: int = self.hall.service.runtime.resources.displays.count
        return found

    async def until_watched(self, count: int) -> None:
        """Wait until so many displays are left."""
        async with asyncio.timeout(SECONDS):
            while self.watched != count:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def a_world(start: Callable[..., Awaitable[RunningService]]) -> AsyncIterator[World]:
    """Serve both on sockets of their own."""
    hall = Hall(await start("dossier"))
    async with served(hall.service.client._transport.app) as dossier_url:  # type: ignore[attr-defined]
        door = await start("gateway", internal_private_jwk=json.dumps(TEST_KEY), dossier_url=dossier_url)
        async with (
            served(door.client._transport.app) as url,  # type: ignore[attr-defined]
            httpx.AsyncClient(base_url=url, verify=authorities()) as client,
        ):
            yield World(hall, door, client)


@pytest.fixture(scope="module")
async def shared(start_once: Callable[..., Awaitable[RunningService]]) -> AsyncIterator[World]:
    async with a_world(start_once) as found:
        yield found


@pytest.fixture
async def world(shared: World) -> World:
    await (await shared.hall.emptied()).open()
    return shared


async def test_a_display_shows_numbers_and_counters_and_nothing_else(world: World) -> None:
    """The board as it stands first, then each call as it is committed, to every display of the hall."""
    await world.hall.take()
    await world.hall.take()
    session = await world.hall.sit()
    first = await world.hall.call(session)
    async with world.screen() as one, world.screen() as two:
        assert one.response.headers["content-type"].startswith("text/event-stream")
        assert one.response.headers["cache-control"] == "no-store, no-transform"
        assert await one.called() == await two.called() == ["A001"]
        await world.hall.serve(first)
        await world.hall.call(session)
        seen = [await one.next() for _ in range(3)]
        assert [await two.next() for _ in range(3)] == seen
    assert [(number, data["what"], data["label"]) for _, number, data in seen] == [
        (2, "SERVING", "A001"),
        (3, "LEFT", "A001"),
        (4, "CALLED", "A002"),
    ]
    assert set(seen[-1][2]) == {"what", "label", "group", "counter", "counter_name", "at"}
    await world.until_watched(0)


async def test_a_display_that_comes_back_gets_what_it_missed_once(world: World) -> None:
    for _ in range(3):
        await world.hall.take()
    session = await world.hall.sit()
    async with world.screen() as screen:
        await screen.called()
        ticket = await world.hall.call(session)
        last = (await screen.next())[1]
    await world.hall.serve(ticket)
    await world.hall.call(session)
    async with world.screen(last) as screen:
        found = [await screen.next() for _ in range(3)]
        assert [number for _, number, _ in found] == [last + 1, last + 2, last + 3]
        assert found[-1][2]["label"] == "A002"
    async with world.screen(last + 900) as screen:
        assert await screen.called() == ["A002"]


async def test_a_display_away_too_long_gets_the_board(world: World) -> None:
    await world.hall.take()
    session = await world.hall.sit()
    await world.hall.serve(await world.hall.call(session))
    world.hall.service.clock.advance(timedelta(days=3))
    await world.hall.service.run_job(TIDY_DESK)
    assert await world.hall.service.count("display_events") == 0
    async with world.screen(1) as screen:
        assert await screen.called() == []


async def test_calls_during_the_display_s_coming_are_shown_once_and_in_order(world: World) -> None:
    """Twenty displays come while thirty calls are made: each sees every event after its beginning."""
    session = await world.hall.sit()

    async def watch() -> list[int]:
        async with world.screen() as screen:
            _, begun, _ = await screen.next()
            ids = [begun]
            while ids[-1] < 30:
                ids.append((await screen.next())[1])
            return ids

    async def work() -> None:
        for _ in range(10):
            await world.hall.take()
            await world.hall.serve(await world.hall.call(session))

    *found, _ = await asyncio.gather(*(watch() for _ in range(20)), work())
    for ids in found:
        assert ids == list(range(ids[0], 31))


async def test_a_silent_stream_beats_and_a_lost_display_is_let_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(displays, "HEARTBEAT_SECONDS", 0.05)
    async with world.screen() as screen:
        await screen.called()
        async with asyncio.timeout(SECONDS):
            async for line in screen.lines:
                if line.startswith(":"):
                    break
        assert world.watched == 1
        assert world.door.runtime.resources.streams.count == 1
    await world.until_watched(0)
    async with asyncio.timeout(SECONDS):
        while world.door.runtime.resources.streams.count:
            await asyncio.sleep(0.02)


async def test_there_is_room_for_so_many_displays_and_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MOST_CLIENTS", 1)
    async with world.screen() as screen:
        await screen.called()
        answer = await world.client.get(f"/api/v1/displays/{POINT}", timeout=SECONDS)
        assert (answer.status_code, answer.json()["code"]) == (503, "too-many-displays")
    await world.until_watched(0)
    async with world.screen() as screen:
        await screen.called()


async def test_streams_end_when_either_service_is_told_to_stop(
    start: Callable[..., Awaitable[RunningService]],
) -> None:
    async with a_world(start) as world:
        await world.hall.open()
        async with world.screen() as screen:
            await screen.called()
            world.door.runtime.stopping.set()
            # The answer has no end of its own: it is broken off.
            with pytest.raises(httpx.RemoteProtocolError):
                [line async for line in screen.lines]
        await world.until_watched(0)
        world.door.runtime.stopping.clear()
        async with world.screen() as screen:
            await screen.called()
            world.hall.service.runtime.stopping.set()
            async with asyncio.timeout(SECONDS):
                assert [line async for line in screen.lines if line] == []


async def test_an_unknown_hall_has_no_display(world: World) -> None:
    answer = await world.client.get("/api/v1/displays/khong-co", timeout=SECONDS)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
