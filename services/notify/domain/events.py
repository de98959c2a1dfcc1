"""What notify publishes (contracts/events/message.*)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from services.notify.domain.messages import Claimed, Message


def _moment(at: datetime) -> str:
    return at.astimezone(VIETNAM).isoformat()


def _data(message: Message | Claimed, attempts: int) -> dict[str, Any]:
    return {
        "message_id": str(message.id),
        "event_id": str(message.event_id),
        "dossier_id": str(message.dossier_id) if message.dossier_id else None,
        "template": message.template,
        "template_version": message.template_version,
        "channel": message.channel.value,
        "attempts": attempts,
    }


def message_sent(message: Claimed, *, provider_id: str, at: datetime) -> Event:
    """Say that a provider took the message: the proof of a notice."""
    data = {**_data(message, message.attempts), "provider_id": provider_id, "sent_at": _moment(at)}
    return _event("message.sent.v1", message.id, message.version + 1, data, at)


def message_failed(message: Claimed, *, reason: str, at: datetime) -> Event:
    """Say that nobody will try this message again."""
    data = {**_data(message, message.attempts), "reason": reason, "failed_at": _moment(at)}
    return _event("message.failed.v1", message.id, message.version + 1, data, at)


def message_unplannable(message: Message, *, at: datetime) -> Event:
    """Say that the recipient left no way to be reached; somebody has to call or write."""
    data = {**_data(message, 0), "reason": message.reason, "failed_at": _moment(at)}
    return _event("message.failed.v1", message.id, 1, data, at)


def _event(kind: str, key: UUID, sequence: int, data: dict[str, Any], at: datetime) -> Event:
    return Event(type=kind, key=str(key), sequence=sequence, data=data, occurred_at=at)
