"""One database session of a group's member: while it lives, nobody else reads the partitions it holds.

Session-level advisory locks are the truth: the server frees them the moment the session ends, whatever ended
it, and a commit goes through the session that holds the lock. So a member that has lost a partition without
knowing cannot commit, and no partition has two readers.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson

from kernel.bus import embedded_schema as sql
from kernel.bus.partitions import Holding, reader_of
from kernel.core.bus import IncomingMessage

MOST_BYTES = 16_000_000
"""What one fetch brings at most, but for a single message."""
FINISH_SECONDS = 30.0
"""How long a member may finish what it has in hand of a partition that others wait for."""


class SessionLost(ConnectionError):  # noqa: N818 - the fact is the name.
    """The member no longer counts as one; it joins again."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What one group has of one partition: the row of its offset, whose id is the lock's name."""

    id: int
    partition_id: int
    topic: str
    partition: int


class Session:
    """A member's connection with the locks it holds. All statements go one after another."""

    def __init__(self, connection: asyncpg.Connection, group: str, topics: Sequence[str]) -> None:
        self._connection = connection
        self._group = group
        self._topics = sorted(set(topics))
        self._member_id = 0
        self._slots: list[Slot] = []
        self._held: dict[Slot, Holding] = {}
        self._leaving_since: dict[Slot, float] = {}
        self._turn = 0
        self._lock = asyncio.Lock()

    async def join(self) -> None:
        """Become a member others see, and only together with the lock that says it lives."""
        async with self._lock, self._connection.transaction():
            await self._connection.execute(sql.FORGET_DEAD_MEMBERS)
            self._member_id = await self._connection.fetchval(sql.JOIN_GROUP, self._group, self._topics)
            await self._connection.execute(
                f"SELECT pg_advisory_lock({sql.LOCK_SPACE_MEMBER}, {self._member_id})"
            )

    async def rebalance(self) -> bool:
        """Let go of and take partitions as the living members demand; tell whether anything was taken."""
        async with self._lock:
            members = await self._connection.fetch(sql.BEAT, self._member_id, self._group)
            if self._member_id not in [member["id"] for member in members]:
                raise SessionLost("the group no longer knows this member")
            wanted = await self._wanted(members)
            if self._mark_leaving(wanted):
                await self._let_go()
            return await self._take([slot for slot in wanted if slot not in self._held])

    async def fetch(self, max_messages: int) -> list[IncomingMessage]:
        """Return the next messages of what is held and does not leave, another partition first each time."""
        async with self._lock:
            open_slots = [slot for slot, holding in self._held.items() if not holding.is_leaving]
            if not open_slots:
                return []
            self._turn = (self._turn + 1) % len(open_slots)
            asked = open_slots[self._turn :] + open_slots[: self._turn]
            positions = [self._held[slot].position for slot in asked]
            ids = [slot.partition_id for slot in asked]
            rows = await self._connection.fetch(sql.FETCH, ids, positions, max_messages, MOST_BYTES)
            by_id = {slot.partition_id: slot for slot in asked}
            for row in rows:
                self._held[by_id[row["partition_id"]]].position = row["msg_offset"] + 1
            return [_message_of(row, by_id[row["partition_id"]]) for row in rows]

    async def commit(self, next_offsets: Mapping[tuple[str, int], int]) -> list[tuple[str, int]]:
        """Record offsets of partitions still held; return the places that are not."""
        async with self._lock:
            slots = {(slot.topic, slot.partition): slot for slot in self._held}
            mine = {slots[place]: offset for place, offset in next_offsets.items() if place in slots}
            if mine:
                await self._connection.execute(sql.COMMIT, [slot.id for slot in mine], list(mine.values()))
            for slot, offset in mine.items():
                self._held[slot].settled = max(self._held[slot].settled, offset)
            return [place for place in next_offsets if place not in slots]

    def rewind(self, message: IncomingMessage) -> None:
        """Read on from this message, if its partition is still held."""
        for slot, holding in self._held.items():
            if (slot.topic, slot.partition) == (message.topic, message.partition):
                holding.position = message.offset

    def finish_leaving(self) -> bool:
        """Count what is in hand of leaving partitions as given up; tell whether there is one to let go."""
        for holding in self._held.values():
            if holding.is_leaving:
                holding.position = min(holding.position, holding.settled)
        return self.has_to_let_go

    @property
    def has_to_let_go(self) -> bool:
        """Whether a leaving partition has nothing in hand any more."""
        return any(holding.is_leaving and not holding.is_in_hand for holding in self._held.values())

    async def leave(self) -> None:
        """End the session in order; its locks go with it."""
        async with self._lock:
            await self._connection.execute("DELETE FROM bus_members WHERE id = $1", self._member_id)
            self._held.clear()
            await self._connection.execute("SELECT pg_advisory_unlock_all()")
            await self._connection.execute(sql.RING, [f"g:{self._group}"])
            await self._connection.close(timeout=5)

    def drop(self) -> None:
        """Cut the connection, if it is still there: the server frees the locks."""
        self._connection.terminate()

    async def _wanted(self, members: Sequence[Any]) -> list[Slot]:
        if {slot.topic for slot in self._slots} != set(self._topics):
            await self._connection.execute(sql.ADD_SLOTS, self._group, self._topics)
            rows = await self._connection.fetch(sql.SLOTS, self._group, self._topics)
            self._slots = [Slot(*row) for row in rows]
        readers: dict[str, list[int]] = defaultdict(list)
        for member in members:
            for topic in member["topics"]:
                readers[topic].append(member["id"])
        return [
            s for s in self._slots if reader_of(s.topic, s.partition, readers[s.topic]) == self._member_id
        ]

    def _mark_leaving(self, wanted: Sequence[Slot]) -> bool:
        now = asyncio.get_running_loop().time()
        for slot, holding in self._held.items():
            holding.is_leaving = slot not in wanted
            if not holding.is_leaving:
                self._leaving_since.pop(slot, None)
            elif now - self._leaving_since.setdefault(slot, now) > FINISH_SECONDS:
                holding.position = min(holding.position, holding.settled)
        return self.has_to_let_go

    async def _let_go(self) -> None:
        gone = [slot for slot, holding in self._held.items() if holding.is_leaving and not holding.is_in_hand]
        for slot in gone:
            del self._held[slot]
            self._leaving_since.pop(slot, None)
        await self._connection.execute(sql.LET_GO, [slot.id for slot in gone])
        await self._connection.execute(sql.RING, [f"g:{self._group}"])

    async def _take(self, missing: Sequence[Slot]) -> bool:
        if not missing:
            return False
        taken = {row["id"] for row in await self._connection.fetch(sql.TAKE, [slot.id for slot in missing])}
        if not taken:
            return False
        # Only now, with the locks held, is the last commit of the former reader final.
        offsets = dict(map(tuple, await self._connection.fetch(sql.COMMITTED, list(taken))))
        for slot in missing:
            if slot.id in taken:
                self._held[slot] = Holding(offsets[slot.id], offsets[slot.id])
        return True


def _message_of(row: Any, slot: Slot) -> IncomingMessage:
    headers = orjson.loads(row["headers"])
    return IncomingMessage(
        slot.topic, slot.partition, row["msg_offset"], row["key"].decode(), row["value"], headers
    )
