"""Requests without a socket: to the door, and from the door to the services behind it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp

from services.gateway.use_cases.ports import UpstreamAnswer, UpstreamRequest
from tests.plugin_promises import unpromised


@dataclass
class Heard:
    """An answer."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] | None = None
    body: bytes = b""

    def breaks(self, service: str, method: str, target: str) -> str:
        """Return what of this answer its service has not promised."""
        kind = dict(self.headers or []).get(b"content-type", b"").decode()
        return unpromised(service, method, target.partition("?")[0], self.status, kind, self.body)


async def ask(
    app: ASGIApp,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    is_stream: bool = False,
) -> Heard:
    """Send one request to an application; a stream is left as soon as it has begun."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("door", 80),
    }
    heard, begun, is_sent = Heard(), asyncio.Event(), False

    async def receive() -> dict[str, Any]:
        nonlocal is_sent
        if is_sent:
            await asyncio.Event().wait()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            heard.status, heard.headers = message["status"], list(message["headers"])
            begun.set()
        else:
            heard.body += message.get("body", b"")

    if not is_stream:
        await app(scope, receive, send)
        return heard
    task = asyncio.ensure_future(app(scope, receive, send))
    waiting = asyncio.ensure_future(begun.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    for one in (task, waiting):
        one.cancel()
    await asyncio.gather(task, waiting, return_exceptions=True)
    return heard


class InProcess:
    """The door's hop to the services, all of them in this process."""

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = apps
        self.broken: set[str] = set()

    async def send(self, request: UpstreamRequest) -> UpstreamAnswer:
        """Return what the service answers."""
        body = request.body if isinstance(request.body, bytes) else await _whole(request.body)
        heard = await ask(
            self._apps[request.service],
            request.method,
            request.target,
            request.headers,
            body,
            is_stream=request.is_stream,
        )
        self.broken.add(heard.breaks(request.service, request.method, request.target))
        return UpstreamAnswer(heard.status, heard.headers or [], heard.body)


async def _whole(body: AsyncIterator[bytes] | None) -> bytes:
    return b"".join([part async for part in body]) if body is not None else b""
