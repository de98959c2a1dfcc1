"""A payment request through the platform: from asking to the money, whatever order its news comes in.

A request is one attempt with a reference of its own. It ends PAID once, and nothing takes that back; FAILED,
EXPIRED and CANCELLED still become PAID when the platform says later that money moved: none is turned away.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.dossier.domain.payments.account import Account
from services.dossier.domain.payments.transactions import one_spelling


class RequestState(StrEnum):
    """Where a request is."""

    WAITING = "WAITING"
    """Kept here, not yet known to the platform."""
    OPEN = "OPEN"
    """The platform gave an address to pay at."""
    PAID = "PAID"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    """Taken back here: its money came in otherwise, or is no longer owed. The platform knows no such word."""


class Told(StrEnum):
    """What the platform says of a transaction."""

    PAID = "PAID"
    PENDING = "PENDING"
    FAILED = "FAILED"


LIVE = frozenset({RequestState.WAITING, RequestState.OPEN})
LIFETIME = timedelta(hours=24)
"""How long an address to pay at is used; the platform is asked once more after that before it is given up."""
_FIRST_LOOK = timedelta(minutes=2)
_LONGEST_WAIT = timedelta(minutes=30)
_LONGEST_RETRY_SECONDS = 600
_LONGEST_PUT_OFF = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """One attempt; `look_at` is when the platform is asked about it next, None when never again."""

    reference: str
    dossier_id: UUID
    agency: str
    amount: int
    item: UUID | None
    state: RequestState
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    bill_sealed: str
    """Who pays for what, sealed: goes to the platform and nowhere else."""
    pay_url: str = ""
    transaction: str = ""
    paid_amount: int = 0
    paid_at: datetime | None = None
    attempts: int = 0
    look_at: datetime | None = None
    failure: str = ""

    def opened(self, pay_url: str, *, now: datetime) -> "PaymentRequest":
        """Return it with the address to pay at; a repeated answer changes nothing."""
        if self.state is not RequestState.WAITING:
            return self
        look_at = now + _FIRST_LOOK
        return replace(
            self, state=RequestState.OPEN, pay_url=pay_url, attempts=0, look_at=look_at, failure=""
        )

    def not_opened(self, why: str, *, now: datetime) -> "PaymentRequest":
        """Return it to be tried again later, or given up at its end."""
        if self.state is not RequestState.WAITING:
            return self
        attempts = self.attempts + 1
        wait = timedelta(seconds=min(2 ** min(attempts, 10), _LONGEST_RETRY_SECONDS))
        tried = replace(self, attempts=attempts, failure=why[:500], look_at=now + wait)
        # Nobody has an address of it, but the platform may know it: it is asked about before it is given up.
        return tried if now < self.expires_at else replace(tried, state=RequestState.OPEN, look_at=now)

    def looked(self, told: Told, *, now: datetime) -> "PaymentRequest":
        """Return it after news that is no payment."""
        if self.state is RequestState.PAID:
            return replace(self, look_at=None)
        if self.state is RequestState.CANCELLED:
            return replace(self, look_at=self.expires_at if now < self.expires_at else None)
        if told is Told.FAILED:
            # A failed transaction is looked at once more at the end: the same address may be paid again.
            look_at = self.expires_at if now < self.expires_at else None
            return replace(self, state=RequestState.FAILED, look_at=look_at)
        if now >= self.expires_at:
            return replace(self, state=RequestState.EXPIRED, look_at=None)
        attempts = self.attempts + 1
        wait = min(_FIRST_LOOK * 2 ** min(attempts, 8), _LONGEST_WAIT)
        return replace(self, attempts=attempts, look_at=min(now + wait, self.expires_at))

    def put_off(self, *, now: datetime) -> datetime:
        """Return when it is looked up again after an answer that says nothing: the older it is, the later."""
        longest = _LONGEST_WAIT if now < self.expires_at else _LONGEST_PUT_OFF
        return now + min(max(_FIRST_LOOK, (now - self.asked_at) / 4), longest)

    def source_of(self, transaction: str, account: Account) -> str:
        """Return under which source money of this transaction is booked; empty where it is told again.

        Who pays twice at one address pays by two transactions: the second is money like the first. One that
        names no transaction, or comes after one that named none, cannot be told from the first.
        """
        first = f"platform:{self.reference}"
        told = one_spelling(transaction)
        another = f"{first}:{told}"
        if self.state is not RequestState.PAID:
            return "" if account.has_source(first) else first
        # What was taken for paid with nothing, before that was refused, is still to be paid.
        known = one_spelling(self.transaction)
        is_other = bool(known and told) and told != known
        # Booked as it was told, before spellings were one.
        is_booked = account.has_source(another) or account.has_source(f"{first}:{transaction}")
        return another if (is_other or not self.paid_amount) and not is_booked else ""

    def asks_too_much(self, account: Account) -> bool:
        """Tell whether it waits for more than is still owed of what it is for."""
        item = account.item(self.item) if self.item is not None else None
        owed = account.outstanding if self.item is None else item.outstanding if item else 0
        return self.state in LIVE and self.amount > owed

    def cancelled(self) -> "PaymentRequest":
        """Return it taken back: its address is shown to nobody any more.

        The platform has no message for that (its contract, section 19.1), so who still holds the address may
        pay. It is asked about once more at its end; such money is booked, as credit to be refunded.
        """
        return replace(self, state=RequestState.CANCELLED, pay_url="", look_at=self.expires_at)

    def paid(self, *, transaction: str, amount: int, at: datetime) -> "PaymentRequest":
        """Return it paid."""
        return replace(
            self,
            state=RequestState.PAID,
            transaction=transaction,
            paid_amount=amount,
            paid_at=at,
            look_at=None,
            failure="",
        )


def reference_of(code: str, now_text: str, tail: str) -> str:
    """Return a reference no other attempt has: `dvc`, the dossier's code without dots, time, a tail."""
    plain = "".join(char for char in code if char.isascii() and char.isalnum())
    return f"dvc{plain}{now_text}{tail}"[:50]
