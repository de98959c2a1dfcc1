"""The raw body of a portal message read piece by piece, wherever it is kept: nothing here holds it whole."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from services.gateway.domain.portal_base64 import Base64Read, NotBase64, Unescaped
from services.gateway.domain.portal_envelope import as_json, in_one_form
from services.gateway.domain.portal_inbound import Inbound
from services.gateway.domain.portal_outline import (
    Bounds,
    NotJson,
    Outline,
    Outliner,
    outline_of,
)
from services.gateway.use_cases.portal_ports import OpenWork

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
class Within:
    """The text a long string of another text says: its escapes undone."""

    outer: Text
    start: int
    end: int

    async def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield what stands between two places of the inner text."""
        said, at = Unescaped(), 0
        async for piece in self.outer.pieces(self.start, self.end):
            plain = said.feed(piece)
            yield plain[max(0, start - at) : max(0, end - at)]
            at += len(plain)
            if at >= end:
                return
        yield said.close()[max(0, start - at) : max(0, end - at)]


@dataclass(frozen=True, slots=True)
class File:
    """A file inside a message, where it lies."""

    text: Text
    start: int
    end: int

    async def content(self) -> AsyncIterator[bytes]:
        """Yield the content piece by piece; raise `NotBase64`."""
        read = Base64Read()
        async for piece in self.text.pieces(self.start, self.end):
            yield read.feed(piece)
        yield read.close()


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it says itself, and the files in it that are too long to be held."""

    value: Any
    files: dict[str, File]
    """By the text that stands for each in the value."""


async def read_message(message: Inbound, open_work: OpenWork, bounds: Bounds) -> Said:
    """Return what a message says; raise `NotJson`, or `NoOutline` for one past the bounds.

    The content of an envelope may be a JSON text of its own, as roads through a gateway send it.
    """
    if message.outline is not None:
        text: Text = InParts(open_work, message.id)
        outline = message.outline
    else:
        plain = as_json(message.body)
        text, outline = AtHand(plain), outline_of(plain, message.id.hex, bounds)
    value = in_one_form(outline.value())
    files = _files(outline, text)
    if not isinstance(value, dict) or not isinstance(value.get("data"), str):
        return Said(value, files)
    inner = files.pop(value["data"], None)
    if inner is None:
        text = AtHand(value["data"].encode("utf-8", "surrogatepass"))
        outline = outline_of(text.text, message.id.hex[::-1], bounds)
    else:
        text = Within(inner.text, inner.start, inner.end)
        outline = await _outline(text, inner.end - inner.start, message.id.hex[::-1], bounds)
    try:
        data = outline.value()
    except NotJson:
        # A text that is none is as good as no content; who reads the message says so.
        return Said({**value, "data": None}, files)
    return Said({**value, "data": data}, {**files, **_files(outline, text)})


async def _outline(text: Text, length: int, mark: str, bounds: Bounds) -> Outline:
    outliner = Outliner(mark, bounds)
    try:
        async for piece in text.pieces(0, length):
            outliner.feed(piece)
    except NotBase64 as error:
        raise NotJson from error
    return outliner.outline()


def _files(outline: Outline, text: Text) -> dict[str, File]:
    return {
        f"{outline.mark}:{place}": File(text, start, end) for place, (start, end) in enumerate(outline.longs)
    }
