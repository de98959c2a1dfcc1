"""The bus port: keyed order, at least once. Three adapters pass one conformance suite."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to publish; messages of one topic and key keep the order of the batches they came in."""

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message as a group receives it; `(topic, partition, offset)` names it for ever."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class BusUnavailable(Exception):  # noqa: N818 - the fact is the name.
    """The bus did not answer in time; nothing is known of the batch, and sending it again is right."""


class Subscription(Protocol):
    """One member of a group, reading the partitions it is given."""

    async def fetch(self, *, max_messages: int, timeout_seconds: float) -> Sequence[IncomingMessage]:
        """Return the next messages of the partitions held, in order within each; empty after the time-out."""

    async def commit(self, messages: Sequence[IncomingMessage]) -> None:
        """Record that these and all earlier messages of their partitions need not come again."""

    async def rewind(self, message: IncomingMessage) -> None:
        """Let `fetch` give this message and all later ones of its partition again."""

    async def close(self) -> None:
        """Leave the group at once, so that its partitions go to the other members."""


class Bus(Protocol):
    """A durable, partitioned log of messages."""

    async def start(self) -> None:
        """Connect."""

    async def close(self) -> None:
        """Disconnect; what `publish` has not acknowledged may or may not be there."""

    async def ensure_topics(self, topics: Mapping[str, "TopicSettings"]) -> None:
        """Create the topics that are missing; existing ones are left as they are."""

    async def publish(self, batch: Sequence[OutgoingMessage]) -> None:
        """Return once every message is durable; raise `BusUnavailable` otherwise (some may be there)."""

    async def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """Join a group; each partition is read by one member at a time, from the group's last commit."""

    async def is_ready(self) -> bool:
        """Tell whether the bus answers."""

    async def prune(self, now: datetime) -> int:
        """Delete what is past its retention, where the bus does not do so alone; return how many went."""


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """How a topic is kept: `partitions` never changes, or keys would change their partition."""

    partitions: int = 6
    is_compacted: bool = False
    retention_days: int = 14
