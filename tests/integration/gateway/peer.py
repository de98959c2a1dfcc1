"""A real HTTP server standing where a service stands: it shows what reached it, and misbehaves when told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from tests.serving import served


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


@asynccontextmanager
async def a_peer() -> AsyncIterator[Peer]:
    """Serve on a free port of the loopback until the end of the test."""
    peer = Peer()
    async with served(peer) as peer.url:
        yield peer


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
