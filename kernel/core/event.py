"""A fact that happened to one aggregate, as it is written to the outbox and travels on the bus."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened; CloudEvents attributes plus the aggregate's sequence.

    `type` is `<noun>.<past participle>.v<major>`; its noun names the topic. `key` is the aggregate's id.
    `sequence` is the aggregate's version after the change, so that a reader can check the order of one key.
    """

    type: str
    key: str
    sequence: int
    data: dict[str, Any]
    occurred_at: datetime
    id: UUID = field(default_factory=new_id)

    @property
    def topic(self) -> str:
        """The noun: one topic an aggregate, or the order of a key would be lost."""
        return self.type.partition(".")[0]


MOST_DATA_BYTES = 900_000
"""What the data of an event may weigh as JSON: what no bus takes would hold up all that came after it."""


class EventTooHeavy(ValueError):  # noqa: N818 - the fact is the name.
    """An event is more than a bus takes: a list nobody bounded. Nothing of its transaction is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEvent:
    """An event as a consumer sees it: the envelope read, the data still raw JSON values."""

    id: UUID
    type: str
    source: str
    topic: str
    key: str
    sequence: int
    occurred_at: datetime
    correlation_id: str
    causation_id: str
    data: dict[str, Any]
