"""Money comes in: booked once, and a dossier that waited for it goes on in that commit."""

from typing import Any
from uuid import UUID

from services.dossier.domain.payments.account import Entry, EntryKind, Method
from services.dossier.domain.payments.obligations import moved_between
from services.dossier.use_cases.pause_dossier import follow_money
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
    exemption. Where more is owed than before, its version moves too, from the one this was judged by: who
    accepts it or hands its result out at that moment, sure that all is paid, is too late, or this is. A
    closed dossier is told nothing more. Requests through the platform that ask for more than is owed now are
    taken back.
    """
    await ledger.end_requests(source)
    if ledger.has_ended:
        return
    before = ledger.account.until(since)
    moved = moved_between(before, ledger.account)
    is_more_owed = ledger.account.outstanding > before.outstanding
    if moved or is_more_owed:
        await follow_money(
            ledger.dossier.id,
            moved,
            amount=ledger.account.paid - before.paid,
            seen=ledger.dossier.version if is_more_owed else None,
            source=source,
            by=ledger.by,
            work=ledger.work,
            now=ledger.now,
        )
