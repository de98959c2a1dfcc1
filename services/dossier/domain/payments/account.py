"""The account of one dossier: entries are only ever added, and everything else is counted from them.

All amounts are whole đồng. `outstanding` and `credit` are never both positive, and
`outstanding - credit == owed - paid` always.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.dossier.domain.payments.entries import Entry, EntryKind, ItemKind, Method
from services.dossier.domain.payments.spreading import Spread

__all__ = ["EMPTY", "Account", "Entry", "EntryKind", "Item", "ItemKind", "Method"]


_IN = frozenset({EntryKind.PAID})
_OUT = frozenset({EntryKind.REVERSED, EntryKind.REFUNDED})


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
        """What is owed, each with the money that lies on it (`Spread`); due before acceptance comes first."""
        spread = Spread(self.entries)
        return [_item(one, spread.owed[one.id], spread.paid[one.id]) for one in spread.lines]

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
