"""The bus of unit tests: a log in this process, with the same promises as the durable ones."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from kernel.bus.partitions import Holding, check_weight, partition_of, reader_of
from kernel.core.bus import BusUnavailable, IncomingMessage, OutgoingMessage, TopicSettings

Place = tuple[str, int]
"""A topic and the number of one of its partitions."""


class MemoryLog:
    """What is published and what is committed; outlives the buses and the members that use it."""

    def __init__(self) -> None:
        self.topics: dict[str, list[list[IncomingMessage]]] = {}
        self.groups: dict[str, _Group] = {}

    def messages(self, topic: str) -> list[IncomingMessage]:
        """Return all messages of a topic, partition by partition, for tests to look at."""
        return [message for partition in self.topics.get(topic, []) for message in partition]


class MemoryBus:
    """A bus on a log in memory; buses of one process that share a log talk to each other."""

    def __init__(self, log: MemoryLog | None = None) -> None:
        self.log = log or MemoryLog()
        self._is_open = False

    async def start(self) -> None:
        """Open the bus."""
        self._is_open = True

    async def close(self) -> None:
        """Close the bus; `start` opens it again."""
        self._is_open = False

    async def ensure_topics(self, topics: Mapping[str, TopicSettings]) -> None:
        """Create the topics that are missing."""
        self._check_open()
        for topic, settings in topics.items():
            self.log.topics.setdefault(topic, [[] for _ in range(settings.partitions)])
        self._wake_groups()

    async def publish(self, batch: Sequence[OutgoingMessage]) -> None:
        """Append the batch, all of it or, when the bus is closed or a topic is missing, nothing."""
        self._check_open()
        check_weight(batch)
        for message in batch:
            if message.topic not in self.log.topics:
                raise BusUnavailable(f"there is no topic {message.topic}")
        for message in batch:
            partitions = self.log.topics[message.topic]
            number = partition_of(message.key, len(partitions))
            log, headers = partitions[number], dict(message.headers)
            log.append(IncomingMessage(message.topic, number, len(log), message.key, message.value, headers))
        self._wake_groups()

    async def subscribe(self, group: str, topics: Sequence[str]) -> "MemorySubscription":
        """Join a group."""
        self._check_open()
        return MemorySubscription(self.log, self.log.groups.setdefault(group, _Group()), topics)

    async def is_ready(self) -> bool:
        """Tell whether the bus is open."""
        return self._is_open

    async def prune(self, now: datetime) -> int:  # noqa: ARG002 - the port's signature.
        """Return 0: a memory bus lives shorter than any retention."""
        return 0

    def _check_open(self) -> None:
        if not self._is_open:
            raise BusUnavailable("the bus is closed")

    def _wake_groups(self) -> None:
        for group in self.log.groups.values():
            group.rebalance(self.log)


class _Group:
    def __init__(self) -> None:
        self.members: list[MemorySubscription] = []
        self.committed: dict[Place, int] = {}

    def rebalance(self, log: MemoryLog) -> None:
        """Move each partition to its reader, once the former one has nothing of it in hand."""
        places = [(topic, number) for topic in sorted(log.topics) for number in range(len(log.topics[topic]))]
        for place in places:
            readers = [member for member in self.members if place[0] in member.topics]
            if readers:
                self._move(place, reader_of(*place, readers))
        for member in self.members:
            member.wake.set()

    def _move(self, place: Place, reader: "MemorySubscription") -> None:
        for member in self.members:
            if member is not reader and place in member.holdings:
                member.holdings[place].is_leaving = True
                if member.holdings[place].is_in_hand:
                    return
                del member.holdings[place]
        start = self.committed.get(place, 0)
        reader.holdings.setdefault(place, Holding(start, start)).is_leaving = False


class MemorySubscription:
    """A member of a group in this process."""

    def __init__(self, log: MemoryLog, group: _Group, topics: Sequence[str]) -> None:
        self.topics = frozenset(topics)
        self.holdings: dict[Place, Holding] = {}
        self.wake = asyncio.Event()
        self._log = log
        self._group = group
        group.members.append(self)
        group.rebalance(log)

    async def fetch(self, *, max_messages: int, timeout_seconds: float) -> list[IncomingMessage]:
        """Return the next messages of the partitions held; those that leave are let go."""
        if any(holding.is_leaving for holding in self.holdings.values()):
            for holding in self.holdings.values():
                if holding.is_leaving:
                    holding.position = holding.settled
            self._group.rebalance(self._log)
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                while not (messages := self._next(max_messages)):
                    self.wake.clear()
                    await self.wake.wait()
                return messages
        return []

    async def commit(self, messages: Sequence[IncomingMessage]) -> None:
        """Record messages of partitions still held as done."""
        for message in messages:
            place = (message.topic, message.partition)
            if holding := self.holdings.get(place):
                holding.settled = max(holding.settled, message.offset + 1)
                self._group.committed[place] = max(self._group.committed.get(place, 0), message.offset + 1)
        self._group.rebalance(self._log)

    async def rewind(self, message: IncomingMessage) -> None:
        """Give this message again, if its partition is still held."""
        holding = self.holdings.get((message.topic, message.partition))
        if holding and not holding.is_leaving:
            holding.position = message.offset

    async def close(self) -> None:
        """Leave the group."""
        if self in self._group.members:
            self._group.members.remove(self)
            self.holdings.clear()
            self._group.rebalance(self._log)

    def _next(self, count: int) -> list[IncomingMessage]:
        found: list[IncomingMessage] = []
        for (topic, number), holding in self.holdings.items():
            if not holding.is_leaving:
                part = self._log.topics[topic][number][
                    holding.position : holding.position + count - len(found)
                ]
                holding.position += len(part)
                found += part
        return found
