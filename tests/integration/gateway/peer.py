"""A real HTTP server standing where a service stands: it shows what reached it, and misbehaves when told."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvicorn
from starlette.types import Receive, Scope, Send


@dataclass
class Seen:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Peer:
    """What the server has seen, and how it answers next."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    status: int = 200
    body: bytes = b'{"ok":true}'
    headers: dict[str, str] = field(default_factory=dict)
    wait: asyncio.Event | None = None
    documents: dict[str, Any] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode()
        self.seen.append(Seen(scope["method"], scope["raw_path"].decode(), query, headers, body))
        if self.wait is not None:
            await self.wait.wait()
        answer = orjson.dumps(self.documents[scope["path"]]) if scope["path"] in self.documents else self.body
        sent = {"content-type": "application/json", "content-length": str(len(answer)), **self.headers}
        raw = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer})


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Leave signals to the test."""


@asynccontextmanager
async def a_peer() -> AsyncIterator[Peer]:
    """Serve on a free port of the loopback until the end of the test."""
    peer = Peer()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serving(peer, listener):
            yield peer


@asynccontextmanager
async def serving(app: Any, listener: socket.socket, http: Any = "auto") -> AsyncIterator[None]:
    """Serve an application on a listener; leaving ends the server and its connections."""
    config = uvicorn.Config(
        app,
        http=http,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    task = asyncio.create_task(server._serve([listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@dataclass
class DroppingServer:
    """Closes the connection of its first request without a word, and answers the second."""

    url: str = ""
    requests: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        if self.requests > 1:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            await writer.drain()
        writer.close()


@asynccontextmanager
async def a_dropping_server() -> AsyncIterator[DroppingServer]:
    dropping = DroppingServer()
    server = await asyncio.start_server(dropping.serve, "127.0.0.1", 0)
    dropping.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield dropping
