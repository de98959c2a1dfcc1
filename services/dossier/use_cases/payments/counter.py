"""The cashier: take money, cancel or replace a receipt, all within a day that is not closed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.payments.account import EntryKind, Method
from services.dossier.domain.payments.claims import demanded_item
from services.dossier.domain.payments.counter import (
    COUNTER_METHODS,
    ElectronicState,
    MoneyReceipt,
    ReceiptState,
    collects,
    require_cancellable,
)
from services.dossier.domain.payments.errors import DayClosed, NotACashier, NothingToPay, ReceiptEnded
from services.dossier.use_cases.payments.ledger import Ledger, open_ledger
from services.dossier.use_cases.payments.taking import book, go_back, go_on
from services.dossier.use_cases.ports import Work


async def take_payment(
    dossier_id: UUID,
    *,
    amount: int,
    method: Method,
    item: UUID | None,
    payer: Mapping[str, Any],
    serial: str,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> tuple[Ledger, MoneyReceipt]:
    """Take money over the counter and give the receipt its number in one commit.

    More than is owed is not taken: the cashier gives change. Less is: the rest stays owed.
    """
    ledger = await open_ledger(dossier_id, by=by, work=work, now=now, seen=seen)
    if not collects(ledger.dossier, by):
        raise NotACashier
    if method not in COUNTER_METHODS:
        raise Invalid(fields=[("method", "Không phải cách thu tại quầy")])
    since = ledger.account.version
    receipt = await write_receipt(
        ledger,
        amount=amount,
        method=method,
        item=item,
        payer=payer,
        serial=serial or work.policy.receipt_serial,
    )
    ledger.write("received", since, receipt=told(receipt))
    await go_on(ledger, since, f"receipt:{receipt.id}")
    return ledger, receipt


async def write_receipt(
    ledger: Ledger, *, amount: int, method: Method, item: UUID | None, payer: Mapping[str, Any], serial: str
) -> MoneyReceipt:
    """Give a receipt its number and book its money; the number's row is locked to the commit: no gap."""
    by, work, now, account = ledger.by, ledger.work, ledger.now, ledger.account
    item = demanded_item(account, item)
    most = account.outstanding
    if item is not None:
        found = account.item(item)
        if found is None:
            raise Invalid(fields=[("item", "Không có khoản này")])
        most = found.outstanding
    if most == 0:
        raise NothingToPay
    if amount > most:
        raise Invalid(fields=[("amount", "Lớn hơn số còn phải nộp")])
    local = now.astimezone(VIETNAM)
    drawer = await work.payments.hold_drawer(by.agency, by.subject, local.date())
    if drawer.closing is not None:
        raise DayClosed
    number = await work.payments.next_receipt_number(by.agency, serial, local.year)
    receipt = MoneyReceipt(
        id=new_id(),
        agency=by.agency,
        serial=serial,
        year=local.year,
        number=number,
        dossier_id=ledger.dossier.id,
        amount=amount,
        method=method,
        cashier=by.subject,
        cashier_name=by.name,
        payer_sealed=work.seals.seal(dict(payer), purpose="payer"),
        lines=(),
        issued_at=now,
        day=local.date(),
    )
    before = {one.id: one.paid for one in account.items}
    book(ledger, amount, method=method, source=f"receipt:{receipt.id}", item=item, receipt_id=receipt.id)
    receipt = replace(receipt, lines=_lines(ledger, before))
    work.payments.add_receipt(receipt)
    return receipt


def _lines(ledger: Ledger, before: Mapping[UUID, int]) -> tuple[dict[str, Any], ...]:
    """Return what the money was for, as the receipt says it."""
    return tuple(
        {"kind": one.kind.value, "code": one.code, "name": one.name, "amount": one.paid - before[one.id]}
        for one in ledger.account.items
        if one.paid > before[one.id]
    )


def told(receipt: MoneyReceipt) -> dict[str, Any]:
    """Return a receipt as events tell it."""
    return {
        "receipt_id": str(receipt.id),
        "agency": receipt.agency,
        "serial": receipt.serial,
        "year": receipt.year,
        "number": receipt.written_number,
        "amount": receipt.amount,
    }


async def open_receipt(
    receipt_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime
) -> tuple[Ledger, MoneyReceipt]:
    """Return a valid receipt and its dossier's held account, for its own cashier."""
    found = await work.payments.receipt(receipt_id)
    if found is None:
        raise NotFound
    ledger = await open_ledger(found.dossier_id, by=by, work=work, now=now)
    # Read again under the account's lock: two who cancel at once are one cancellation.
    receipt = await work.payments.receipt(receipt_id) or found
    if receipt.version != seen:
        raise Stale
    if receipt.cashier != by.subject or not by.has_role("CASHIER"):
        raise Forbidden
    if receipt.state is not ReceiptState.VALID:
        raise ReceiptEnded
    return ledger, receipt


async def cancel_receipt(
    receipt_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> MoneyReceipt:
    """Cancel a receipt written by mistake while its day is open; its money went back over the counter.

    Not once the dossier went on because of it, or the money is being refunded: that takes two people.
    """
    ledger, receipt = await open_receipt(receipt_id, by=by, seen=seen, work=work, now=now)
    drawer = await work.payments.hold_drawer(receipt.agency, receipt.cashier, receipt.day)
    if drawer.closing is not None:
        raise DayClosed("Hãy lập đề nghị hoàn tiền.")
    since = ledger.account.version
    paid = next(one for one in ledger.account.entries if one.source == _source(receipt))
    ledger.add(
        EntryKind.REVERSED,
        receipt.amount,
        item=paid.item,
        method=receipt.method,
        receipt_id=receipt.id,
        reason=reason,
    )
    asked = await work.payments.refunds_asked(ledger.dossier.id)
    require_cancellable(ledger.dossier, ledger.account.until(since), ledger.account, asked=asked)
    ledger.write("reversed", since, receipt=told(receipt))
    await go_back(ledger, since, f"reversed:{receipt.id}")
    ended = receipt.ended(ReceiptState.CANCELLED, reason=reason)
    work.payments.save_receipt(ended, look_at=now)
    return ended


def _source(receipt: MoneyReceipt) -> str:
    """Return under which source the receipt's money was booked: the first of its replacements."""
    return f"receipt:{receipt.lines[0].get('first', receipt.id)}"


async def replace_receipt(
    receipt_id: UUID,
    *,
    reason: str,
    payer: Mapping[str, Any],
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> MoneyReceipt:
    """Give a receipt with a wrong payer a new number; the money stays where and when it was taken."""
    _, receipt = await open_receipt(receipt_id, by=by, seen=seen, work=work, now=now)
    local = now.astimezone(VIETNAM)
    number = await work.payments.next_receipt_number(receipt.agency, receipt.serial, local.year)
    first = receipt.lines[0].get("first", str(receipt.id))
    new = replace(
        receipt,
        id=new_id(),
        year=local.year,
        number=number,
        payer_sealed=work.seals.seal(dict(payer), purpose="payer"),
        lines=tuple({**line, "first": first} for line in receipt.lines),
        issued_at=now,
        replaces=receipt.id,
        electronic=ElectronicState.WAITING,
        e_serial="",
        e_number="",
        attempts=0,
        failure="",
        version=1,
    )
    work.payments.add_receipt(new)
    ended = receipt.ended(ReceiptState.REPLACED, reason=reason, by=new.id)
    is_known = bool(receipt.e_number)
    # One the provider has not numbered yet is told first: a replacement names what it replaces.
    told_as = ElectronicState.CANCELLED if is_known else ElectronicState.WAITING
    work.payments.save_receipt(replace(ended, electronic=told_as), look_at=None if is_known else now)
    return new
