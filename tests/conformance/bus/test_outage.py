"""The servers of a bus die and come back: nothing is lost, nobody has to be started again."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from kernel.bus.kafka import KafkaBus
from kernel.core.bus import Bus, BusUnavailable, OutgoingMessage, TopicSettings
from stack.kafka import kafka_unavailable_reason, start_kafka
from stack.postgres import forget, start_postgres
from tests.conformance.bus.installations import ServedInstallation
from tests.conformance.bus.reading import (
    PATIENCE,
    Crew,
    Effects,
    numbered,
    read_and_commit,
    values_by_key,
    without_repeats,
)


@dataclass
class Fragile:
    """A bus whose server is ours to kill."""

    installation: ServedInstallation
    server: Any
    start: Callable[[Path, int], Any]

    def bus(self) -> Bus:
        """Return a bus that does not wait for a server to come back while it publishes."""
        address = urlsplit(self.installation.url)
        if address.scheme == "kafka":
            return KafkaBus(address.netloc, client_id="conformance", publish_seconds=1.5)
        return self.installation.bus()

    async def kill(self) -> None:
        """SIGKILL the server."""
        await asyncio.to_thread(self.server.kill)

    async def bring_back(self) -> None:
        """Start it again on its data and address."""
        self.server = await asyncio.to_thread(self.start, self.server.home, self.server.port)


def new_home() -> Path:
    """Make a folder in which a server without privileges reaches its data."""
    home = Path(tempfile.mkdtemp(prefix="motcua-test-"))
    home.chmod(0o711)
    return home


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def fragile(request: pytest.FixtureRequest) -> AsyncIterator[Fragile]:
    """Start a server for one test."""
    home = new_home()
    is_kafka = request.param == "kafka"
    if is_kafka and (reason := kafka_unavailable_reason()):
        missing = pytest.fail if "kafka" in os.environ.get("REQUIRE", "") else pytest.skip
        missing(reason)
    start: Callable[..., Any] = start_kafka if is_kafka else start_postgres
    server = await asyncio.to_thread(start, home)
    url = f"kafka://{server.bootstrap}" if is_kafka else server.superuser_dsn
    fragile = Fragile(ServedInstallation(url), server, start)
    yield fragile
    await asyncio.to_thread(fragile.server.stop)
    (shutil.rmtree if is_kafka else forget)(home)


@pytest.fixture
async def bus(fragile: Fragile) -> AsyncIterator[Bus]:
    """Give a started bus."""
    bus = fragile.bus()
    await bus.start()
    yield bus
    await bus.close()


@pytest.fixture
async def crew(bus: Bus) -> AsyncIterator[Crew]:
    """Give the members of a group, sent home before the bus closes."""
    assert bus
    crew = Crew(Effects())
    yield crew
    await crew.send_all_home()


async def make_topic(bus: Bus) -> str:
    """Make a topic of six partitions."""
    topic = f"t-{uuid4().hex}"
    await bus.ensure_topics({topic: TopicSettings()})
    return topic


async def publish_in_spite(bus: Bus, batch: list[OutgoingMessage], was_refused: asyncio.Event) -> int:
    """Send a batch again until it is taken; return how often it was not."""
    refusals = 0
    async with asyncio.timeout(PATIENCE * 2):
        while True:
            try:
                await bus.publish(batch)
            except BusUnavailable:
                refusals += 1
                was_refused.set()
                # As the relay does: the next try follows after a short wait.
                await asyncio.sleep(0.1)
            else:
                return refusals


async def test_publishing_without_a_server_is_refused_and_works_again_after(
    fragile: Fragile, bus: Bus
) -> None:
    topic = await make_topic(bus)
    await bus.publish(numbered(topic, keys=3, each=1))
    await fragile.kill()
    with pytest.raises(BusUnavailable):
        await bus.publish(numbered(topic, keys=3, each=1, start=1))
    assert not await bus.is_ready()
    await fragile.bring_back()
    await publish_in_spite(bus, numbered(topic, keys=3, each=1, start=1), asyncio.Event())
    assert await bus.is_ready()
    subscription = await bus.subscribe("readers", [topic])
    found = values_by_key(await read_and_commit(subscription, 6))
    assert {key: without_repeats(values) for key, values in found.items()} == {
        f"key {key}": [0, 1] for key in range(3)
    }
    await subscription.close()


async def test_a_crash_amid_the_flow_loses_nothing_and_keeps_the_order_of_each_key(
    fragile: Fragile, bus: Bus, crew: Crew
) -> None:
    topic = await make_topic(bus)
    effects = crew.effects
    crew.put_to_work("one", await bus.subscribe("readers", [topic]))
    is_back, was_refused = asyncio.Event(), asyncio.Event()

    async def publish_all() -> tuple[int, int]:
        refusals = rounds = rounds_after = 0
        while rounds_after < 20:
            refusals += await publish_in_spite(
                bus, numbered(topic, keys=12, each=5, start=5 * rounds), was_refused
            )
            rounds += 1
            rounds_after += is_back.is_set()
        return rounds, refusals

    publishing = asyncio.create_task(publish_all())
    await effects.until(lambda: len(effects.done) > 300)
    await fragile.kill()
    # The server stays away until a batch has been refused: the outage is one that was felt.
    await asyncio.wait_for(was_refused.wait(), PATIENCE)
    await fragile.bring_back()
    is_back.set()
    rounds, refusals = await publishing
    assert refusals > 0
    await effects.until(lambda: len({(m.key, m.value) for m in effects.done}) == 12 * 5 * rounds)
    await crew.send_all_home()
    for values in values_by_key(effects.done).values():
        assert without_repeats(values) == list(range(5 * rounds))
    assert effects.clashes == []


async def test_what_was_acknowledged_before_a_crash_is_there_after(fragile: Fragile, bus: Bus) -> None:
    topic = await make_topic(bus)
    await bus.publish(numbered(topic, keys=6, each=10))
    await fragile.kill()
    await fragile.bring_back()
    other = fragile.installation.bus()
    await other.start()
    subscription = await other.subscribe("readers", [topic])
    found = values_by_key(await read_and_commit(subscription, 60))
    assert found == {f"key {key}": list(range(10)) for key in range(6)}
    await subscription.close()
    await other.close()
