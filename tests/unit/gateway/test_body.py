"""The body on its way through: bounded in size and time, whole or streamed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from kernel.web.request import BodyTooLarge, Unreadable
from services.gateway.api.body import BrokenOff, StreamedBody, TimedBody, TooSlow, body_of
from services.gateway.api.refusals import answer_of

Receive = Callable[[], Awaitable[dict[str, Any]]]


def receiving(*parts: bytes, ends: bool = True, breaks: bool = False) -> Receive:
    messages = [
        {"type": "http.request", "body": part, "more_body": not ends or index < len(parts) - 1}
        for index, part in enumerate(parts)
    ]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        if breaks:
            return {"type": "http.disconnect"}
        return await asyncio.Future()

    return receive


async def read(receive: Receive, *, method: str = "POST", limit: int = 10, **headers: str) -> Any:
    given = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return await body_of(method, given, receive, limit=limit, seconds=0.05)


async def to_its_end(body: TimedBody) -> None:
    async with asyncio.timeout(5):
        while True:
            await body()


async def test_a_body_that_stalls_or_trickles_loses_its_place_long_before_its_time_is_up() -> None:
    for stalled in (receiving(ends=False), receiving(b"a" * 65_535, b"b", ends=False)):
        body = TimedBody(stalled, 60, idle=0.05)
        with pytest.raises(TooSlow):
            await to_its_end(body)


async def test_a_body_that_comes_steadily_has_its_time_and_our_own_pauses_are_not_its() -> None:
    body = TimedBody(receiving(*[b"a" * 65_536] * 4), 60, idle=0.05)
    for _ in range(4):
        assert len((await body())["body"]) == 65_536
        await asyncio.sleep(0.08)


async def whole(body: StreamedBody) -> bytes:
    parts: AsyncIterator[bytes] = aiter(body)
    return b"".join([part async for part in parts])


async def test_a_small_body_is_whole() -> None:
    assert await read(receiving(b"ab", b"", b"cd"), content_length="4") == b"abcd"


async def test_a_read_has_no_body() -> None:
    assert await read(receiving(), method="GET") is None
    assert await read(receiving(), method="POST") == b""


async def test_a_body_without_a_length_is_streamed_up_to_the_limit() -> None:
    body = await read(receiving(b"12345", b"67890"), transfer_encoding="chunked")
    assert await whole(body) == b"1234567890"
    body = await read(receiving(b"12345", b"678901"), transfer_encoding="chunked")
    with pytest.raises(BodyTooLarge):
        await whole(body)
    assert isinstance(body.error, BodyTooLarge)


async def test_a_length_that_says_too_much_is_refused_unread() -> None:
    with pytest.raises(BodyTooLarge):
        await read(receiving(), content_length="11")
    with pytest.raises(Unreadable):
        await read(receiving(), content_length="-1")


async def test_a_body_that_does_not_come_does_not_hold_the_door_open() -> None:
    with pytest.raises(TooSlow) as found:
        await read(receiving(b"a", ends=False), content_length="4")
    answer = answer_of(found.value)
    assert answer.status_code == 408
    assert answer.headers["connection"] == "close"


async def test_an_asker_who_went_away_is_noticed() -> None:
    with pytest.raises(BrokenOff):
        await read(receiving(b"a", ends=False, breaks=True), content_length="4")
