"""Following a procedure: who asked, who confirmed, and what a link in a mail proves."""

import base64
import binascii
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

CONFIRM_WITHIN = timedelta(hours=48)
ASK_AGAIN_AFTER = timedelta(hours=1)
MOST_ASKED_A_DAY = 5
"""Confirmations one address is sent in a day: nobody's mailbox is filled by somebody else."""
_MAIL = re.compile(r"[^@\s<>,;:\"()\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
_LONGEST = 254
_MAC = 16


class SubscriptionState(StrEnum):
    """ASKED waits for the address to confirm; FOLLOWING is told of changes. Who leaves is forgotten."""

    ASKED = "ASKED"
    FOLLOWING = "FOLLOWING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One address and one procedure; `told_until` is the last change it was told of."""

    id: UUID
    procedure: str
    address: bytes
    contact: str
    state: SubscriptionState
    asked_at: datetime
    confirmed_at: datetime | None = None
    told_until: int = 0
    version: int = 1

    def is_stale(self, now: datetime) -> bool:
        """Tell whether it was asked for so long ago that its link no longer confirms."""
        return self.state is SubscriptionState.ASKED and self.asked_at + CONFIRM_WITHIN < now

    def may_be_asked_again(self, now: datetime) -> bool:
        """Tell whether another mail with a link may go out."""
        return self.state is SubscriptionState.ASKED and self.asked_at + ASK_AGAIN_AFTER <= now

    def confirmed(self, now: datetime) -> "Subscription":
        """Return it followed from now on: what was published before is not told."""
        return replace(self, state=SubscriptionState.FOLLOWING, confirmed_at=now)


def mail_address(given: str) -> str:
    """Return an address a mail can be sent to, in one spelling, or an empty text."""
    address = given.strip().lower()
    return address if len(address) <= _LONGEST and address.isascii() and _MAIL.fullmatch(address) else ""


def token_of(subscription: UUID, mac: bytes) -> str:
    """Return what a link carries: the subscription, and that it was us who wrote it."""
    return base64.urlsafe_b64encode(subscription.bytes + mac).decode().rstrip("=")


def read_token(token: str) -> tuple[UUID, bytes] | None:
    """Return the subscription a link names and its proof; None for what is no token."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return (UUID(bytes=raw[:16]), raw[16:]) if len(raw) == 16 + _MAC else None
