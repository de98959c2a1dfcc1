"""An HTTP port of this process: the public one of an api, and the operations port every role has."""

import asyncio
import contextlib
import socket

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_log = structlog.get_logger()


class _Protocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it. An `Upgrade` we do not offer is ignored, as RFC 9110 (7.8) allows."""

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
        http=_Protocol,
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
