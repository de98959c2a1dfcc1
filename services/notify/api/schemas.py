"""What notify's routes take and answer."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kernel.core.clock import VIETNAM
from services.notify.domain.messages import Channel, MessageState
from services.notify.use_cases.ports import InboxItem, SentMessage


def _in_vietnam(value: object) -> object:
    return value.astimezone(VIETNAM) if isinstance(value, datetime) else value


Moment = Annotated[datetime, BeforeValidator(_in_vietnam)]


class SkippedChannel(BaseModel):
    """A channel that was passed over, and why (NO_EMAIL, NO_MOBILE, UNUSABLE_EMAIL, UNUSABLE_MOBILE)."""

    channel: Channel
    reason: str


class MessageShown(BaseModel):
    """A message as staff see it; never its text, which may hold a link meant for the recipient alone."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    template: str
    template_version: int
    channel: Channel
    recipient_masked: str
    state: MessageState
    reason: str
    skipped: list[SkippedChannel]
    attempts: int
    not_before: Moment
    created_at: Moment
    sent_at: Moment | None
    provider_id: str | None
    version: int

    @classmethod
    def of(cls, message: SentMessage) -> "MessageShown":
        """Return a message as it leaves."""
        return cls.model_validate(message)


class MessagesShown(BaseModel):
    """Every message about one dossier, oldest first (at most 500)."""

    items: list[MessageShown]


class InboxItemShown(BaseModel):
    """A message in one's own inbox."""

    id: UUID
    dossier_id: UUID | None
    template: str
    subject: str
    body: str
    created_at: Moment
    read_at: Moment | None

    @classmethod
    def of(cls, item: InboxItem) -> "InboxItemShown":
        """Return an item as it leaves."""
        return cls(
            id=item.id,
            dossier_id=item.dossier_id,
            template=item.template,
            subject=item.text.subject,
            body=item.text.body,
            created_at=item.created_at,
            read_at=item.read_at,
        )


class Reading(BaseModel):
    """That a message has been read."""

    message_id: UUID
    read_at: Moment


class Preferences(BaseModel):
    """The optional notices a person does not want; statutory notices cannot be refused."""

    model_config = ConfigDict(extra="forbid")

    refused: Annotated[list[Literal["SURVEY"]], Field(max_length=10)]


class PreferencesShown(Preferences):
    """What was refused with any account of the person."""

    differing: list[Literal["SURVEY"]] = []
    """Refused with some of the linked accounts only: each goes on as it was until a choice is kept."""
