"""Money for certified copies: taken in the call that asks, back when they are refused, forgotten in time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.intake.copies import CopyRequest
from services.dossier.domain.payments.account import Method
from services.dossier.domain.payments.copy_money import (
    CopyPayment,
    due_of,
    is_owing,
    lines_of,
    pays_back,
    require_exact,
    require_paid,
)
from services.dossier.domain.payments.counter import MoneyReceipt, Refund
from services.dossier.domain.payments.errors import (
    DayClosed,
    MoneyReliedOn,
    MoneySpokenFor,
    NotACashier,
    NothingToPay,
)
from services.dossier.use_cases.keeping import books_of, standing
from services.dossier.use_cases.payments.drawers import paying_drawer
from services.dossier.use_cases.payments.numbering import numbered
from services.dossier.use_cases.ports import Work

_AT_ONCE = 200


async def take_for_copies(
    asking_id: UUID,
    requests: Sequence[CopyRequest],
    payment: CopyPayment,
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> MoneyReceipt:
    """Take what an asking costs, all of it, and give the receipt its number in the same commit."""
    if payment.method is None or not by.has_role("CASHIER") or not by.agency:
        raise NotACashier
    due = due_of(requests)
    if due == 0:
        raise NothingToPay
    require_exact(payment, due)
    receipt = await numbered(
        by=by,
        work=work,
        now=now,
        amount=due,
        method=payment.method,
        payer=payment.payer,
        serial=payment.serial or work.policy.receipt_serial,
        lines=lines_of([one for one in requests if one.state == "WAITING"]),
        asking_id=asking_id,
    )
    work.till.add_receipt(receipt)
    return receipt


async def pay_asking(
    asking_id: UUID, payment: CopyPayment, *, by: Caller, work: Work, now: datetime
) -> MoneyReceipt:
    """Take the money of copies somebody else entered, or whose receipt was cancelled; once."""
    if not by.has_role("CASHIER") or not by.agency:
        raise NotACashier
    await work.payments.hold_asking(asking_id)
    requests = await work.ways_in.copies.of_asking(asking_id)
    books = await books_of(by, work, now, work.fee_rules.copies_procedure)
    if not requests or requests[0].agency not in books:
        raise NotFound
    if await work.till.receipts_of_askings([asking_id]):
        raise NothingToPay
    payer = payment.payer
    if not payer.get("full_name"):
        opened = work.seals.open(requests[0].requester_sealed, purpose="copy")
        payer = {**payer, "full_name": opened.get("full_name", "") if isinstance(opened, dict) else ""}
    return await take_for_copies(
        asking_id, requests, replace(payment, payer=payer), by=by, work=work, now=now
    )


async def require_settled(requests: Sequence[CopyRequest], *, work: Work) -> None:
    """Hold the askings' money and raise `CopiesUnpaid` unless every fee has its receipt."""
    askings = sorted({one.asking_id for one in requests if one.asking_id and is_owing(one)})
    for asking in askings:
        await work.payments.hold_asking(asking)
    receipts = await work.till.receipts_of_askings(askings) if askings else []
    require_paid(requests, [one.asking_id for one in receipts if one.asking_id])


async def give_back(
    declined: Sequence[CopyRequest], *, reason: str, by: Caller, work: Work, now: datetime
) -> list[Refund]:
    """Propose that the money of refused copies goes back; nobody has to remember it. A second person pays.

    Who refuses proposes, with the reason of the refusal; nothing for what is exempt or was not paid.
    """
    owing = sorted((one for one in declined if is_owing(one)), key=lambda one: str(one.asking_id))
    found = []
    for asking, group in groupby(owing, key=lambda one: one.asking_id):
        requests = list(group)
        if asking is None:
            continue
        await work.payments.hold_asking(asking)
        receipts = await work.till.receipts_of_askings([asking])
        if not receipts:
            continue
        opened = work.seals.open(requests[0].requester_sealed, purpose="copy")
        payee = {"full_name": opened.get("full_name", "")} if isinstance(opened, dict) else {}
        refund = Refund(
            id=new_id(),
            dossier_id=None,
            asking_id=asking,
            agency=receipts[0].agency,
            amount=sum(one.charged or 0 for one in requests),
            method=receipts[0].method,
            reason=reason,
            payee_sealed=work.seals.seal(payee, purpose="payee"),
            asked_by=by.subject,
            asked_at=now,
        )
        work.payments.add_refund(refund)
        found.append(refund)
    return found


async def pay_back(
    found: Refund,
    *,
    approved: bool,
    note: str,
    drawer: str = "",
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Refund:
    """Hand the money of refused copies out: a second person, cash from their own open drawer.

    It is not declined: nobody keeps the money of copies that were not made. A manager, who has no drawer,
    pays cash out of that of the cashier who took it, or of one named by `drawer`.
    """
    here = await standing(by, found.agency, work, now, work.fee_rules.copies_procedure)
    if found.asking_id is None or found.agency != here.agency:
        raise NotFound
    await work.payments.hold_asking(found.asking_id)
    refund = await work.payments.refund(found.id) or found
    if refund.version != seen:
        raise Stale
    decided = refund.decided(by, approved=approved, note=note, now=now)
    if not pays_back(refund.agency, here):
        raise Forbidden
    if not approved:
        raise Invalid(fields=[("approved", "Tiền của bản sao bị từ chối phải trả lại")])
    if refund.method is Method.CASH:
        receipts = await work.till.receipts_of_askings([found.asking_id])
        usual = by.subject if by.has_role("CASHIER") or not receipts else receipts[0].cashier
        cashier = await paying_drawer(refund, usual, drawer, by=by, work=work, now=now)
        held = await work.till.hold_drawer(by.agency, cashier, now.astimezone(VIETNAM).date())
        if held.closing is not None:
            raise DayClosed
        decided = replace(decided, drawer=cashier)
    work.payments.save_refund(decided)
    return decided


async def require_unsigned(receipt: MoneyReceipt, *, work: Work) -> None:
    """Raise unless one person may cancel a receipt of copies: none is certified, no money on its way back."""
    if receipt.asking_id is None:
        return
    if await work.payments.refunded_of_asking(receipt.asking_id):
        raise MoneySpokenFor
    requests = await work.ways_in.copies.of_asking(receipt.asking_id)
    if any(one.state == "CERTIFIED" for one in requests):
        raise MoneyReliedOn


async def forget_payers(*, work: Work, now: datetime) -> int:
    """Forget who asked and paid for copies once receipts are kept long enough; return how many rows.

    Number, day, amount and lines stay, which name nobody; the book itself is kept for good.
    """
    first = work.fee_rules.receipts_kept_from(now.astimezone(VIETNAM).date())
    receipts = await work.till.receipts_of_copies_before(first, _AT_ONCE)
    for receipt in receipts:
        work.till.forget_payer(receipt)
    refunds = await work.payments.refunds_of_copies_before(first, _AT_ONCE)
    for refund in refunds:
        work.payments.forget_payee(refund)
    requests = await work.ways_in.copies.ended_before(first, _AT_ONCE)
    for request in requests:
        work.ways_in.copies.forget(request)
    return len(receipts) + len(refunds) + len(requests)
