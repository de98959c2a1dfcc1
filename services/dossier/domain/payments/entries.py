"""The lines of an account, and what each kind does to it. All amounts are whole đồng."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class EntryKind(StrEnum):
    """What an entry does to the account."""

    OWED = "OWED"
    """Something is to be paid; the entry's id names the item."""
    CORRECTED = "CORRECTED"
    """An item is more or less than it was (exemption, mistake); the amount has a sign."""
    PAID = "PAID"
    """Money came in."""
    REVERSED = "REVERSED"
    """A receipt was cancelled: its money did not come in, or went back over the counter."""
    REFUNDED = "REFUNDED"
    """Money went back, approved by a second person."""
    REQUESTED = "REQUESTED"
    """Somebody was asked to pay through the platform; moves nothing."""
    REFUND_ASKED = "REFUND_ASKED"
    """A refund was proposed; moves nothing."""
    EXEMPTION_CLAIMED = "EXEMPTION_CLAIMED"
    """The applicant claimed an exemption with the dossier; moves nothing."""
    EXEMPTION_DECIDED = "EXEMPTION_DECIDED"
    """An officer confirmed or refused the claim; what it lowers are lines of their own."""


class ItemKind(StrEnum):
    """What is owed: phí, lệ phí, or a financial obligation (tax and the like) by notice."""

    FEE = "FEE"
    CHARGE = "CHARGE"
    OBLIGATION = "OBLIGATION"


class Method(StrEnum):
    """How money moved: over the counter, or through the portal's platform or the province's own gate."""

    CASH = "CASH"
    TRANSFER = "TRANSFER"
    CARD = "CARD"
    PORTAL = "PORTAL"
    PROVINCE = "PROVINCE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line; `item` says what the money is meant for, None leaves it to the order of items."""

    id: UUID
    dossier_id: UUID
    sequence: int
    kind: EntryKind
    amount: int
    at: datetime
    item: UUID | None = None
    method: Method | None = None
    source: str = ""
    receipt_id: UUID | None = None
    by: str = ""
    by_name: str = ""
    data: dict[str, Any] = field(default_factory=dict)
