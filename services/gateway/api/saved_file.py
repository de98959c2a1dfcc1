"""A stranger's file, so that it cannot act in this origin: it is saved, never shown."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from kernel.core.errors import NotFound
from kernel.runtime import Runtime
from services.gateway.domain.documents.ledger import Piece

_PIECE, _SECONDS_A_PIECE = 262_144, 60
"""Who takes less than 4 KB a second has gone."""
Pieces = Callable[[Any, UUID, int], Awaitable[Piece | None]]


async def saved_file(
    request: Request, work: Any, *, name: str, size: int, of: UUID, pieces: Pieces
) -> Response:
    """Return a file that is read as fast as its reader takes it; raise `NotFound` when it is kept no more.

    `pieces` reads a part of it with a unit of work: the first with the request's own, the others each with
    one of its own, so that a slow reader holds no connection.
    """
    first = await pieces(work, of, 0)
    if first is None:
        raise NotFound
    # What could not be kept whole has its own size, and nothing to be read.
    length = len(first.content) if first.is_last else size
    return _SavedFile(name, length, of, first, pieces, request.app.state.runtime)


class _SavedFile(Response):
    media_type = "application/octet-stream"

    def __init__(
        self, name: str, length: int, of: UUID, first: Piece, pieces: Pieces, runtime: Runtime
    ) -> None:
        super().__init__(
            headers={
                "Content-Length": str(length),
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            }
        )
        self._of, self._pieces, self._runtime = of, pieces, runtime
        self._piece: Piece | None = first

    async def __call__(
        self,
        scope: Scope,  # noqa: ARG002 - every answer's signature.
        receive: Receive,  # noqa: ARG002 - every answer's signature.
        send: Send,
    ) -> None:
        """Send it; one that is forgotten meanwhile ends short of its length, and its reader is told so."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        place = 0
        while (piece := self._piece) is not None:
            await _sent(piece.content, send)
            place += 1
            self._piece = None if piece.is_last else await self._next(place)
        await send({"type": "http.response.body", "body": b""})

    async def _next(self, place: int) -> Piece:
        async with self._runtime.unit_of_work() as unit:
            found = await self._pieces(self._runtime.open_work(unit), self._of, place)
        if found is None:
            raise NotFound
        return found


async def _sent(content: bytes, send: Send) -> None:
    """Send a piece; what an earlier version kept whole is sent in slices."""
    whole = memoryview(content)
    for start in range(0, len(whole), _PIECE):
        async with asyncio.timeout(_SECONDS_A_PIECE):
            body = bytes(whole[start : start + _PIECE])
            await send({"type": "http.response.body", "body": body, "more_body": True})
