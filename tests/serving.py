"""An application on a real loopback port inside the test's process, which ends when told."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from typing import Any

import uvicorn

GRACE_SECONDS = 1.0
_DATE_SECONDS = 1.0
_TURN_SECONDS = 0.002


class Server(uvicorn.Server):
    """uvicorn's own looks ten times a second whether it may end: hundreds of tests would wait for that."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Leave signals to the test run."""
        return nullcontext()

    def end(self) -> None:
        """Let it end."""
        self._told.set()

    async def main_loop(self) -> None:
        """Serve until told, with the date of now in the answers."""
        while not self._told.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), _DATE_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nobody new, let answers go out, cancel what takes longer than the grace."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                while state.connections or state.tasks:
                    await asyncio.sleep(_TURN_SECONDS)
        for task in state.tasks:
            task.cancel()
        await self.lifespan.shutdown()


@asynccontextmanager
async def served(app: Any, **configured: Any) -> AsyncIterator[str]:
    """Serve on a free port; give the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with serving(app, listener, **configured):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def serving(app: Any, listener: socket.socket, **configured: Any) -> AsyncIterator[None]:
    """Serve on a listener; leaving ends the server and its connections."""
    server = Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none", **configured))
    task = asyncio.create_task(server.serve([listener]))
    while not server.started:
        if task.done():
            task.result()
            raise RuntimeError("the application ended before it listened")
        await asyncio.sleep(_TURN_SECONDS)
    try:
        yield
    finally:
        server.end()
        await task
