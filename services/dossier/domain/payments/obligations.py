"""What a movement of the account means for the obligations the dossier itself knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.dossier.domain.obligations import Obligation
from services.dossier.domain.payments.account import Account, ItemKind


@dataclass(frozen=True, slots=True)
class Moved:
    """What the ledger says anew of an obligation: its amount, and how much came in (below 0: went back)."""

    obligation_id: UUID
    amount: int
    paid: int


def moved_between(before: Account, after: Account) -> list[Moved]:
    """Return what became of the obligations both accounts of a dossier know; which it stands for, it says.

    By the ledger alone: a notice may have come since the dossier was read, and its money moves all the same.
    """
    stood = {one.id: (one.owed, one.paid) for one in before.items}
    return [
        Moved(item.id, item.owed, item.paid - stood[item.id][1])
        for item in after.items
        if item.kind is ItemKind.OBLIGATION
        and stood.get(item.id, (item.owed, item.paid)) != (item.owed, item.paid)
    ]


def settled_since(account: Account, obligations: Iterable[Obligation]) -> datetime:
    """Return since when the ledger owes nothing of the obligations that stand; it owes nothing now."""
    own = {one.id for one in obligations if one.cancelled_at is None}
    for line in reversed(account.entries):
        before = account.until(line.sequence - 1)
        if any(item.outstanding for item in before.items if item.id in own):
            return line.at
    return account.entries[0].at


def untrue(account: Account, obligations: Iterable[Obligation]) -> list[Moved]:
    """Return what obligations that stand are to be told to be what the ledger says; nothing as a rule."""
    found = []
    for one in obligations:
        item = account.item(one.id)
        if one.cancelled_at is None and item is not None:
            moved = Moved(one.id, item.owed, item.paid - sum(paid.amount for paid in one.payments))
            found += [moved] if moved.paid or moved.amount != one.amount else []
    return found
