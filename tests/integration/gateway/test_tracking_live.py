"""Live changes of a tracked dossier, and tracking while the service that works it is down."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from kernel.testing.running import RunningService, an_event
from services.gateway.domain.limits import Streams
from services.gateway.use_cases import live_changes
from tests.integration.gateway.conftest import Open, token_of
from tests.integration.gateway.test_tracking import CODE, SECRET, a_dossier_event, track
from tests.serving import serving


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_changes, "LOOK_SECONDS", 0.05)


@asynccontextmanager
async def following(
    door: RunningService, secret: str = SECRET, last: str = ""
) -> AsyncIterator[asyncio.StreamReader]:
    """Open the stream over a socket."""
    app = door.client._transport.app  # type: ignore[attr-defined]  # the application itself.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with serving(app, listener):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            head = f"GET /api/v1/tracking/changes?code={CODE}&secret={secret} HTTP/1.1\r\nHost: x\r\n"
            writer.write(f"{head}Last-Event-ID: {last}\r\n\r\n".encode())
            yield reader
            writer.close()


async def next_event(reader: asyncio.StreamReader) -> tuple[str, dict[str, Any]]:
    async with asyncio.timeout(5):
        while True:
            line = await reader.readline()
            if line.startswith(b"id: "):
                name = line[4:].decode().strip()
            if line.startswith(b"data: "):
                return name, json.loads(line[6:])


async def test_changes_come_as_they_happen_masked_and_go_on_where_one_left_off(door: RunningService) -> None:
    await door.receive(a_dossier_event("submitted", 1), a_dossier_event("accepted", 2))
    async with following(door) as reader:
        first, shown = await next_event(reader)
        assert shown == (await track(door)).json()
        assert "Nguyễn Văn An" not in json.dumps(shown, ensure_ascii=False)
        await door.receive(a_dossier_event("returned", 3, state="RETURNED"))
        second, now = await next_event(reader)
        assert (now["state"], second != first) == ("RETURNED", True)
    async with following(door, last=first) as reader:
        assert (await next_event(reader))[0] == second
    async with following(door, last=second) as reader:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await next_event(reader)
    assert door.runtime.resources.streams.count == 0


async def test_a_wrong_secret_is_refused_and_counted_as_by_the_look_up(door: RunningService) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    path = "/api/v1/tracking/changes"
    told = [
        (await door.client.get(path, params={"code": CODE, "secret": "WRONG"})).status_code for _ in range(6)
    ]
    assert told[0] == 404
    assert told[-1] == 429
    assert (await track(door)).status_code == 429
    assert (await door.client.get(path, params={"code": CODE})).status_code == 422


async def test_the_head_of_a_stream_is_an_answer_and_holds_no_place(door: RunningService) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    app = door.client._transport.app  # type: ignore[attr-defined]  # the application itself.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with serving(app, listener), asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            head = f"HEAD /api/v1/tracking/changes?code={CODE}&secret={SECRET} HTTP/1.1\r\nHost: x\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode())
            said = await reader.read()
            while door.runtime.resources.streams.count:
                await asyncio.sleep(0.01)
            writer.close()
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert b"text/event-stream" in said
    assert b"data:" not in said


async def test_a_stream_ends_when_the_dossier_is_forgotten(door: RunningService) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    async with following(door) as reader:
        await next_event(reader)
        await door.receive(a_dossier_event("destroyed", 9))
        async with asyncio.timeout(5):
            while await reader.readline() != b"0\r\n":
                pass


async def test_streams_are_so_many_and_no_more(door: RunningService) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    object.__setattr__(door.runtime.resources, "streams", Streams(1, 1))
    async with following(door) as reader:
        await next_event(reader)
        params = {"code": CODE, "secret": SECRET}
        refused = await door.client.get("/api/v1/tracking/changes", params=params)
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert (await track(door)).status_code == 200


async def test_tracking_answers_while_the_dossier_service_is_down(open_door: Open) -> None:
    door = await open_door(dossier_url="http://127.0.0.1:9")
    await door.receive(a_dossier_event("accepted", 2))
    headers = await token_of(door, "cong-dan-an")
    for _ in range(7):
        assert (await door.client.get("/api/v1/dossiers", headers=headers)).status_code == 503
    answer = await track(door)
    assert answer.status_code == 200
    assert answer.json()["code"] == CODE
    async with following(door) as reader:
        assert (await next_event(reader))[1] == answer.json()


async def test_everybody_who_follows_is_looked_after_by_one_statement_a_turn(
    door: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten streams on one dossier: a quiet turn is one statement, and once all have left there is none."""
    monkeypatch.setattr(live_changes, "LOOK_SECONDS", 3600)
    await door.receive(a_dossier_event("accepted", 2))
    tracking = door.runtime.resources.live._tracking
    counted = tracking._pool = _Counted(door.runtime.pool)
    async with AsyncExitStack() as streams:
        readers = [await streams.enter_async_context(following(door)) for _ in range(10)]
        for reader in readers:
            await next_event(reader)
        live = door.runtime.resources.live
        await live.look()
        await _until(lambda: counted.calls.count("fetchrow") == 20)
        counted.calls.clear()
        for _ in range(3):
            await live.look()
        assert counted.calls == ["fetch"] * 3, "a quiet turn is one statement, however many follow"
        await door.receive(a_dossier_event("returned", 3, state="RETURNED"))
        await live.look()
        for reader in readers:
            assert (await next_event(reader))[1]["state"] == "RETURNED"
        # Who was still reading when all were rung sees the change in that same reading.
        assert counted.calls.count("fetch") == 4
        assert 1 <= counted.calls.count("fetchrow") <= 10, "what changed is read once by each, not more"
    await _until(lambda: live._looking is None)
    assert (live._followers, live._marks) == ({}, {})


async def test_a_member_or_an_agencys_name_that_changes_is_told_too(door: RunningService) -> None:
    """The mark covers what the picture is made of: the row, its step's agency, its members' rows."""
    step = {"code": "tham-dinh", "name": "Thẩm định", "unit": "chuyen-mon", "agency": "H99.201"}
    await door.receive(a_dossier_event("accepted", 2, step=step))
    async with following(door) as reader:
        assert (await next_event(reader))[1]["step"]["agency"] == ""
        await _until(lambda: bool(door.runtime.resources.live._marks))
        agency = {"code": "H99.201", "name": "UBND phường Bến Lam", "units": []}
        await door.receive(an_event("agency.changed.v1", "H99.201", agency))
        assert (await next_event(reader))[1]["step"]["agency"] == "UBND phường Bến Lam"


async def test_streams_outlive_a_look_that_fails(
    door: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.receive(a_dossier_event("accepted", 2))
    tracking = door.runtime.resources.live._tracking
    async with following(door) as reader:
        await next_event(reader)
        real, failures = tracking._pool, []

        class Away:
            async def fetch(self, *_: Any) -> Any:
                failures.append(1)
                raise ConnectionResetError

        tracking._pool = Away()
        await _until(lambda: len(failures) > 1)
        tracking._pool = real
        await door.receive(a_dossier_event("returned", 3, state="RETURNED"))
        assert (await next_event(reader))[1]["state"] == "RETURNED"


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.01)


class _Counted:
    """Passes calls on to the pool and keeps their names."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.calls: list[str] = []

    async def fetchrow(self, *given: Any) -> Any:
        self.calls.append("fetchrow")
        return await self._pool.fetchrow(*given)

    async def fetch(self, *given: Any) -> Any:
        self.calls.append("fetch")
        return await self._pool.fetch(*given)
