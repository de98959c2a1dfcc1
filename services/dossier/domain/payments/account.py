"""The account of one dossier: entries are only ever added, and everything else is counted from them.

All amounts are whole đồng. `outstanding` and `credit` are never both positive, and
`outstanding - credit == owed - paid` always.
"""

from collections.abc import Iterable, Sequence
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


_IN = frozenset({EntryKind.PAID})
_OUT = frozenset({EntryKind.REVERSED, EntryKind.REFUNDED})


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


@dataclass(frozen=True, slots=True)
class Item:
    """One thing owed as it stands now; `paid` is what of the account's money falls to it."""

    id: UUID
    kind: ItemKind
    code: str
    name: str
    is_before: bool
    owed: int
    paid: int
    data: dict[str, Any]

    @property
    def outstanding(self) -> int:
        """What is still to be paid of it."""
        return self.owed - self.paid


@dataclass(frozen=True, slots=True)
class Account:
    """All entries of a dossier, oldest first."""

    dossier_id: UUID | None = None
    entries: Sequence[Entry] = ()

    @property
    def version(self) -> int:
        """The last entry's number; what a change of the account names as seen."""
        return self.entries[-1].sequence if self.entries else 0

    @property
    def items(self) -> list[Item]:
        """What is owed, each with the money that falls to it: its own first, then what is left in order.

        What is to be paid before acceptance comes first. Money meant for an item beyond what it owes falls to
        the others. A refund takes what is left over, then from the item it names, else from the last back.
        """
        owed, meant, back, pool = self._counted()
        lines = [one for one in self.entries if one.kind is EntryKind.OWED]
        order = sorted(lines, key=lambda one: (not one.data.get("is_before"), one.sequence))
        paid: dict[UUID, int] = {}
        for one in order:
            due = owed[one.id]
            own = meant.pop(one.id, 0)
            paid[one.id] = min(max(own, 0), due)
            pool += own - paid[one.id]
        pool += sum(meant.values())
        for one in order if pool > 0 else reversed(order):
            part = min(pool, owed[one.id] - paid[one.id]) if pool > 0 else max(pool, -paid[one.id])
            paid[one.id] += part
            pool -= part
        _take_back(order, paid, back, left_over=max(0, pool))
        return [_item(one, owed[one.id], paid[one.id]) for one in order]

    def _counted(self) -> tuple[dict[UUID, int], dict[UUID, int], dict[UUID, int], int]:
        """Return what each item owes, the money meant for each, what went back of each, and all else."""
        owed = {one.id: one.amount for one in self.entries if one.kind is EntryKind.OWED}
        meant: dict[UUID, int] = {}
        back: dict[UUID, int] = {}
        pool = 0
        for one in self.entries:
            if one.kind is EntryKind.CORRECTED and one.item in owed:
                owed[one.item] += one.amount
            sign = 1 if one.kind in _IN else -1 if one.kind in _OUT else 0
            if one.item is None:
                pool += sign * one.amount
            elif one.kind is EntryKind.REFUNDED:
                back[one.item] = back.get(one.item, 0) + one.amount
            elif sign:
                meant[one.item] = meant.get(one.item, 0) + sign * one.amount
        return owed, meant, back, pool

    @property
    def owed(self) -> int:
        """Everything that is to be paid, paid or not."""
        kinds = {EntryKind.OWED, EntryKind.CORRECTED}
        return sum(one.amount for one in self.entries if one.kind in kinds)

    @property
    def paid(self) -> int:
        """What came in and did not go back."""
        return _sum(self.entries, _IN) - _sum(self.entries, _OUT)

    @property
    def outstanding(self) -> int:
        """What is still to be paid."""
        return max(0, self.owed - self.paid)

    @property
    def credit(self) -> int:
        """What was paid beyond what is owed: to be refunded."""
        return max(0, self.paid - self.owed)

    @property
    def outstanding_before(self) -> int:
        """What must come in before the dossier may be accepted."""
        return sum(one.outstanding for one in self.items if one.is_before)

    def item(self, item_id: UUID) -> Item | None:
        """Return one item as it stands."""
        return next((one for one in self.items if one.id == item_id), None)

    def until(self, sequence: int) -> "Account":
        """Return the account as it stood after an earlier entry."""
        return Account(self.dossier_id, tuple(one for one in self.entries if one.sequence <= sequence))

    def has_source(self, source: str) -> bool:
        """Tell whether money of this source was booked; the same money is never booked twice."""
        return any(one.source == source and one.kind is EntryKind.PAID for one in self.entries)

    def with_entries(self, new: Iterable[Entry]) -> "Account":
        """Return the account with further entries."""
        return Account(self.dossier_id, (*self.entries, *new))


EMPTY = Account()


def _sum(entries: Iterable[Entry], kinds: frozenset[EntryKind]) -> int:
    return sum(one.amount for one in entries if one.kind in kinds)


def _take_back(order: Sequence[Entry], paid: dict[UUID, int], back: dict[UUID, int], left_over: int) -> None:
    rest = 0
    for one in order:
        wanted = back.pop(one.id, 0)
        from_left = min(left_over, wanted)
        left_over -= from_left
        of_item = min(wanted - from_left, paid[one.id])
        paid[one.id] -= of_item
        rest += wanted - from_left - of_item
    rest += sum(back.values())
    for one in reversed(order):
        part = min(rest, paid[one.id])
        paid[one.id] -= part
        rest -= part


def _item(line: Entry, owed: int, paid: int) -> Item:
    data = line.data
    return Item(
        id=line.id,
        kind=ItemKind(data.get("fee_kind", "FEE")),
        code=str(data.get("code") or ""),
        name=str(data.get("name") or ""),
        is_before=bool(data.get("is_before")),
        owed=owed,
        paid=paid,
        data=data,
    )
