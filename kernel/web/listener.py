"""An HTTP port of this process: the public one of an api, and the operations port every role has."""

import asyncio
import contextlib
import socket

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_log = structlog.get_logger()


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with the head of a request bounded in time and size, and its tail too.

    uvicorn itself waits for a head without an end, and the parser keeps whatever comes: a few hundred such
    connections would hold the process's descriptors and memory. An `Upgrade` we do not offer is ignored, as
    RFC 9110 (7.8) allows. Trailers are no headers: uvicorn would add what follows a body in pieces to the
    head, where a proxy before us has taken such names away, so they are read over.
    """

    head_seconds = 15.0
    head_bytes = 65_536
    _late: asyncio.TimerHandle | None = None
    _head_size = 0
    _messages = 0
    _around = 0
    """Bytes of the message's body and what stands around its pieces: sizes, their extensions, trailers."""
    _inside = 0
    """Bytes of the body itself."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's.
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._head_came()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to wait for the head of a further request on a kept connection."""
        super().on_message_begin()
        self._messages += 1
        self._around = self._inside = 0
        if self._late is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        """Hand the request on."""
        self._head_came()
        super().on_headers_complete()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header of the head; a trailer is dropped."""
        if self._late is not None:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._inside += len(body)
        super().on_body(body)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head, or what stands around the body, grows past its bound."""
        message = self._messages
        super().data_received(data)
        if self._late is None and self._messages == message:
            self._around += len(data)
            # Pieces of one byte each take five more; what is told beside them has the room of a head.
            if self._around > self.head_bytes + 8 * self._inside:
                self._turn_away(b"431 Request Header Fields Too Large")
        elif self._late is not None:
            self._head_size += len(data)
            if self._head_size > self.head_bytes:
                self._turn_away(b"431 Request Header Fields Too Large")

    def _expect_head(self) -> None:
        self._head_size = 0
        self._late = self.loop.call_later(self.head_seconds, self._head_is_late)

    def _head_came(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _head_is_late(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            # The answer to the request before is still on its way.
            self._expect_head()
            return
        self._turn_away(b"408 Request Timeout")

    def _turn_away(self, status: bytes) -> None:
        self._head_came()
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: whoever asks for WebSocket would fill the log with advice on installing one."""


class _Server(uvicorn.Server):
    """A server that leaves signals to the process and says where it listens, and for whom."""

    def __init__(self, config: uvicorn.Config, name: str) -> None:
        super().__init__(config)
        self._name = name

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - uvicorn's own signature.
        """Capture nothing."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Bind; a port given as 0 is known from the log alone."""
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        _log.info("listening", name=self._name, host=self.config.host, port=port)


async def listen(app: ASGIApp, name: str, host: str, port: int, *, until: asyncio.Event) -> None:
    """Serve until the event, then let what is in hand finish; a taken port ends the process."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="none",
        http=Protocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        # Whose address counts is the gateway's setting (trusted proxies), never a header's own word.
        proxy_headers=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=20,
        backlog=2048,
    )
    server = _Server(config, name)
    stop = asyncio.create_task(_stop(server, until))
    try:
        await server.serve()
    finally:
        stop.cancel()


async def _stop(server: _Server, until: asyncio.Event) -> None:
    await until.wait()
    server.should_exit = True
