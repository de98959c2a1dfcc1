"""One suite, three buses."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest

from kernel.core.bus import Bus, TopicSettings
from tests.conformance.bus.installations import (
    Installation,
    MemoryInstallation,
    ServedInstallation,
    embedded_on,
)

OpenBus = Callable[[], Awaitable[Bus]]
MakeTopic = Callable[..., Awaitable[str]]


@pytest.fixture(
    params=["memory", "embedded", pytest.param("kafka", marks=pytest.mark.kafka)],
)
async def installation(request: pytest.FixtureRequest) -> AsyncIterator[Installation]:
    """Give the bus under test."""
    if request.param == "memory":
        yield MemoryInstallation()
    elif request.param == "kafka":
        yield ServedInstallation(f"kafka://{request.getfixturevalue('kafka_bootstrap')}")
    else:
        async with embedded_on(request.getfixturevalue("postgres_server")) as embedded:
            yield embedded


@pytest.fixture
async def open_bus(installation: Installation) -> AsyncIterator[OpenBus]:
    """Give what opens connections; they are closed after the test."""
    opened: list[Bus] = []

    async def start() -> Bus:
        bus = installation.bus()
        await bus.start()
        opened.append(bus)
        return bus

    yield start
    for bus in opened:
        await bus.close()


@pytest.fixture
async def bus(open_bus: OpenBus) -> Bus:
    """Give a started bus."""
    return await open_bus()


@pytest.fixture
def make_topic(bus: Bus) -> MakeTopic:
    """Give what makes topics no other test has."""

    async def make(**settings: object) -> str:
        topic = f"t-{uuid4().hex}"
        await bus.ensure_topics({topic: TopicSettings(**settings)})  # type: ignore[arg-type]  # its own fields
        return topic

    return make
