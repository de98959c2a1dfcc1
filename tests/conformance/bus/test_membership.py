"""Members of a group share its partitions; none is in two hands, and none is left alone for long."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kernel.core.bus import Bus
from tests.conformance.bus.conftest import MakeTopic, OpenBus
from tests.conformance.bus.installations import Installation, places
from tests.conformance.bus.reading import (
    PATIENCE,
    Crew,
    Effects,
    Flow,
    numbered,
    read,
    values_by_key,
    without_repeats,
)


@pytest.fixture
def effects() -> Effects:
    """Give the record of what members do."""
    return Effects()


@pytest.fixture
async def crew(effects: Effects, bus: Bus) -> AsyncIterator[Crew]:
    """Give the members of the group, sent home before the bus closes."""
    assert bus
    crew = Crew(effects)
    yield crew
    await crew.send_all_home()


async def all_is_done(flow: Flow, effects: Effects) -> None:
    """Wait until every message had its effect, and check what must hold of all of them."""
    await effects.until(lambda: flow.is_done_by(effects))
    assert effects.clashes == []
    for values in values_by_key(effects.done).values():
        assert without_repeats(values) == list(range(flow.published))


async def test_a_member_that_joins_gets_its_share(
    bus: Bus, open_bus: OpenBus, make_topic: MakeTopic, effects: Effects, crew: Crew
) -> None:
    topic = await make_topic(partitions=6)
    flow = Flow(bus, topic)
    crew.put_to_work("one", await bus.subscribe(f"readers-of-{topic}", [topic]))
    await flow.until(lambda: effects.partitions_of("one", 0) == set(range(6)))
    other = await open_bus()
    crew.put_to_work("two", await other.subscribe(f"readers-of-{topic}", [topic]))
    await flow.until(lambda: len(effects.partitions_of("two", 0)) == 3)
    since = len(effects.of("one"))
    await flow.until(lambda: len(effects.partitions_of("one", since)) == 3)
    await all_is_done(flow, effects)
    assert len(effects.partitions_of("two", 0)) == 3


async def test_no_member_reads_while_more_members_than_partitions_come_and_go(
    bus: Bus, open_bus: OpenBus, make_topic: MakeTopic, effects: Effects, crew: Crew
) -> None:
    topic = await make_topic(partitions=2)
    flow = Flow(bus, topic, keys=6)
    buses = [bus, await open_bus(), await open_bus()]
    for name, own in zip("abc", buses, strict=True):
        crew.put_to_work(name, await own.subscribe(f"readers-of-{topic}", [topic]))
    await flow.until(lambda: len(effects.done) > 60)
    for name in "ab":
        await crew.send_home(name)
    since = len(effects.of("c"))
    await flow.until(lambda: effects.partitions_of("c", since) == {0, 1})
    await all_is_done(flow, effects)


async def test_a_member_that_leaves_hands_its_share_over(
    bus: Bus, open_bus: OpenBus, make_topic: MakeTopic, effects: Effects, crew: Crew
) -> None:
    topic = await make_topic(partitions=6)
    flow = Flow(bus, topic)
    other = await open_bus()
    crew.put_to_work("one", await bus.subscribe(f"readers-of-{topic}", [topic]))
    crew.put_to_work("two", await other.subscribe(f"readers-of-{topic}", [topic]))
    await flow.until(lambda: bool(effects.of("one")) and bool(effects.of("two")))
    await crew.send_home("one")
    since = len(effects.of("two"))
    await flow.until(lambda: effects.partitions_of("two", since) == set(range(6)))
    await all_is_done(flow, effects)


async def test_a_member_that_dies_leaves_its_share_to_the_others(
    installation: Installation, bus: Bus, make_topic: MakeTopic, effects: Effects, crew: Crew
) -> None:
    topic = await make_topic(partitions=6)
    flow = Flow(bus, topic)
    crew.put_to_work("one", await bus.subscribe(f"readers-of-{topic}", [topic]))
    victim = await installation.victim(f"readers-of-{topic}", topic)
    taking = asyncio.create_task(victim.next())
    await flow.until(taking.done)
    await victim.die()
    since = len(effects.of("one"))
    await flow.until(lambda: effects.partitions_of("one", since) == set(range(6)))
    await all_is_done(flow, effects)


async def test_a_member_that_dies_between_effect_and_commit_leaves_the_message_to_the_next(
    installation: Installation, bus: Bus, make_topic: MakeTopic
) -> None:
    topic = await make_topic(partitions=1)
    await bus.publish(numbered(topic, keys=1, each=3))
    victim = await installation.victim(f"readers-of-{topic}", topic)
    async with asyncio.timeout(PATIENCE):
        taken = [await victim.next() for _ in range(3)]
    await victim.die()
    subscription = await bus.subscribe(f"readers-of-{topic}", [topic])
    assert places(await read(subscription, 3)) == taken
    await subscription.close()


async def test_a_commit_of_partitions_lost_meanwhile_changes_nothing(
    bus: Bus, open_bus: OpenBus, make_topic: MakeTopic
) -> None:
    topic = await make_topic(partitions=1)
    await bus.publish(numbered(topic, keys=1, each=4))
    first = await bus.subscribe(f"readers-of-{topic}", [topic])
    messages = await read(first, 4)
    await first.close()
    second = await (await open_bus()).subscribe(f"readers-of-{topic}", [topic])
    again = await read(second, 4)
    await first.commit(messages)
    await second.close()
    third = await bus.subscribe(f"readers-of-{topic}", [topic])
    assert places(await read(third, 4)) == places(again) == places(messages)
    await third.close()
