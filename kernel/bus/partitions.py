"""What the adapters of our own share: where a key lives, who reads a partition, what a message may weigh."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kernel.core.bus import OutgoingMessage

Member = TypeVar("Member")

MAX_MESSAGE_BYTES = 1_000_000
"""Key, value and headers together; Kafka's own default limit is 1,048,588 with its framing."""


@dataclass(slots=True)
class Holding:
    """A partition as the member that reads it sees it."""

    position: int
    """The offset to give next."""
    settled: int
    """The offset the group has committed, as far as this member knows."""
    is_leaving: bool = False
    """Another member waits for it: nothing more is given, what is in hand may still be finished."""

    @property
    def is_in_hand(self) -> bool:
        """Whether messages were given that are not committed yet."""
        return self.settled < self.position


def partition_of(key: str, partitions: int) -> int:
    """Return the partition of a key, the same in every process and for ever."""
    return zlib.crc32(key.encode()) % partitions


def reader_of(topic: str, partition: int, members: Sequence[Member]) -> Member:
    """Return which of the members of a topic, in an order all agree on, reads a partition."""
    return members[(zlib.crc32(topic.encode()) + partition) % len(members)]


def check_weight(batch: Sequence[OutgoingMessage]) -> None:
    """Refuse a batch with a message no bus takes, before any of it is sent: repeating would never help."""
    for message in batch:
        weight = len(message.key.encode()) + len(message.value) + _weight_of(message.headers)
        if weight > MAX_MESSAGE_BYTES:
            raise ValueError(
                f"message {message.key!r} to {message.topic} weighs {weight} bytes, too much for the bus"
            )


def _weight_of(headers: Mapping[str, str]) -> int:
    return sum(len(name.encode()) + len(value.encode()) for name, value in headers.items())
