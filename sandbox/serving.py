"""Several small HTTP servers on one event loop, ended together by one signal."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass

import uvicorn
import uvloop
from fastapi import FastAPI


@dataclass(frozen=True)
class Listener:
    """An application and the loopback address it answers on."""

    app: FastAPI
    host: str
    port: int


class CouldNotStart(Exception):  # noqa: N818  Errors are named for the fact.
    """An application ended before it was asked to; the message names it."""


class _QuietServer(uvicorn.Server):
    """Leaves signals to `serve`, which ends all servers at once instead of the last one to start."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bound(listener: Listener) -> socket.socket:
    """Listen with the protocol named: asyncio sets TCP_NODELAY only on sockets that say they are TCP.

    Without it every answer waits 40 ms for the other side's delayed acknowledgement.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((listener.host, listener.port))
        bound.listen(2048)
    except OSError:
        bound.close()
        raise
    return bound


async def serve(listeners: Sequence[Listener], *, stop: asyncio.Event | None = None) -> None:
    """Serve until SIGINT, SIGTERM or `stop`; open requests are finished first.

    Every address is bound before the first application starts, so a taken port is an `OSError` at once.
    An application that cannot start ends all of them with `CouldNotStart`.
    """
    sockets = [_bound(one) for one in listeners]
    servers = [
        _QuietServer(
            uvicorn.Config(one.app, access_log=False, log_level="warning", timeout_graceful_shutdown=5)
        )
        for one in listeners
    ]
    ended = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)

    async def end_all() -> None:
        await ended.wait()
        for server in servers:
            server.should_exit = True

    failed: list[str] = []

    async def serve_one(listener: Listener, server: uvicorn.Server, bound: socket.socket) -> None:
        # uvicorn leaves the process when a lifespan fails; the others still have to end in order.
        with contextlib.suppress(SystemExit):
            await server.serve(sockets=[bound])
        if not ended.is_set():
            failed.append(listener.app.title)
            ended.set()

    ending = asyncio.create_task(end_all())
    try:
        async with asyncio.TaskGroup() as group:
            for listener, server, bound in zip(listeners, servers, sockets, strict=True):
                group.create_task(serve_one(listener, server, bound))
    finally:
        ending.cancel()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(name)
    if failed:
        raise CouldNotStart(", ".join(failed))


def run(main: Coroutine[None, None, None]) -> None:
    """Run a simulator's main on the fast event loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
