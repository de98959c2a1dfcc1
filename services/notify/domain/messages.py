"""A message to one recipient over one channel, and the states it goes through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

_MESSAGES = UUID("5d0c8a1e-6b1f-4f0a-9c53-27c1f3b0a9e4")
"""Namespace of message ids; another one would tell everybody again after a rebuild."""


class Channel(StrEnum):
    """How a message reaches its recipient."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    IN_APP = "IN_APP"


class MessageState(StrEnum):
    """Where a message stands; SENT, FAILED_PERMANENT and LAPSED are final.

    LAPSED was planned from an event too old to tell anybody about, and is never sent.
    """

    PLANNED = "PLANNED"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED_TEMPORARY = "FAILED_TEMPORARY"
    FAILED_PERMANENT = "FAILED_PERMANENT"
    LAPSED = "LAPSED"


def message_id(event_id: UUID, recipient_key: str, template: str, channel: Channel) -> UUID:
    """Return the id of this occurrence's message: the same one whenever the event is planned again.

    Mail's Message-ID and the reference of a text message are made of it, so that a database rebuilt from
    republished events repeats them. The id says nothing about time; order by the event's.
    """
    return uuid5(_MESSAGES, "\n".join((str(event_id), channel.value, template, recipient_key)))


@dataclass(frozen=True, slots=True)
class Skip:
    """A channel that was not used, and why: no other channel is taken silently."""

    channel: Channel
    reason: str


@dataclass(frozen=True, slots=True)
class Text:
    """What the recipient reads; a text message has no subject.

    `unsubscribe` is the address that ends what this is sent for on one POST (RFC 8058); mostly there is none.
    """

    subject: str
    body: str
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it is planned.

    `recipient_key` with event, template and channel is the occurrence: a second message of the same
    occurrence cannot be stored, while the same notice about a later event can.
    """

    id: UUID
    event_id: UUID
    recipient_key: str
    template: str
    template_version: int
    channel: Channel
    address: str
    address_masked: str
    text: Text
    state: MessageState
    not_before: datetime
    created_at: datetime
    dossier_id: UUID | None
    agencies: Sequence[str]
    reason: str = ""
    skipped: Sequence[Skip] = ()

    @property
    def is_failed(self) -> bool:
        """Tell whether it was given up when it was planned."""
        return self.state is MessageState.FAILED_PERMANENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that one worker holds until its lease ends; `attempts` counts this one too.

    `address` and `text` are None when their seals do not open: a wrong key, to be mended by people.
    """

    id: UUID
    event_id: UUID
    lease: UUID
    channel: Channel
    address: str | None
    text: Text | None
    template: str
    template_version: int
    dossier_id: UUID | None
    attempts: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What becomes of a claimed message: sent with its proof, waiting until `due_at`, or given up."""

    message: Claimed
    state: MessageState
    reason: str = ""
    provider_id: str | None = None
    sent_at: datetime | None = None
    due_at: datetime | None = None
