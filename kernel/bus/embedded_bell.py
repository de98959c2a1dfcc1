"""Rings when somebody publishes or a group changes: one LISTEN connection for a whole bus."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import asyncpg
import structlog

from kernel.bus.embedded_errors import AWAY
from kernel.bus.embedded_schema import BELL, RING
from kernel.core.ending import as_told
from kernel.core.waiting import wait_at_most

Connect = Callable[[str], Any]
"""Opens a connection for the purpose named."""
_LONGEST_WAIT = 2.0
_log = structlog.get_logger()


class Bell:
    """Hears notifications for the subscriptions of this process and rings for others.

    A ring that is lost costs a reader no more than its own polling interval.
    """

    def __init__(self, connect: Connect, pool: asyncpg.Pool) -> None:
        self._connect = connect
        self._pool = pool
        self._hearers: dict[asyncio.Event, frozenset[str]] = {}
        self._to_ring: set[str] = set()
        self._ringing = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to listen and to ring, for as long as the bus is open."""
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._ring())]

    async def close(self) -> None:
        """Hear and ring no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hear(self, event: asyncio.Event, whats: Iterable[str]) -> None:
        """Set the event whenever one of these is rung."""
        self._hearers[event] = frozenset(whats)

    def forget(self, event: asyncio.Event) -> None:
        """Set the event no more."""
        self._hearers.pop(event, None)

    def ring(self, whats: Iterable[str]) -> None:
        """Ring soon; rings of one moment go out together, after what they tell of is committed."""
        self._to_ring.update(whats)
        self._ringing.set()

    async def _ring(self) -> None:
        while True:
            await self._ringing.wait()
            self._ringing.clear()
            whats, self._to_ring = sorted(self._to_ring), set()
            try:
                with as_told():
                    await self._pool.execute(RING, whats)
            except AWAY as error:
                _log.info("bus_ring_lost", error=repr(error))

    async def _listen(self) -> None:
        wait = 0.1
        while True:
            try:
                with as_told():
                    await self._hear()
                wait = 0.1
            except AWAY as error:
                _log.warning("bus_bell_waits", error=repr(error))
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _hear(self) -> None:
        connection = await self._connect("bell")
        try:
            await self._hear_until_lost(connection)
        finally:
            connection.terminate()

    async def _hear_until_lost(self, connection: Any) -> None:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(BELL, lambda _connection, _pid, _channel, what: self._on_ring(what))
        for event in self._hearers:
            event.set()
        while not lost.is_set():
            await wait_at_most(lost, 30)
            if not lost.is_set():
                await connection.execute("SELECT 1")

    def _on_ring(self, what: str) -> None:
        for event, whats in self._hearers.items():
            if what in whats:
                event.set()
