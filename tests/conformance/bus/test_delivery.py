"""What is published arrives, in the order of its key, at least once, for each group."""

import asyncio

import pytest

from kernel.core.bus import Bus, BusUnavailable, OutgoingMessage, TopicSettings
from tests.conformance.bus.conftest import MakeTopic, OpenBus
from tests.conformance.bus.installations import places
from tests.conformance.bus.reading import numbered, read, read_and_commit, values_by_key


async def test_messages_of_a_key_arrive_in_the_order_of_publishing(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic()
    for start in range(0, 40, 4):
        await bus.publish(numbered(topic, keys=10, each=4, start=start))
    subscription = await bus.subscribe("readers", [topic])
    found = values_by_key(await read(subscription, 400, max_messages=37))
    assert found == {f"key {key}": list(range(40)) for key in range(10)}
    await subscription.close()


async def test_a_key_stays_in_its_partition_and_keys_spread_over_all(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic(partitions=6)
    await bus.publish(numbered(topic, keys=100, each=2))
    subscription = await bus.subscribe("readers", [topic])
    homes: dict[str, set[int]] = {}
    for message in await read(subscription, 200):
        homes.setdefault(message.key, set()).add(message.partition)
    assert {len(partitions) for partitions in homes.values()} == {1}
    assert set.union(*homes.values()) == set(range(6))
    await subscription.close()


async def test_keys_headers_and_values_arrive_as_they_were_sent(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic(partitions=1)
    headers = {"ce_type": "hồ sơ đã tiếp nhận", "rỗng": "", "dòng": 'một\nhai "ba"'}
    sent = [
        OutgoingMessage(topic, "Phường Bến Nghé", "Nguyễn Thị Ánh".encode(), headers),
        OutgoingMessage(topic, "", b""),
        OutgoingMessage(topic, "khoá\x00không", bytes(range(256))),
    ]
    await bus.publish(sent)
    subscription = await bus.subscribe("readers", [topic])
    found = await read(subscription, 3)
    assert [(m.key, m.value, dict(m.headers)) for m in found] == [
        (m.key, m.value, dict(m.headers)) for m in sent
    ]
    await subscription.close()


async def test_an_empty_batch_is_nothing(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic()
    await bus.publish([])
    subscription = await bus.subscribe("readers", [topic])
    assert await subscription.fetch(max_messages=10, timeout_seconds=0.2) == []
    await subscription.close()


async def test_a_batch_of_two_thousand_arrives_whole(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic()
    await bus.publish(numbered(topic, keys=50, each=40))
    subscription = await bus.subscribe("readers", [topic])
    found = await read(subscription, 2000)
    assert values_by_key(found) == {f"key {key}": list(range(40)) for key in range(50)}
    await subscription.close()


async def test_messages_of_900_kilobytes_arrive(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic(partitions=2)
    values = [bytes([number]) * 900_000 for number in range(25)]
    await bus.publish([OutgoingMessage(topic, "tờ khai", value) for value in values])
    subscription = await bus.subscribe("readers", [topic])
    assert [message.value for message in await read(subscription, 25)] == values
    await subscription.close()


async def test_a_message_too_heavy_is_refused_before_any_of_its_batch_is_sent(
    bus: Bus, make_topic: MakeTopic
) -> None:
    topic = await make_topic(partitions=1)
    with pytest.raises(ValueError, match="too much for the bus"):
        await bus.publish([OutgoingMessage(topic, "a", b"1"), OutgoingMessage(topic, "a", bytes(1_000_001))])
    await bus.publish([OutgoingMessage(topic, "a", b"2")])
    subscription = await bus.subscribe("readers", [topic])
    assert [message.value for message in await read(subscription, 1)] == [b"2"]
    await subscription.close()


async def test_a_topic_nobody_made_is_not_made_by_publishing(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic()
    with pytest.raises(BusUnavailable):
        await bus.publish([OutgoingMessage(f"{topic}-other", "a", b"1")])
    await bus.ensure_topics({})
    await bus.publish([OutgoingMessage(topic, "a", b"1")])


async def test_making_a_topic_again_leaves_it_as_it_is(
    bus: Bus, make_topic: MakeTopic, open_bus: OpenBus
) -> None:
    topic = await make_topic(partitions=2)
    await bus.publish(numbered(topic, keys=30, each=1))
    other = await open_bus()
    await other.ensure_topics({topic: TopicSettings(partitions=9)})
    await other.publish(numbered(topic, keys=30, each=1, start=1))
    subscription = await other.subscribe("readers", [topic])
    found = await read(subscription, 60)
    assert values_by_key(found) == {f"key {key}": [0, 1] for key in range(30)}
    assert {message.partition for message in found} == {0, 1}
    await subscription.close()


async def test_a_fetch_gives_no_more_than_asked(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic()
    await bus.publish(numbered(topic, keys=20, each=5))
    subscription = await bus.subscribe("readers", [topic])
    left = 100
    while left:
        messages = await subscription.fetch(max_messages=7, timeout_seconds=5)
        assert 1 <= len(messages) <= 7
        left -= len(messages)
    await subscription.close()


async def test_what_is_not_committed_comes_again_and_what_is_does_not(
    bus: Bus, make_topic: MakeTopic
) -> None:
    topic = await make_topic(partitions=1)
    await bus.publish(numbered(topic, keys=1, each=10))
    first = await bus.subscribe("readers", [topic])
    messages = await read(first, 10)
    await first.commit(messages[:4])
    await first.close()
    second = await bus.subscribe("readers", [topic])
    assert places(await read(second, 6)) == places(messages[4:])
    await second.close()


async def test_rewinding_gives_a_message_and_all_later_ones_again(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic(partitions=1)
    await bus.publish(numbered(topic, keys=1, each=10))
    subscription = await bus.subscribe("readers", [topic])
    messages = await read(subscription, 10)
    await subscription.commit(messages[:3])
    await subscription.rewind(messages[3])
    assert places(await read(subscription, 7)) == places(messages[3:])
    await subscription.rewind(messages[9])
    assert places(await read(subscription, 1)) == places(messages[9:])
    await subscription.close()


async def test_a_group_that_was_away_catches_up_from_its_last_commit(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic()
    await bus.publish(numbered(topic, keys=12, each=5))
    before = await bus.subscribe("readers", [topic])
    await read_and_commit(before, 60)
    await before.close()
    await bus.publish(numbered(topic, keys=12, each=5, start=5))
    after = await bus.subscribe("readers", [topic])
    found = await read_and_commit(after, 60)
    assert values_by_key(found) == {f"key {key}": [5, 6, 7, 8, 9] for key in range(12)}
    await after.close()


async def test_groups_read_independently(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic()
    await bus.publish(numbered(topic, keys=6, each=5))
    notify = await bus.subscribe("notify", [topic])
    survey = await bus.subscribe("survey", [topic])
    assert len(await read_and_commit(notify, 30)) == 30
    assert len(await read_and_commit(survey, 30)) == 30
    await notify.close()
    await survey.close()


async def test_one_member_reads_all_topics_of_its_group(bus: Bus, make_topic: MakeTopic) -> None:
    one, other = await make_topic(), await make_topic(partitions=1)
    subscription = await bus.subscribe("readers", [one, other])
    await bus.publish([*numbered(one, keys=4, each=3), *numbered(other, keys=4, each=3)])
    found = await read(subscription, 24)
    assert {message.topic for message in found} == {one, other}
    await subscription.close()


async def test_a_compacted_topic_gives_at_least_the_last_value_of_each_key(
    bus: Bus, make_topic: MakeTopic
) -> None:
    topic = await make_topic(is_compacted=True)
    await bus.publish(numbered(topic, keys=10, each=8))
    subscription = await bus.subscribe("late", [topic])
    async with asyncio.timeout(20):
        last: dict[str, int] = {}
        while last != {f"key {key}": 7 for key in range(10)}:
            for message in await subscription.fetch(max_messages=100, timeout_seconds=0.5):
                last[message.key] = int(message.value)
    await subscription.close()


async def test_a_reader_that_comes_before_the_topic_gets_it_when_it_is_made(
    bus: Bus, make_topic: MakeTopic
) -> None:
    topic = f"{await make_topic()}-later"
    subscription = await bus.subscribe("early", [topic])
    assert await subscription.fetch(max_messages=10, timeout_seconds=0.1) == []
    await bus.ensure_topics({topic: TopicSettings()})
    await bus.publish(numbered(topic, keys=3, each=2))
    assert values_by_key(await read(subscription, 6)) == {f"key {key}": [0, 1] for key in range(3)}
    await subscription.close()


async def test_a_closed_bus_refuses_and_an_opened_one_answers(bus: Bus, make_topic: MakeTopic) -> None:
    topic = await make_topic()
    assert await bus.is_ready()
    await bus.close()
    assert not await bus.is_ready()
    with pytest.raises(BusUnavailable):
        await bus.publish([OutgoingMessage(topic, "a", b"1")])
    await bus.start()
    await bus.publish([OutgoingMessage(topic, "a", b"1")])
    assert await bus.is_ready()
