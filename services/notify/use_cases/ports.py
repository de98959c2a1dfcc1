"""What notify's use cases need of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from kernel.core.unit_of_work import Records
from services.notify.domain.messages import Channel, Claimed, Message, Settlement, Text
from services.notify.domain.notices import Notice
from services.notify.domain.timing import QuietHours


class TemporaryFailure(Exception):  # noqa: N818 - the fact is the name.
    """The provider did not take the message now; `reason` is a stable code without personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PermanentFailure(Exception):  # noqa: N818 - the fact is the name.
    """The provider will never take this message; `reason` is a stable code without personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MailProvider(Protocol):
    """Sends mail."""

    async def send_mail(self, *, message_id: UUID, to: str, text: Text, at: datetime) -> str:
        """Hand a mail over and return the provider's word for it; its Message-ID is made of `message_id`.

        Raise `TemporaryFailure` or `PermanentFailure`.
        """
        ...


class SmsProvider(Protocol):
    """Sends text messages."""

    async def send_sms(self, *, message_id: UUID, to: str, text: str) -> str:
        """Hand a text over under the reference `message_id` and return the provider's id.

        The provider sends one reference once. Raise `TemporaryFailure` or `PermanentFailure`.
        """
        ...


class Templates(Protocol):
    """The notices that can be written."""

    def for_event(self, event_type: str) -> Sequence[Notice]:
        """Return the notices an event of this type asks for."""
        ...

    def render(self, notice: Notice, channel: Channel, facts: Mapping[str, Any]) -> Text:
        """Return the text of a notice; raise `TemplateBroken` when it lacks a fact or does not fit."""
        ...


class Seals(Protocol):
    """Seals personal data, and opens what is sealed."""

    def seal(self, value: object, *, purpose: str) -> str:
        """Return the value sealed for a purpose."""
        ...

    def open(self, sealed: str, *, purpose: str) -> object:
        """Return a sealed value."""
        ...

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """Return bytes that are equal for equal values."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    """What this installation says of itself, and its rules of delivery."""

    public_url: str
    hotline: str
    quiet_hours: QuietHours
    latest_notice: timedelta
    """How old an event may be for people to be told by telephone or mail."""


class Messages(Protocol):
    """All messages."""

    def add(self, messages: Sequence[Message]) -> None:
        """Plan messages; one whose occurrence is there already is left out."""
        ...

    async def claim(
        self, channel: Channel, *, at_most: int, now: datetime, lease: timedelta
    ) -> Sequence[Claimed]:
        """Take messages that are due, for the length of the lease; this is committed at once."""
        ...

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Keep what became of messages; `Stale` at the commit when another worker holds one."""
        ...

    def forget(self, dossier_id: UUID) -> None:
        """Forget every message about a dossier: its record was destroyed."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in an inbox: event ids sort by time, and a rebuild keeps them."""

    event_id: UUID
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """A message in a person's or a desk's inbox."""

    id: UUID
    event_id: UUID
    dossier_id: UUID | None
    template: str
    text: Text
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message as staff may see it: whether the applicant was told, not what secret link it held."""

    id: UUID
    template: str
    template_version: int
    channel: str
    recipient_masked: str
    state: str
    reason: str
    skipped: Sequence[Mapping[str, str]]
    attempts: int
    not_before: datetime
    created_at: datetime
    sent_at: datetime | None
    provider_id: str | None
    version: int


class Inboxes(Protocol):
    """What people read in the application."""

    async def page(
        self,
        keys: Sequence[str],
        *,
        subjects: Sequence[str],
        unread_only: bool,
        before: Place | None,
        limit: int,
    ) -> Sequence[InboxItem]:
        """Return the messages to these recipients, newest event first, that stand after `before`."""
        ...

    async def holds(self, message_id: UUID, keys: Sequence[str]) -> bool:
        """Tell whether this message is in one of these inboxes."""
        ...

    def mark_read(self, message_id: UUID, *, subject: str, now: datetime) -> None:
        """Note that this person has read it; a second time changes nothing."""
        ...


class SentMessages(Protocol):
    """What was sent about dossiers."""

    async def about(self, dossier_id: UUID, *, agency: str | None) -> Sequence[SentMessage]:
        """Return the messages about a dossier in which this agency has a part (None: any agency)."""
        ...


class OptOuts(Protocol):
    """What people do not want to be sent."""

    async def of(self, subjects: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the categories refused, by account; who refused none is not in it."""
        ...

    async def has(self, subjects: Sequence[str], category: str) -> bool:
        """Tell whether one of these persons refused the category."""
        ...

    def replace(self, subjects: Sequence[str], categories: Sequence[str], *, now: datetime) -> None:
        """Keep exactly these refusals."""
        ...


class Work(Records, Protocol):
    """One unit of work of notify."""

    @property
    def messages(self) -> Messages:
        """All messages."""
        ...

    @property
    def inboxes(self) -> Inboxes:
        """What people read in the application."""
        ...

    @property
    def sent(self) -> SentMessages:
        """What was sent about dossiers."""
        ...

    @property
    def opt_outs(self) -> OptOuts:
        """What people do not want."""
        ...

    @property
    def templates(self) -> Templates:
        """The notices that can be written."""
        ...

    @property
    def seals(self) -> Seals:
        """Seals of personal data."""
        ...

    @property
    def house(self) -> House:
        """What this installation says of itself."""
        ...
