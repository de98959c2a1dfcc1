"""The embedded bus: an append-only log in a PostgreSQL database of its own.

Durable on one machine, and no cluster: past one machine, Kafka. Offsets of groups are written without
waiting for the disk, so a crash of the server may give the last messages once more.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import orjson

from kernel.bus import embedded_schema as sql
from kernel.bus.embedded_bell import Bell
from kernel.bus.embedded_errors import AWAY
from kernel.bus.embedded_group import EmbeddedSubscription
from kernel.bus.embedded_session import Session
from kernel.bus.partitions import check_weight, partition_of
from kernel.core.bus import BusUnavailable, OutgoingMessage, TopicSettings
from kernel.core.clock import Clock, SystemClock

ANSWER_SECONDS = 10.0
"""How long the bus may take to answer. The server gives up sooner, so that nothing arrives after that."""
_SERVER_SETTINGS = {
    "timezone": "UTC",
    "jit": "off",
    "lock_timeout": "8000",
    "statement_timeout": "8000",
    # A reader whose machine has died is noticed within half a minute, and its partitions are free.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_PRUNE_CHUNK = 10_000


class EmbeddedBus:
    """A bus on PostgreSQL. Services of one machine share the database."""

    def __init__(self, dsn: str, *, client_id: str = "bus", clock: Clock | None = None) -> None:
        self._dsn = dsn
        self._client_id = client_id
        self._clock = clock or SystemClock()
        self._partitions: dict[str, int] = {}
        self._pool: asyncpg.Pool | None = None
        self._bell: Bell | None = None

    async def start(self) -> None:
        """Connect, and create the tables where they are missing."""
        pool = asyncpg.create_pool(
            self._dsn, min_size=0, max_size=4, timeout=5, command_timeout=ANSWER_SECONDS, reset=_as_it_is,
            server_settings={**_SERVER_SETTINGS, "application_name": f"{self._client_id} bus"},
        )  # fmt: skip
        async with _answering():
            await pool
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(f"SELECT pg_advisory_xact_lock({sql.LOCK_SPACE_SCHEMA}, 0)")
                await connection.execute(sql.SCHEMA)
        self._pool = pool
        self._bell = Bell(self._connect, pool)
        self._bell.start()

    async def close(self) -> None:
        """Disconnect; subscriptions are closed by their holders."""
        pool, bell, self._pool, self._bell = self._pool, self._bell, None, None
        if bell:
            await bell.close()
        if pool:
            try:
                await asyncio.wait_for(pool.close(), 5)
            except AWAY:
                pool.terminate()

    async def ensure_topics(self, topics: Mapping[str, TopicSettings]) -> None:
        """Create the topics that are missing."""
        rows = sorted(topics.items())
        async with _answering():
            await self._open_pool().execute(
                sql.ENSURE_TOPICS,
                [topic for topic, _ in rows],
                [settings.partitions for _, settings in rows],
                [settings.is_compacted for _, settings in rows],
                [timedelta(days=settings.retention_days) for _, settings in rows],
            )
            await self._read_partitions()

    async def publish(self, batch: Sequence[OutgoingMessage]) -> None:
        """Append the batch in one statement: all of it or, when this raises at once, nothing."""
        check_weight(batch)
        if not batch:
            return
        async with _answering():
            pool = self._open_pool()
            if any(message.topic not in self._partitions for message in batch):
                await self._read_partitions()
            status = await pool.execute(sql.PUBLISH, *self._columns(batch), self._clock.now())
        if status != f"INSERT 0 {len(batch)}":
            # Somebody emptied the database under this process.
            self._partitions = {}
            raise BusUnavailable("topics are gone")
        if self._bell:
            self._bell.ring(f"t:{message.topic}" for message in batch)

    async def subscribe(self, group: str, topics: Sequence[str]) -> EmbeddedSubscription:
        """Join a group; while the database is away, the member keeps trying and gives nothing."""
        self._open_pool()
        if self._bell is None:
            raise BusUnavailable("the bus is closed")

        async def open_session() -> Session:
            connection = await self._connect(group)
            session = Session(connection, group, topics)
            try:
                # A lost commit gives messages again, which readers must bear anyway.
                await connection.execute("SET synchronous_commit = off")
                await session.join()
            except BaseException:
                session.drop()
                raise
            return session

        subscription = EmbeddedSubscription(group, topics, open_session, self._bell)
        await subscription.wait_joined(ANSWER_SECONDS / 2)
        return subscription

    async def is_ready(self) -> bool:
        """Tell whether the database answers."""
        try:
            async with _answering(2):
                return bool(await self._open_pool().fetchval("SELECT 1") == 1)
        except BusUnavailable:
            return False

    async def prune(self, now: datetime) -> int:
        """Delete what is past its topic's retention and, in compacted topics, what a later message replaced.

        Returns how many messages went; 0 also when another process is at it.
        """
        self._open_pool()
        async with _answering(600):
            # A session of its own: its lock and its patience end with it.
            connection = await self._connect("prune")
            try:
                if not await connection.fetchval(f"SELECT pg_try_advisory_lock({sql.LOCK_SPACE_PRUNE}, 0)"):
                    return 0
                await connection.execute("SET statement_timeout = '300s'")
                gone = _count(await connection.execute(sql.PRUNE_SUPERSEDED, timeout=300))
                while chunk := _count(
                    await connection.execute(sql.PRUNE_OLD, now, _PRUNE_CHUNK, timeout=300)
                ):
                    gone += chunk
                return gone
            finally:
                await connection.close(timeout=5)

    def _columns(self, batch: Sequence[OutgoingMessage]) -> list[list[Any]]:
        missing = {message.topic for message in batch} - self._partitions.keys()
        if missing:
            raise BusUnavailable(f"there is no topic {', '.join(sorted(missing))}")
        return [
            [message.topic for message in batch],
            [partition_of(message.key, self._partitions[message.topic]) for message in batch],
            [message.key.encode() for message in batch],
            [message.value for message in batch],
            [orjson.dumps(dict(message.headers)).decode() for message in batch],
        ]

    async def _read_partitions(self) -> None:
        self._partitions = dict(map(tuple, await self._open_pool().fetch(sql.PARTITION_COUNTS)))

    def _open_pool(self) -> asyncpg.Pool:
        if self._pool is None:
            raise BusUnavailable("the bus is closed")
        return self._pool

    async def _connect(self, purpose: str) -> Any:
        return await asyncpg.connect(
            self._dsn, timeout=5, command_timeout=ANSWER_SECONDS,
            server_settings={**_SERVER_SETTINGS, "application_name": f"{self._client_id} {purpose}"},
        )  # fmt: skip


async def _as_it_is(_: Any) -> None:
    """Skip the driver's reset query: nothing here leaves session state, and it is a round trip a publish."""


def _count(status: str) -> int:
    return int(status.rsplit(" ", 1)[1])


@asynccontextmanager
async def _answering(seconds: float = ANSWER_SECONDS) -> AsyncIterator[None]:
    """Bound what is asked of the database, and say in the port's words that it did not answer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except AWAY as error:
        raise BusUnavailable(repr(error)) from error
