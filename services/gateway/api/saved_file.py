"""A stranger's file, so that it cannot act in this origin: it is saved, never shown."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import Response
from starlette.types import Receive, Scope, Send

from services.gateway.domain.limits import Overloaded

_PIECE, _SECONDS_A_PIECE = 262_144, 60
"""Who takes less than 4 KB a second has gone: their place is somebody else's."""
# A file is one sealed value: opening it takes three times its size, sending it once. Clerks who open one of
# the largest in the same minute would take all the memory of a process that serves everybody.
_OPENING, _SENDING = asyncio.Semaphore(1), asyncio.Semaphore(3)


def saved(name: str, content: bytes) -> Response:
    """Return a file that is at hand."""
    return Response(content, media_type="application/octet-stream", headers=_headers(name))


class SavedFile(Response):
    """A file that is fetched when there is room to send it, and sent as fast as its reader takes it."""

    media_type = "application/octet-stream"

    def __init__(self, name: str, fetch: Callable[[], Awaitable[bytes]]) -> None:
        """Raise `Overloaded` when as many as there is room for are being sent."""
        if _SENDING.locked():
            raise Overloaded
        super().__init__(headers=_headers(name))
        self._fetch = fetch

    async def __call__(
        self,
        scope: Scope,  # noqa: ARG002 - every answer's signature.
        receive: Receive,  # noqa: ARG002 - every answer's signature.
        send: Send,
    ) -> None:
        """Send it; who hangs up, and who comes to the end, makes room."""
        async with _SENDING:
            async with _OPENING:
                content = memoryview(await self._fetch())
            self.headers["content-length"] = str(len(content))
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            for start in range(0, len(content), _PIECE):
                piece = bytes(content[start : start + _PIECE])
                async with asyncio.timeout(_SECONDS_A_PIECE):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
