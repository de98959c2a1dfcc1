"""Live changes of a tracked dossier, and tracking while the service that works it is down."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kernel.testing.running import RunningService
from services.gateway.api import tracking_stream
from services.gateway.domain.limits import Streams
from tests.integration.gateway.conftest import Open, token_of
from tests.integration.gateway.peer import serving
from tests.integration.gateway.test_tracking import CODE, SECRET, a_dossier_event, track


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking_stream, "LOOK_SECONDS", 0.05)


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
