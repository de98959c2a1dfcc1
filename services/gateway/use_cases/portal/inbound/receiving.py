"""Keeps what the portal sends as it comes: hashed, sealed part by part, committed before it is understood."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from kernel.core.ids import new_id
from services.gateway.domain.portal.inbound.messages import Inbound
from services.gateway.domain.portal.wire.letters import Letters, Reading, letters_of, reading_of
from services.gateway.domain.portal.wire.outline import Bounds, Outliner
from services.gateway.use_cases.portal.inbound.texts import PART_BYTES
from services.gateway.use_cases.portal.ports import OpenWork

_FIRST_RETRY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class KeepMessages:
    """What is told to be kept is durable; of a body that never ended only parts stay, which are swept."""

    open_work: OpenWork
    bounds: Bounds

    async def keep(
        self, path: str, body: AsyncIterator[bytes], now: datetime, beside: Mapping[str, str]
    ) -> Inbound:
        """Keep a message whatever it says; a short one in its row, a long one in parts before its row.

        What its address says of it lies over it as corrections do, so that the body stays as it came.
        """
        empty = Inbound(
            id=new_id(), path=path, body=b"", sha256=b"", received_at=now, corrections=beside, is_new=True
        )
        coming = _Coming(self, empty)
        async for piece in body:
            await coming.take(piece)
        message = await coming.whole()
        async with self.open_work() as work:
            work.portal_inbox.keep(message, retry_at=now + _FIRST_RETRY)
        return message


@dataclass(slots=True)
class _Coming:
    """A body on its way in; no more of it than a part and a piece is held."""

    into: KeepMessages
    message: Inbound
    held: bytearray = field(default_factory=bytearray)
    parts: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    outliner: Outliner = field(init=False)
    letters: Letters = Letters.UTF_8
    reading: Reading | None = None

    def __post_init__(self) -> None:
        self.outliner = Outliner(self.message.id.hex, self.into.bounds)

    async def take(self, piece: bytes) -> None:
        """Keep a part as soon as more than a part is there."""
        self.held += piece
        while len(self.held) > PART_BYTES:
            await self._keep_part(bytes(self.held[:PART_BYTES]))
            del self.held[:PART_BYTES]

    async def whole(self) -> Inbound:
        """Return the message once its body has ended."""
        rest = bytes(self.held)
        if not self.parts:
            return replace(self.message, body=rest, sha256=hashlib.sha256(rest).digest())
        await self._keep_part(rest)
        if self.reading is not None:
            self.outliner.feed(self.reading.close())
        outline = replace(self.outliner.outline(), letters=self.letters)
        return replace(self.message, sha256=self.digest.digest(), parts=self.parts, outline=outline)

    async def _keep_part(self, part: bytes) -> None:
        self.digest.update(part)
        if not self.parts:
            self.letters = letters_of(part[:100])
            self.reading = reading_of(self.letters)
        # A part of nothing but short values takes long to look through.
        plain = part if self.reading is None else await asyncio.to_thread(self.reading.feed, part)
        await asyncio.to_thread(self.outliner.feed, plain)
        async with self.into.open_work() as work:
            work.portal_inbox.keep_part(self.message, self.parts, part)
        self.parts += 1
