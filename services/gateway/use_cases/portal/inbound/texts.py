"""Texts of any length, wherever they are kept, read piece by piece: nothing here holds one whole."""

import copy
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from services.gateway.domain.portal.wire.base64_text import Base64Read, Unescaped
from services.gateway.domain.portal.wire.letters import Reading
from services.gateway.use_cases.portal.ports import OpenWork

PART_BYTES = 1_048_576
"""A body longer than this is kept in parts of this size."""


class Text(Protocol):
    """A text of any length."""

    def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield what stands between two places, piece by piece."""


@dataclass(frozen=True, slots=True)
class AtHand:
    """A text that is small enough to be held."""

    text: bytes

    async def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield it in one piece."""
        yield self.text[start:end]


@dataclass(frozen=True, slots=True)
class InParts:
    """A body as it is kept: part by part, each opened when it is read."""

    open_work: OpenWork
    message_id: UUID

    async def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the parts between two places; raise `SealBroken` where one cannot be opened."""
        for place in range(start // PART_BYTES, -(-end // PART_BYTES)):
            async with self.open_work() as work:
                part: bytes = await work.portal_inbox.part(self.message_id, place)
            first = place * PART_BYTES
            yield part[max(0, start - first) : end - first]


@dataclass(frozen=True, slots=True)
class _Stop:
    """Where reading may begin again: so much of the outer and of the inner text lies before it."""

    outer: int
    inner: int
    reading: Reading


@dataclass(slots=True)
class Within:
    """The text another text stands for: its escapes undone, its letters changed.

    Where it was read once it is not read again from its beginning: the second file of a text begins at the
    stop before it, so that many files in a text in a text cost each of them once.
    """

    outer: Text
    start: int
    end: int
    reading: Reading
    """As it is at the beginning; it is copied, never used up."""
    _stops: list[_Stop] = field(default_factory=list)

    async def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield what stands between two places of the inner text."""
        stop = self._before(start)
        reading, outer, at = copy.copy(stop.reading), stop.outer, stop.inner
        async for piece in self.outer.pieces(outer, self.end):
            plain = reading.feed(piece)
            yield plain[max(0, start - at) : max(0, end - at)]
            at += len(plain)
            outer += len(piece)
            if not self._stops or self._stops[-1].outer < outer:
                self._stops.append(_Stop(outer, at, copy.copy(reading)))
            if at >= end:
                return
        yield reading.close()[max(0, start - at) : max(0, end - at)]

    def _before(self, start: int) -> _Stop:
        for stop in reversed(self._stops):
            if stop.inner <= start:
                return stop
        return _Stop(self.start, 0, self.reading)


@dataclass(frozen=True, slots=True)
class File:
    """A file inside a message, where it lies."""

    text: Text
    start: int
    end: int
    is_of_form: bool = False

    async def content(self) -> AsyncIterator[bytes]:
        """Yield the content piece by piece; raise `NotBase64`."""
        read = Base64Read(self.is_of_form)
        async for piece in self.text.pieces(self.start, self.end):
            yield read.feed(piece)
        yield read.close()

    async def letters(self) -> AsyncIterator[bytes]:
        """Yield it as the text it is; raise `NotBase64` for what is no JSON string."""
        undone = Unescaped()
        async for piece in self.text.pieces(self.start, self.end):
            yield undone.feed(piece)
        yield undone.close()
