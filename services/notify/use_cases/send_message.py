"""Hands one claimed message to its provider, and keeps what came of it."""

from dataclasses import dataclass
from datetime import datetime

from services.notify.domain.events import message_failed, message_sent
from services.notify.domain.messages import Channel, Claimed
from services.notify.domain.timing import wait_after
from services.notify.use_cases.ports import (
    MailProvider,
    PermanentFailure,
    SmsProvider,
    TemporaryFailure,
    Work,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the provider said: its id for the message, or a reason and whether trying again may help."""

    provider_id: str = ""
    reason: str = ""
    is_permanent: bool = False


async def hand_over(message: Claimed, *, mail: MailProvider, sms: SmsProvider, now: datetime) -> Outcome:
    """Call the provider; outside any transaction, because a provider may take its time."""
    if message.address is None or message.text is None:
        return Outcome(reason="SEAL_BROKEN")
    try:
        if message.channel is Channel.EMAIL:
            taken = await mail.send_mail(message_id=message.id, to=message.address, text=message.text, at=now)
        else:
            taken = await sms.send_sms(message_id=message.id, to=message.address, text=message.text.body)
    except PermanentFailure as failure:
        return Outcome(reason=failure.reason, is_permanent=True)
    except TemporaryFailure as failure:
        return Outcome(reason=failure.reason)
    return Outcome(provider_id=taken)


def keep_outcome(message: Claimed, outcome: Outcome, *, work: Work, now: datetime) -> None:
    """Mark the message sent, waiting or given up; only a final state is an event."""
    if not outcome.reason:
        work.messages.mark_sent(message, provider_id=outcome.provider_id, now=now)
        work.record(message_sent(message, provider_id=outcome.provider_id, at=now))
        return
    wait = None if outcome.is_permanent else wait_after(message.attempts)
    if wait is not None:
        due_at = work.house.quiet_hours.earliest(message.channel, now + wait)
        work.messages.mark_waiting(message, reason=outcome.reason, due_at=due_at)
        return
    reason = outcome.reason if outcome.is_permanent else f"EXHAUSTED:{outcome.reason}"
    work.messages.mark_failed(message, reason=reason)
    work.record(message_failed(message, reason=reason, at=now))
