"""Money comes in: booked once, and a dossier that waited for it goes on in that commit."""

from typing import Any
from uuid import UUID

from services.dossier.domain.payments.account import Entry, EntryKind, Method
from services.dossier.domain.states import CLOSED
from services.dossier.use_cases.pause_dossier import reopen_financial, settle_financial
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


async def go_on(ledger: Ledger, since: int, source: str) -> None:
    """Let a dossier that stands for a financial obligation go on, as far as money has come in for it."""
    for item, more in _moved(ledger, since):
        if more > 0:
            await settle_financial(
                ledger.dossier.id,
                item,
                receipt=source,
                amount=more,
                by=ledger.by,
                work=ledger.work,
                now=ledger.now,
            )
            return


async def go_back(ledger: Ledger, since: int, source: str) -> None:
    """Let the dossier owe again what of its obligations money went back for: ledger and dossier agree."""
    given_back = {item: -more for item, more in _moved(ledger, since) if more < 0}
    if given_back:
        await reopen_financial(
            ledger.dossier.id, given_back, source=source, by=ledger.by, work=ledger.work, now=ledger.now
        )


def _moved(ledger: Ledger, since: int) -> list[tuple[UUID, int]]:
    """Return the dossier's own obligations whose money changed, and by how much; none once it is closed."""
    if ledger.dossier.state in CLOSED:
        return []
    own = {one.id for one in ledger.dossier.obligations if one.cancelled_at is None}
    covered = {one.id: one.paid for one in ledger.account.until(since).items}
    moved = ((item.id, item.paid - covered.get(item.id, 0)) for item in ledger.account.items)
    return [(item, more) for item, more in moved if more and item in own]
