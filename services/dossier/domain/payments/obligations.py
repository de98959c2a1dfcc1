"""What a movement of the account means for the obligations the dossier itself knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.dossier.domain.course import Obligation
from services.dossier.domain.payments.account import Account


@dataclass(frozen=True, slots=True)
class Moved:
    """What the ledger says anew of an obligation: its amount, and how much came in (below 0: went back)."""

    obligation_id: UUID
    amount: int
    paid: int


def moved_between(before: Account, after: Account, obligations: Iterable[Obligation]) -> list[Moved]:
    """Return what became of the obligations that stand; both accounts are of their dossier."""
    own = {one.id for one in obligations if one.cancelled_at is None}
    stood = {one.id: (one.owed, one.paid) for one in before.items}
    return [
        Moved(item.id, item.owed, item.paid - stood[item.id][1])
        for item in after.items
        if item.id in own and stood[item.id] != (item.owed, item.paid)
    ]
