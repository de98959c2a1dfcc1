"""How the suite reads and writes: until a condition holds or a deadline has passed."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kernel.core.bus import Bus, IncomingMessage, OutgoingMessage, Subscription

PATIENCE = 40.0
"""Seconds; Kafka needs ten to believe that a member is dead."""


async def read(subscription: Subscription, count: int, *, max_messages: int = 500) -> list[IncomingMessage]:
    """Return at least so many messages, none of them committed."""
    found: list[IncomingMessage] = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            found += await subscription.fetch(max_messages=max_messages, timeout_seconds=0.5)
    return found


async def read_and_commit(subscription: Subscription, count: int) -> list[IncomingMessage]:
    """Return at least so many messages, all committed."""
    found: list[IncomingMessage] = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            messages = await subscription.fetch(max_messages=500, timeout_seconds=0.5)
            await subscription.commit(messages)
            found += messages
    return found


def numbered(topic: str, keys: int, each: int, start: int = 0) -> list[OutgoingMessage]:
    """`each` messages of every key, their values counting from `start`."""
    numbers = range(start, start + each)
    return [OutgoingMessage(topic, f"key {key}", b"%d" % number) for number in numbers for key in range(keys)]


def values_by_key(messages: Sequence[IncomingMessage]) -> dict[str, list[int]]:
    """Return the values of each key in the order they came."""
    found: dict[str, list[int]] = {}
    for message in messages:
        found.setdefault(message.key, []).append(int(message.value))
    return found


def without_repeats(values: Sequence[int]) -> list[int]:
    """Each value where it came first."""
    return list(dict.fromkeys(values))


@dataclass
class Effects:
    """What the members of a group did, and which partition is in whose hands."""

    done: list[IncomingMessage] = field(default_factory=list)
    by_member: dict[str, list[IncomingMessage]] = field(default_factory=dict)
    in_hand: dict[tuple[str, int], str] = field(default_factory=dict)
    clashes: list[str] = field(default_factory=list)
    is_new: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for effects until the condition holds."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self.is_new.clear()
                await self.is_new.wait()

    def of(self, member: str) -> list[IncomingMessage]:
        """Return what one member did."""
        return self.by_member.setdefault(member, [])

    def partitions_of(self, member: str, since: int) -> set[int]:
        """Return the partitions of what a member did after its first so many messages."""
        return {message.partition for message in self.of(member)[since:]}

    async def work(self, subscription: Subscription, member: str, stop: asyncio.Event) -> None:
        """Work as a consumer does: fetch, act, commit; until told to stop, between two batches."""
        while not stop.is_set():
            messages = await subscription.fetch(max_messages=20, timeout_seconds=0.2)
            held = {(message.topic, message.partition) for message in messages}
            for place in held:
                if other := self.in_hand.get(place):
                    self.clashes.append(f"{member} was given {place}, still in the hands of {other}")
                self.in_hand[place] = member
            await asyncio.sleep(0.01)
            self.done += messages
            self.of(member).extend(messages)
            self.is_new.set()
            await subscription.commit(messages)
            for place in held:
                if self.in_hand.get(place) == member:
                    del self.in_hand[place]


class Crew:
    """Members of one group at work, each a task; left members are closed, in order."""

    def __init__(self, effects: Effects) -> None:
        self.effects = effects
        self._at_work: dict[str, tuple[Subscription, asyncio.Task[None], asyncio.Event]] = {}

    def put_to_work(self, name: str, subscription: Subscription) -> None:
        """Let a member work."""
        stop = asyncio.Event()
        task = asyncio.create_task(self.effects.work(subscription, name, stop))
        self._at_work[name] = (subscription, task, stop)

    async def send_home(self, name: str) -> None:
        """Let a member finish what it has in hand, and leave the group."""
        subscription, task, stop = self._at_work.pop(name)
        stop.set()
        await task
        await subscription.close()

    async def send_all_home(self) -> None:
        """End the work."""
        for name in list(self._at_work):
            await self.send_home(name)


class Flow:
    """Publishes numbered messages until told to stop, so that there is always something to read."""

    def __init__(self, bus: Bus, topic: str, keys: int = 24) -> None:
        self._bus, self._topic, self._keys = bus, topic, keys
        self.published = 0

    async def until(self, holds: Callable[[], bool]) -> None:
        """Publish a round every few milliseconds until the condition holds."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self._bus.publish(numbered(self._topic, self._keys, 1, self.published))
                self.published += 1
                await asyncio.sleep(0.02)

    def is_done_by(self, effects: Effects) -> bool:
        """Tell whether every message published had its effect."""
        found = values_by_key(effects.done)
        return len(found) == self._keys and all(len(set(v)) == self.published for v in found.values())
