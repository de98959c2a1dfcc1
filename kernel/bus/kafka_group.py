"""A member of a group on Kafka: one aiokafka consumer after another, for as long as it is open."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError

from kernel.bus.kafka_errors import LOST
from kernel.core.bus import IncomingMessage
from kernel.core.waiting import wait_at_most

ANSWER_SECONDS = 10.0
FINISH_SECONDS = 20.0
"""How long a rebalance waits for the messages in hand; the group waits for its members a little longer."""
_LONGEST_WAIT = 2.0
_OPTIONS = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "session_timeout_ms": 10_000,
    "heartbeat_interval_ms": 1_000,
    "rebalance_timeout_ms": 30_000,
    "fetch_max_wait_ms": 500,
    "max_partition_fetch_bytes": 2 * 1_048_576,
}
_log = structlog.get_logger()


class _InHand(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types.
    """The messages given and not committed: a rebalance waits for them, and then they count no more."""

    def __init__(self) -> None:
        self._given: dict[TopicPartition, int] = {}
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    def give(self, last_offsets: Mapping[TopicPartition, int]) -> None:
        self._given.update(last_offsets)
        if self._given:
            self._is_empty.clear()

    def settle(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        for place, offset in next_offsets.items():
            if self._given.get(place, offset) < offset:
                del self._given[place]
        if not self._given:
            self._is_empty.set()

    def clear(self) -> None:
        self._given.clear()
        self._is_empty.set()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        if revoked:
            await wait_at_most(self._is_empty, FINISH_SECONDS)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Nothing to do: positions are the group's commits."""


class KafkaSubscription:
    """Reads what the group gives it. Without a broker it gives nothing and keeps trying."""

    def __init__(
        self,
        group: str,
        topics: Sequence[str],
        options: Mapping[str, Any],
        has_topics: Callable[[Sequence[str]], Awaitable[bool]],
    ) -> None:
        self._group = group
        self._topics = topics
        self._options = options
        self._has_topics = has_topics
        self._consumer: AIOKafkaConsumer | None = None
        self._in_hand = _InHand()
        self._wait = 0.1

    async def join(self, seconds: float) -> None:
        """Become a member if the bus answers in time; `fetch` tries again otherwise."""
        consumer: AIOKafkaConsumer | None = None
        try:
            async with asyncio.timeout(seconds):
                if not await self._has_topics(self._topics):
                    _log.warning("bus_topics_missing", group=self._group, topics=list(self._topics))
                    return
                consumer = AIOKafkaConsumer(**self._options, **_OPTIONS, group_id=self._group)
                self._in_hand = _InHand()
                consumer.subscribe(list(self._topics), listener=self._in_hand)
                await consumer.start()
            self._consumer, consumer, self._wait = consumer, None, 0.1
        except LOST as error:
            _log.warning("bus_member_waits", group=self._group, error=repr(error))
        finally:
            if consumer is not None:
                await _stop(consumer)

    async def fetch(self, *, max_messages: int, timeout_seconds: float) -> list[IncomingMessage]:
        """Return the next messages; what was in hand before counts as finished or given up."""
        self._in_hand.clear()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        while self._consumer is None:
            # Joining takes longer than a short fetch; given up half-way each time, it would never end.
            await self.join(max(ANSWER_SECONDS, timeout_seconds))
            remaining = deadline - loop.time()
            if self._consumer is None:
                await asyncio.sleep(max(0.0, min(self._wait, remaining)))
                self._wait = min(self._wait * 2, _LONGEST_WAIT)
            if remaining <= 0:
                return []
        return await self._fetch(self._consumer, max_messages, max(0.0, deadline - loop.time()))

    async def commit(self, messages: Sequence[IncomingMessage]) -> None:
        """Record messages as done; those of partitions lost meanwhile are left to their new reader."""
        next_offsets: dict[TopicPartition, int] = {}
        for message in messages:
            place = TopicPartition(message.topic, message.partition)
            next_offsets[place] = max(next_offsets.get(place, 0), message.offset + 1)
        consumer = self._consumer
        held = consumer.assignment() if consumer else set()
        mine = {place: offset for place, offset in next_offsets.items() if place in held}
        try:
            if consumer and mine:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await consumer.commit(mine)
            if len(mine) < len(next_offsets):
                _log.warning(
                    "bus_commit_refused", group=self._group, partitions=list(next_offsets.keys() - mine)
                )
        except LOST as error:
            # Not recorded: the messages come again, here or elsewhere.
            _log.warning("bus_commit_refused", group=self._group, error=repr(error))
        self._in_hand.settle(next_offsets)

    async def rewind(self, message: IncomingMessage) -> None:
        """Read on from this message; one of a partition lost meanwhile comes to its new reader."""
        if self._consumer is not None:
            with suppress(IllegalStateError):
                self._consumer.seek(TopicPartition(message.topic, message.partition), message.offset)

    async def close(self) -> None:
        """Leave the group."""
        self._in_hand.clear()
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await _stop(consumer)

    async def _fetch(self, consumer: AIOKafkaConsumer, count: int, seconds: float) -> list[IncomingMessage]:
        try:
            # While the group rebalances, `getmany` forgets its own time-out.
            async with asyncio.timeout(seconds + 0.05):
                found = await consumer.getmany(timeout_ms=int(seconds * 1000), max_records=count)
        except TimeoutError:
            return []
        except LOST as error:
            _log.warning("bus_consumer_replaced", group=self._group, error=repr(error))
            self._consumer = None
            await _stop(consumer)
            return []
        # What `getmany` returns is of the assignment of this moment: it waits out a rebalance, then looks.
        self._in_hand.give({place: records[-1].offset for place, records in found.items()})
        return [_message_of(record) for records in found.values() for record in records]


async def _stop(consumer: AIOKafkaConsumer) -> None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await consumer.stop()
    except LOST as error:
        _log.info("bus_consumer_left", error=repr(error))


def _message_of(record: Any) -> IncomingMessage:
    headers = {name: value.decode() for name, value in record.headers}
    key = (record.key or b"").decode()
    return IncomingMessage(record.topic, record.partition, record.offset, key, record.value or b"", headers)
