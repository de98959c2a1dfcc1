"""Hands claimed messages to their providers, and keeps what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notify.domain.events import message_failed, message_sent
from services.notify.domain.messages import Channel, Claimed, MessageState, Settlement
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


def keep_outcomes(kept: Sequence[tuple[Claimed, Outcome]], *, work: Work, now: datetime) -> None:
    """Mark messages sent, waiting or given up, all in one statement; only a final state is an event."""
    settlements = [_settlement(message, outcome, work, now) for message, outcome in kept]
    work.messages.settle(settlements)
    for one in settlements:
        if one.state is MessageState.SENT:
            work.record(message_sent(one.message, provider_id=one.provider_id or "", at=now))
        elif one.state is MessageState.FAILED_PERMANENT:
            work.record(message_failed(one.message, reason=one.reason, at=now))


def _settlement(message: Claimed, outcome: Outcome, work: Work, now: datetime) -> Settlement:
    if not outcome.reason:
        return Settlement(
            message=message, state=MessageState.SENT, provider_id=outcome.provider_id, sent_at=now
        )
    wait = None if outcome.is_permanent else wait_after(message.attempts)
    if wait is not None:
        due_at = work.house.quiet_hours.earliest(message.channel, now + wait)
        state = MessageState.FAILED_TEMPORARY
        return Settlement(message=message, state=state, reason=outcome.reason, due_at=due_at)
    reason = outcome.reason if outcome.is_permanent else f"EXHAUSTED:{outcome.reason}"
    return Settlement(message=message, state=MessageState.FAILED_PERMANENT, reason=reason)
