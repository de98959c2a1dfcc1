"""The three buses as a test sees them: opened any number of times, and with members that can die."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

import asyncpg

from kernel.bus.memory import MemoryBus, MemoryLog, MemorySubscription
from kernel.bus.open_bus import open_bus
from kernel.core.bus import Bus, IncomingMessage
from stack.postgres import PostgresAddress


class Victim(Protocol):
    """A member of a group that is going to die."""

    async def next(self) -> tuple[str, int, int]:
        """Return topic, partition and offset of the next message it took; it commits none."""

    async def die(self) -> None:
        """End without a word to the bus."""


class Installation(Protocol):
    """One bus, wherever it is."""

    def bus(self) -> Bus:
        """Return a new connection to it, not started."""

    async def victim(self, group: str, topic: str) -> Victim:
        """Start a member that never commits."""


@dataclass
class MemoryInstallation:
    """A log of this process."""

    log: MemoryLog = field(default_factory=MemoryLog)

    def bus(self) -> Bus:
        """Return another bus on the same log."""
        return MemoryBus(self.log)

    async def victim(self, group: str, topic: str) -> Victim:
        """Subscribe within this process."""
        bus = MemoryBus(self.log)
        await bus.start()
        return MemoryVictim(await bus.subscribe(group, [topic]), [])


@dataclass
class MemoryVictim:
    """A member in memory dies by leaving: there is no process it could take with it."""

    subscription: MemorySubscription
    taken: list[IncomingMessage]

    async def next(self) -> tuple[str, int, int]:
        """Return the place of the next message."""
        if not self.taken:
            self.taken = await self.subscription.fetch(max_messages=10, timeout_seconds=5)
        message = self.taken.pop(0)
        return message.topic, message.partition, message.offset

    async def die(self) -> None:
        """Go without committing."""
        await self.subscription.close()


@dataclass
class ServedInstallation:
    """A bus that servers keep; members may be processes of their own."""

    url: str

    def bus(self) -> Bus:
        """Return another connection."""
        return open_bus(self.url, client_id="conformance")

    async def victim(self, group: str, topic: str) -> Victim:
        """Start a process that is a member."""
        command = [sys.executable, "-m", "tests.conformance.bus.member", group, topic]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdin
        # The address is a secret, so it does not stand on the command line.
        process.stdin.write(self.url.encode() + b"\n")
        return ProcessVictim(process)


@dataclass
class ProcessVictim:
    """A member in a process of its own."""

    process: asyncio.subprocess.Process

    async def next(self) -> tuple[str, int, int]:
        """Read the next line the process printed."""
        assert self.process.stdout
        topic, partition, offset = json.loads(await self.process.stdout.readline())
        return topic, partition, offset

    async def die(self) -> None:
        """SIGKILL."""
        self.process.kill()
        await self.process.communicate()


@asynccontextmanager
async def embedded_on(server: PostgresAddress) -> AsyncIterator[ServedInstallation]:
    """Make a database for one bus, gone afterwards."""
    name = f"bus_{uuid4().hex}"
    await _administer(server, f"CREATE DATABASE {name}")
    try:
        yield ServedInstallation(server.dsn(name, server.superuser, server.password))
    finally:
        await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _administer(server: PostgresAddress, *statements: str) -> None:
    connection: Any = await asyncpg.connect(server.superuser_dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def places(messages: Sequence[IncomingMessage]) -> list[tuple[str, int, int]]:
    """Name each message."""
    return [(message.topic, message.partition, message.offset) for message in messages]
