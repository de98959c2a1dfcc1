"""What only the embedded bus promises: gapless offsets, sessions as truth, pruning."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from kernel.bus.embedded import EmbeddedBus
from kernel.bus.embedded_errors import AWAY
from kernel.bus.embedded_session import Session
from kernel.core.bus import OutgoingMessage, TopicSettings
from kernel.core.clock import VIETNAM
from stack.postgres import PostgresAddress
from tests.conformance.bus.installations import embedded_on, places
from tests.conformance.bus.reading import numbered, read, read_and_commit, values_by_key

TUESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=VIETNAM)


class MovedClock:
    """A clock a test moves."""

    def __init__(self) -> None:
        self.moment = TUESDAY

    def now(self) -> datetime:
        """Return the moment set."""
        return self.moment


@pytest.fixture
def clock() -> MovedClock:
    """Give a clock that stands still."""
    return MovedClock()


@pytest.fixture
async def dsn(postgres_server: PostgresAddress) -> AsyncIterator[str]:
    """Give a database for one bus."""
    async with embedded_on(postgres_server) as installation:
        yield installation.url


@pytest.fixture
async def bus(dsn: str, clock: MovedClock) -> AsyncIterator[EmbeddedBus]:
    """Give a started bus with three topics."""
    bus = EmbeddedBus(dsn, clock=clock)
    await bus.start()
    await bus.ensure_topics(
        {"dossier": TopicSettings(retention_days=14), "catalog": TopicSettings(is_compacted=True)}
    )
    yield bus
    await bus.close()


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[Any]:
    """Give a session beside the bus's own."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def test_several_buses_start_on_an_empty_database_at_once(dsn: str) -> None:
    buses = [EmbeddedBus(dsn) for _ in range(6)]
    await asyncio.gather(*(bus.start() for bus in buses))
    await asyncio.gather(*(bus.ensure_topics({"a": TopicSettings(), "b": TopicSettings()}) for bus in buses))
    await asyncio.gather(*(bus.publish(numbered("a", keys=9, each=3)) for bus in buses))
    await asyncio.gather(*(bus.close() for bus in buses))


async def test_publishers_at_once_neither_deadlock_nor_leave_gaps(bus: EmbeddedBus, connection: Any) -> None:
    subscription = await bus.subscribe("readers", ["dossier"])
    reading = asyncio.create_task(read_and_commit(subscription, 40 * 30))

    async def publish(publisher: int) -> None:
        for number in range(10):
            batch = [OutgoingMessage("dossier", f"{publisher} {n % 20}", b"%d" % number) for n in range(10)]
            await bus.publish(batch if publisher % 2 else batch[::-1])
        for number in range(10, 30):
            await bus.publish([OutgoingMessage("dossier", f"{publisher} x", b"%d" % number)])

    await asyncio.gather(*(publish(publisher) for publisher in range(10)))
    total = 10 * (10 * 10 + 20)
    rows = await connection.fetch(
        "SELECT partition_id, count(*), max(msg_offset) + 1 AS top FROM bus_messages GROUP BY 1"
    )
    assert sum(row["count"] for row in rows) == total
    assert all(row["count"] == row["top"] for row in rows)
    found = await reading
    assert sorted(set(places(found))) == sorted(places(found)), "a message was given twice"
    assert len(found) == total
    assert all(values == sorted(values) for values in values_by_key(found).values())
    await subscription.close()


async def test_a_member_whose_session_is_cut_gets_what_it_had_not_committed_again(
    bus: EmbeddedBus, connection: Any
) -> None:
    await bus.publish(numbered("dossier", keys=1, each=5))
    subscription = await bus.subscribe("readers", ["dossier"])
    messages = await read(subscription, 5)
    await subscription.commit(messages[:2])
    cut = await connection.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'bus readers' AND datname = current_database()"
    )
    assert cut == 1
    again = await read(subscription, 3)
    assert places(again) == places(messages[2:])
    await subscription.close()


async def test_a_session_that_lost_its_locks_cannot_commit(
    dsn: str, bus: EmbeddedBus, connection: Any
) -> None:
    await bus.publish(numbered("dossier", keys=1, each=3))
    session = Session(await asyncpg.connect(dsn), "readers", ["dossier"])
    await session.join()
    await session.rebalance()
    messages = await session.fetch(10)
    place = (messages[0].topic, messages[0].partition)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7302"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with pytest.raises(AWAY):
        await session.commit({place: 3})
    session.drop()
    assert await connection.fetchval("SELECT sum(next_offset) FROM bus_offsets") == 0
    subscription = await bus.subscribe("readers", ["dossier"])
    assert places(await read(subscription, 3)) == places(messages)
    await subscription.close()


async def test_a_member_that_hangs_is_expelled_after_half_a_minute(
    dsn: str, bus: EmbeddedBus, connection: Any
) -> None:
    await bus.publish(numbered("dossier", keys=12, each=2))
    hung = Session(await asyncpg.connect(dsn), "readers", ["dossier"])
    await hung.join()
    await hung.rebalance()
    await connection.execute("UPDATE bus_members SET heartbeat_at = heartbeat_at - interval '31 s'")
    subscription = await bus.subscribe("readers", ["dossier"])
    assert len(await read_and_commit(subscription, 24)) == 24
    await subscription.close()
    hung.drop()


async def test_pruning_ends_what_is_past_its_retention_and_readers_go_on(
    bus: EmbeddedBus, clock: MovedClock
) -> None:
    await bus.publish(numbered("dossier", keys=4, each=5))
    clock.moment = TUESDAY + timedelta(days=10)
    await bus.publish(numbered("dossier", keys=4, each=5, start=5))
    assert await bus.prune(TUESDAY + timedelta(days=14)) == 0
    assert await bus.prune(TUESDAY + timedelta(days=14, seconds=1)) == 20
    subscription = await bus.subscribe("readers", ["dossier"])
    found = await read(subscription, 20)
    assert values_by_key(found) == {f"key {key}": [5, 6, 7, 8, 9] for key in range(4)}
    await subscription.close()


async def test_pruning_keeps_the_last_message_of_each_key_of_a_compacted_topic(bus: EmbeddedBus) -> None:
    await bus.publish(numbered("catalog", keys=5, each=7))
    assert await bus.prune(TUESDAY + timedelta(days=4000)) == 30
    subscription = await bus.subscribe("readers", ["catalog"])
    assert values_by_key(await read(subscription, 5)) == {f"key {key}": [6] for key in range(5)}
    await subscription.close()
