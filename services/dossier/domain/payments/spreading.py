"""Where the money of an account lies: entry by entry, as it came and went."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from services.dossier.domain.payments.entries import Entry, EntryKind


class Spread:
    """Which item each đồng is on, and what is left over; what a receipt said it paid stays what it paid.

    Money goes to the item it is meant for, what that does not owe to the others, first what is to be paid
    before acceptance. What is left over waits for the next debt. A refund takes what is left over, then of
    the item it names, else of the last back. A cancelled receipt takes back what it had paid.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._lines: list[Entry] = []
        self._landings: list[tuple[Entry, Mapping[UUID, int]]] = []
        self._left_over = 0
        self.owed: dict[UUID, int] = {}
        self.paid: dict[UUID, int] = {}
        for entry in entries:
            self._read(entry)

    @property
    def lines(self) -> list[Entry]:
        """The entries that say what is owed: what is to be paid before acceptance first, then the oldest."""
        return sorted(self._lines, key=lambda one: (not one.data.get("is_before"), one.sequence))

    def _read(self, entry: Entry) -> None:
        match entry.kind:
            case EntryKind.OWED:
                self._lines.append(entry)
                self.owed[entry.id], self.paid[entry.id] = entry.amount, 0
                self._cover()
            case EntryKind.CORRECTED if entry.item in self.owed:
                self.owed[entry.item] += entry.amount
                self._take(entry.item, self.paid[entry.item] - self.owed[entry.item], keeps=True)
                self._cover()
            case EntryKind.PAID:
                self._come(entry)
            case EntryKind.REFUNDED:
                named = [entry.item] if entry.item in self.owed else []
                from_left = min(max(self._left_over, 0), entry.amount)
                self._left_over -= from_left
                self._go([*named, *self._last_back()], entry.amount - from_left)
            case EntryKind.REVERSED:
                self._undo(entry)

    def _come(self, entry: Entry) -> None:
        before = dict(self.paid)
        self._left_over += entry.amount
        if entry.item in self.owed:
            self._put(entry.item)
        self._cover()
        landing = {item: paid - before[item] for item, paid in self.paid.items() if paid != before[item]}
        self._landings.append((entry, landing))

    def _undo(self, entry: Entry) -> None:
        """Take back what the receipt brought; the rest was left over, or has paid another since."""
        rest = entry.amount
        for item, part in self._landing_of(entry).items():
            rest -= self._take(item, min(part, rest))
        from_left = min(max(self._left_over, 0), rest)
        self._left_over -= from_left
        self._go(self._last_back(), rest - from_left)
        self._cover()

    def _landing_of(self, reversal: Entry) -> Mapping[UUID, int]:
        """Return what the cancelled receipt had paid."""
        standing = [(_likeness(came, reversal), place) for place, (came, _) in enumerate(self._landings)]
        likeness, place = max(standing, default=(0, 0))
        return self._landings.pop(place)[1] if likeness else {}

    def _cover(self) -> None:
        for line in self.lines:
            self._put(line.id)

    def _put(self, item: UUID) -> None:
        part = min(max(self._left_over, 0), self.owed[item] - self.paid[item])
        self.paid[item] += part
        self._left_over -= part

    def _last_back(self) -> list[UUID]:
        return [line.id for line in reversed(self.lines)]

    def _go(self, items: Iterable[UUID], amount: int) -> None:
        for item in items:
            amount -= self._take(item, amount)
        # More went back than came in: the next money that comes makes it good.
        self._left_over -= amount

    def _take(self, item: UUID, amount: int, *, keeps: bool = False) -> int:
        part = min(max(amount, 0), self.paid[item])
        self.paid[item] -= part
        self._left_over += part if keeps else 0
        return part


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
