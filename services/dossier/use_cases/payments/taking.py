"""Money comes in: booked once, and a dossier that waited for it goes on in that commit."""

from typing import Any
from uuid import UUID

from services.dossier.domain.payments.account import Entry, EntryKind, ItemKind, Method
from services.dossier.domain.states import State
from services.dossier.use_cases.pause_dossier import settle_financial
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
    before = ledger.account.until(since)
    covered = {one.id: one.paid for one in before.items}
    for item in ledger.account.items:
        more = item.paid - covered.get(item.id, 0)
        if item.kind is ItemKind.OBLIGATION and more > 0 and is_waiting(ledger):
            await settle_financial(
                ledger.dossier.id,
                item.id,
                receipt=source,
                amount=more,
                by=ledger.by,
                work=ledger.work,
                now=ledger.now,
            )
            return


def is_waiting(ledger: Ledger) -> bool:
    """Tell whether the dossier stands for money, also while a withdrawal waits to be decided."""
    dossier = ledger.dossier
    return State.AWAITING_FINANCIAL in {dossier.state, dossier.prior_state}
