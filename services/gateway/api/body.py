"""The body of a request on its way through: bounded, whole when small, streamed when large."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from math import inf

from starlette.types import Message, Receive

from kernel.web.request import BodyTooLarge, Unreadable

_WHOLE_BYTES = 262_144
_STREAMED_SHARE = 0.9
_STEADY_BYTES = 65_536
"""So much must come in each `idle` seconds of waiting."""


class BrokenOff(Exception):  # noqa: N818 - the fact is the name.
    """The asker went away before the body was complete."""


class TooSlow(Exception):  # noqa: N818 - the fact is the name.
    """The body did not come in the time its route has (408)."""


class TimedBody:
    """A request's `receive` that gives its body so many seconds in all, then raises `TooSlow`.

    With `idle` each further 64 KB have so many seconds of waiting: one that stalls does not keep its place
    for all the time that a long body has. Our own pauses between two pieces are not the sender's.
    """

    def __init__(self, receive: Receive, seconds: float, *, idle: float = inf) -> None:
        self._receive = receive
        self._seconds = seconds
        self._until: float | None = None
        self._is_whole = False
        self._idle = self._left = idle
        self._came = 0

    async def __call__(self) -> Message:
        """Return the next message; once the body is whole, waiting for the asker to go has no end."""
        if self._is_whole:
            return await self._receive()
        now = asyncio.get_running_loop().time()
        self._until = self._until or now + self._seconds
        try:
            async with asyncio.timeout_at(min(self._until, now + self._left)):
                message = await self._receive()
        except TimeoutError as error:
            raise TooSlow from error
        self._left -= asyncio.get_running_loop().time() - now
        self._came += len(message.get("body", b""))
        if self._came >= _STEADY_BYTES:
            self._left, self._came = self._idle, 0
        self._is_whole = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message


def has_body(given: Mapping[bytes, bytes]) -> bool:
    """Tell whether a request says that a body follows its head."""
    return b"transfer-encoding" in given or given.get(b"content-length", b"0") != b"0"


class AwaitedBody:
    """A request's `receive` that calls `came` once its body is whole, or its asker has gone."""

    def __init__(self, receive: Receive, came: Callable[[], object]) -> None:
        self._receive = receive
        self._came = came

    async def __call__(self) -> Message:
        """Return the next message."""
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._came()
        return message


class StreamedBody:
    """A long body, handed on as it comes; `error` tells why it ended before its end."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self.error: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the parts; a part too many, or an asker gone, ends the request to the service unfinished."""
        try:
            async for part in _parts(self._receive, self._limit):
                yield part
        except (BodyTooLarge, BrokenOff, TooSlow) as error:
            self.error = error
            raise


async def body_of(
    method: str, given: Mapping[bytes, bytes], receive: Receive, *, limit: int, seconds: float
) -> bytes | StreamedBody | None:
    """Return the body; raise `BodyTooLarge` before reading one that says so itself, or `TooSlow`.

    A streamed body has most of the time of the whole request: that it was slow is then known before the hop
    to the service ends, and is not taken for the service's silence.
    """
    declared = given.get(b"content-length")
    if declared is None and b"transfer-encoding" not in given:
        return None if method in {"GET", "HEAD"} else b""
    if declared is not None:
        if not declared.isdigit():
            raise Unreadable
        if int(declared) > limit:
            raise BodyTooLarge
        if int(declared) <= _WHOLE_BYTES:
            try:
                async with asyncio.timeout(seconds):
                    return b"".join([part async for part in _parts(receive, limit)])
            except TimeoutError as error:
                raise TooSlow from error
    return StreamedBody(TimedBody(receive, seconds * _STREAMED_SHARE), limit)


async def _parts(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    size, is_more = 0, True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BrokenOff
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise BodyTooLarge
        is_more = message.get("more_body", False)
        if part:
            yield part
