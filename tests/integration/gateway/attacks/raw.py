"""The door on a port, spoken to in bytes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from kernel.testing.running import RunningService
from kernel.web.listener import Protocol
from services.gateway.domain.route_match import RouteTable
from services.gateway.domain.routes import ROUTES
from tests.integration.gateway.attacks.conftest import SOON
from tests.serving import serving


class Hasty(Protocol):
    """The listener of every service, less patient."""

    head_seconds = 0.3


def hasty(door: RunningService) -> RunningService:
    """Let every route wait for a body as long as these tests do."""
    quick = RouteTable([replace(route, timeout_seconds=1.0) for route in ROUTES])
    door.runtime.resources = replace(door.runtime.resources, table=quick)
    return door


@asynccontextmanager
async def listening(door: RunningService, *, http: type[Protocol] = Protocol) -> AsyncIterator[int]:
    """Serve the door on a port of the loopback, as a process of it does."""
    app = door.client._transport.app  # type: ignore[attr-defined]  # the application itself.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with serving(app, listener, http=http):
            yield listener.getsockname()[1]


async def said_to(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Return all the door answers to these bytes; the pause lies between them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = bytearray()
    answer = asyncio.ensure_future(_listen(reader, heard))
    try:
        for part in parts:
            if answer.done():
                break
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
    except ConnectionError:
        pass  # The door hung up while we spoke: what it said before counts.
    try:
        async with asyncio.timeout(SOON):
            await answer
    finally:
        writer.close()
    return bytes(heard)


async def _listen(reader: asyncio.StreamReader, heard: bytearray) -> None:
    """Hear until the door hangs up; one that hangs up hard has said what it said before."""
    try:
        while piece := await reader.read(65_536):
            heard += piece
    except ConnectionResetError:
        return
