"""Money comes in: booked once, and a dossier that waited for it goes on in that commit."""

from typing import Any
from uuid import UUID

from services.dossier.domain.payments.account import Entry, EntryKind, Method
from services.dossier.domain.states import CLOSED
from services.dossier.use_cases.pause_dossier import Moved, follow_money
from services.dossier.use_cases.payments.ledger import Ledger


def book(
    ledger: Ledger,
    amount: int,
    *,
    method: Method,
    source: str,
    item: UUID | None = None,
    receipt_id: UUID | None = None,
    **data: Any,
) -> Entry:
    """Add money that came in; what is beyond the debt stays as credit, to be refunded."""
    outstanding = ledger.account.outstanding
    return ledger.add(
        EntryKind.PAID,
        amount,
        item=item,
        method=method,
        source=source,
        receipt_id=receipt_id,
        is_partial=amount < outstanding,
        over=max(0, amount - outstanding),
        **data,
    )


async def tell_dossier(ledger: Ledger, since: int, source: str) -> None:
    """Let the dossier know what became of its obligations since an entry; it goes on when nothing is owed.

    Ledger and dossier so never disagree, whatever moved the account: money in or back, a correction, an
    exemption. A closed dossier is told nothing more.
    """
    moved = _moved(ledger, since)
    if moved:
        await follow_money(
            ledger.dossier.id, moved, source=source, by=ledger.by, work=ledger.work, now=ledger.now
        )


def _moved(ledger: Ledger, since: int) -> list[Moved]:
    if ledger.dossier.state in CLOSED:
        return []
    own = {one.id for one in ledger.dossier.obligations if one.cancelled_at is None}
    before = {one.id: (one.owed, one.paid) for one in ledger.account.until(since).items}
    return [
        Moved(item.id, item.owed, item.paid - before[item.id][1])
        for item in ledger.account.items
        if item.id in own and before[item.id] != (item.owed, item.paid)
    ]
