"""Money goes back: one proposes, another approves, and only what came in and is not spoken for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.payments.account import Account, Entry, EntryKind, Method
from services.dossier.domain.payments.counter import (
    Refund,
    RefundState,
    approves,
    collects,
    require_unpromised,
)
from services.dossier.domain.payments.errors import DayClosed, NotACashier, TooMuchRefunded
from services.dossier.use_cases.continue_dossiers import name_heirs
from services.dossier.use_cases.keeping import kept_by, standing
from services.dossier.use_cases.payments.copies import pay_back
from services.dossier.use_cases.payments.drawers import paying_drawer
from services.dossier.use_cases.payments.ledger import Ledger, open_ledger
from services.dossier.use_cases.payments.ports import Portion
from services.dossier.use_cases.payments.taking import tell_dossier
from services.dossier.use_cases.ports import Work


async def ask_refund(
    dossier_id: UUID,
    *,
    amount: int,
    method: Method,
    reason: str,
    payee: Mapping[str, Any],
    item: UUID | None = None,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Refund:
    """Propose to give money back: at most what came in, less what was proposed before.

    `item`: what it is of; it is that item's money then, and no other is owed again for it.
    """
    ledger = await open_ledger(dossier_id, by=by, work=work, now=now, seen=seen)
    if not collects(ledger.dossier, by):
        raise NotACashier
    await _require_covered(ledger, amount)
    if item is not None:
        of = ledger.account.item(item)
        if of is None:
            raise Invalid(fields=[("item", "Không có khoản này")])
        if amount > of.paid + ledger.account.credit:
            raise TooMuchRefunded(fields=[("amount", f"Khoản này còn có thể hoàn {of.paid} đồng")])
    refund = Refund(
        id=new_id(),
        dossier_id=dossier_id,
        agency=by.agency,
        amount=amount,
        method=method,
        reason=reason,
        payee_sealed=work.seals.seal(dict(payee), purpose="payee"),
        asked_by=by.subject,
        asked_at=now,
    )
    line = ledger.add(EntryKind.REFUND_ASKED, amount, item=item, refund_id=str(refund.id), reason=reason)
    work.payments.add_entries([line])
    work.payments.add_refund(refund)
    return refund


async def _require_covered(ledger: Ledger, amount: int) -> None:
    """Raise unless so much came in; what would be owed again is the approver's to judge, and is told."""
    free = ledger.account.paid - await ledger.work.payments.refunds_asked(ledger.dossier.id)
    if amount > free:
        raise TooMuchRefunded(fields=[("amount", f"Còn có thể hoàn {max(0, free)} đồng")])


async def decide_refund(
    refund_id: UUID,
    *,
    approved: bool,
    note: str,
    drawer: str = "",
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Refund:
    """Approve or decline; the approval books the money out, in cash from an open drawer.

    Never money that covers another debt since it was proposed (`require_unpromised`).
    The proposer's, or that of the cashier named by `drawer`.
    """
    found = await work.payments.refund(refund_id)
    if found is None:
        raise NotFound
    if found.dossier_id is None:
        return await pay_back(
            found, approved=approved, note=note, drawer=drawer, by=by, seen=seen, work=work, now=now
        )
    dossier, grounds = await work.dossiers.load(found.dossier_id)
    here = await standing(by, found.agency, work, now, dossier.procedure_code)
    if found.agency != here.agency:
        raise NotFound
    account = await work.payments.hold(found.dossier_id)
    # Read again under the account's lock: two who approve at once are one approval.
    refund = await work.payments.refund(refund_id) or found
    if refund.version != seen:
        raise Stale
    decided = refund.decided(by, approved=approved, note=note, now=now)
    if not approves(refund.agency, here):
        raise Forbidden
    if decided.state is not RefundState.APPROVED:
        work.payments.save_refund(decided)
        return decided
    asked = _asked_line(account, refund.id)
    _require_still_there(dossier, account, asked, refund.amount)
    if refund.method is Method.CASH:
        cashier = await paying_drawer(refund, refund.asked_by, drawer, by=by, work=work, now=now)
        held = await work.till.hold_drawer(by.agency, cashier, now.astimezone(VIETNAM).date())
        if held.closing is not None:
            raise DayClosed
        decided = replace(decided, drawer=None if cashier == refund.asked_by else cashier)
    work.payments.save_refund(decided)
    ledger = Ledger(dossier, grounds, account, work, by, now)
    since = account.version
    item = asked.item if asked else None
    if dossier.is_closed:
        await name_heirs(dossier, work=work, now=now)
    ledger.forgo(refund.amount, item, refund.reason)
    ledger.add(
        EntryKind.REFUNDED,
        refund.amount,
        item=item,
        method=refund.method,
        source=f"refund:{refund.id}",
        reason=refund.reason,
        asked_by=refund.asked_by,
    )
    ledger.write("refunded", since)
    await tell_dossier(ledger, since, f"refund:{refund.id}")
    return decided


def _require_still_there(dossier: Dossier, account: Account, asked: Entry | None, amount: int) -> None:
    if account.paid < amount:
        raise TooMuchRefunded(fields=[("amount", f"Còn có thể hoàn {account.paid} đồng")])
    # Of one that has ended nothing is owed again, whatever goes back.
    if not dossier.is_closed:
        require_unpromised(account, asked, amount)


def _asked_line(account: Account, refund_id: UUID) -> Entry | None:
    """Return the ledger's own line of the proposal; it keeps what was asked for."""
    asked = (one for one in account.entries if one.kind is EntryKind.REFUND_ASKED)
    return next((one for one in asked if one.data.get("refund_id") == str(refund_id)), None)


async def refunds_waiting(
    *, after: UUID, limit: int, by: Caller, work: Work, now: datetime
) -> Portion[Refund]:
    """Return what waits for a decision at the caller's agency, or at one it goes on for."""
    if not by.agency or not by.has_role("CASHIER", "ONE_STOP_MANAGER", "SIGNER"):
        raise Forbidden
    kept = await kept_by(by, work, now)
    return await work.payments.refunds_waiting(kept, work.fee_rules.copies_procedure, after, limit)
