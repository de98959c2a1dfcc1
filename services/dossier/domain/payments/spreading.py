"""Where the money of an account lies: entry by entry, as it came and went."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from services.dossier.domain.payments.entries import Entry, EntryKind


@dataclass(frozen=True, slots=True)
class _Lot:
    """Money of one payment that lies together, in đồng."""

    of: UUID
    amount: int


class Spread:
    """Which item each đồng is on, and what is left over; what a receipt said it paid stays what it paid.

    Money goes to the item it is meant for, what that does not owe to the others, first what is to be paid
    before acceptance. What is left over waits for the next debt. A refund takes what is left over, then of
    the item it names, else of the last back. A cancelled receipt takes back its own money, wherever
    corrections have moved it.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._lines: list[Entry] = []
        self._came: list[Entry] = []
        self._lots: dict[UUID | None, list[_Lot]] = {None: []}
        self._missing = 0
        self.owed: dict[UUID, int] = {}
        for entry in entries:
            self._read(entry)
        self.paid = {item: self._on(item) for item in self.owed}

    @property
    def lines(self) -> list[Entry]:
        """The entries that say what is owed: what is to be paid before acceptance first, then the oldest."""
        return sorted(self._lines, key=lambda one: (not one.data.get("is_before"), one.sequence))

    def _read(self, entry: Entry) -> None:
        match entry.kind:
            case EntryKind.OWED:
                self._lines.append(entry)
                self.owed[entry.id], self._lots[entry.id] = entry.amount, []
                self._cover()
            case EntryKind.CORRECTED if entry.item in self.owed:
                self.owed[entry.item] += entry.amount
                too_much = self._on(entry.item) - self.owed[entry.item]
                self._lots[None] += self._take(entry.item, too_much)
                self._cover()
            case EntryKind.PAID:
                self._come(entry)
            case EntryKind.REFUNDED:
                named = [entry.item] if entry.item in self.owed else []
                self._go([None, *named, *self._last_back()], entry.amount)
            case EntryKind.REVERSED:
                self._undo(entry)

    def _come(self, entry: Entry) -> None:
        self._came.append(entry)
        # More went back than came in: what comes next makes it good.
        made_good = min(self._missing, entry.amount)
        self._missing -= made_good
        self._lots[None].append(_Lot(entry.id, entry.amount - made_good))
        if entry.item in self.owed:
            self._put(entry.item)
        self._cover()

    def _undo(self, reversal: Entry) -> None:
        """Take back what the receipt brought; of what was refunded since, as much of the rest."""
        standing = [(_likeness(came, reversal), place) for place, came in enumerate(self._came)]
        likeness, place = max(standing, default=(0, 0))
        rest = reversal.amount
        if likeness:
            own = self._came.pop(place).id
            for where, lots in self._lots.items():
                rest -= sum(one.amount for one in lots if one.of == own)
                self._lots[where] = [one for one in lots if one.of != own]
        self._go([None, *self._last_back()], rest)
        self._cover()

    def _cover(self) -> None:
        for line in self.lines:
            self._put(line.id)

    def _put(self, item: UUID) -> None:
        """Let an item have of what is left over what it owes, the money that came first."""
        left = self._lots[None]
        left.reverse()
        self._lots[item] += self._take(None, self.owed[item] - self._on(item))
        left.reverse()

    def _on(self, place: UUID | None) -> int:
        return sum(one.amount for one in self._lots[place])

    def _last_back(self) -> list[UUID]:
        return [line.id for line in reversed(self.lines)]

    def _go(self, places: Iterable[UUID | None], amount: int) -> None:
        for place in places:
            amount -= sum(one.amount for one in self._take(place, amount))
        self._missing += amount

    def _take(self, place: UUID | None, amount: int) -> list[_Lot]:
        """Take so much from a place, or all there is: the last that came there first."""
        taken: list[_Lot] = []
        lots = self._lots[place]
        while lots and amount > 0:
            last = lots.pop()
            part = min(last.amount, amount)
            if part < last.amount:
                lots.append(replace(last, amount=last.amount - part))
            taken.append(replace(last, amount=part))
            amount -= part
        return taken


def _likeness(came: Entry, reversal: Entry) -> int:
    """Return how surely a payment is the one reversed, 0 for not at all.

    A reversal names its payment. Older ones do not: they go by the receipt, and where
    that had been replaced by the amount and aim, the last that stands.
    """
    if "of" in reversal.data:
        return 3 if reversal.data["of"] == str(came.id) else 0
    if reversal.receipt_id is not None and came.receipt_id == reversal.receipt_id:
        return 2
    return int((came.amount, came.item) == (reversal.amount, reversal.item))
