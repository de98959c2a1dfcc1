"""The cashier: take money, cancel or replace a receipt, all within a day that is not closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from services.dossier.use_cases.payments.copies import require_unsigned
from services.dossier.use_cases.payments.ledger import Ledger, open_ledger
from services.dossier.use_cases.payments.numbering import numbered
from services.dossier.use_cases.payments.taking import book, tell_dossier
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
        [Taken(ledger, amount, item)],
        method=method,
        payer=payer,
        serial=serial or work.policy.receipt_serial,
    )
    ledger.write("received", since, receipt=told(receipt))
    await tell_dossier(ledger, since, f"receipt:{receipt.id}")
    return ledger, receipt


@dataclass(frozen=True, slots=True)
class Taken:
    """What of a receipt's money goes to one held account, meant for one item or for none."""

    ledger: Ledger
    amount: int
    item: UUID | None

    def aimed(self, path: str) -> "Taken":
        """Return it with the item it is meant for; raise where it is more than may be taken now."""
        account = self.ledger.account
        item = demanded_item(account, self.item)
        most = account.outstanding
        if item is not None:
            found = account.item(item)
            if found is None:
                raise Invalid(fields=[("item", "Không có khoản này")])
            most = found.outstanding
        if most == 0 or self.ledger.has_ended:
            raise NothingToPay
        if self.amount > most:
            raise Invalid(fields=[(path, "Lớn hơn số còn phải nộp")])
        return replace(self, item=item)


async def write_receipt(
    taken: Sequence[Taken],
    *,
    method: Method,
    payer: Mapping[str, Any],
    serial: str,
    visit_id: UUID | None = None,
) -> MoneyReceipt:
    """Give a receipt its number and book its money; the number's row is locked to the commit: no gap."""
    paths = ["amount"] if visit_id is None else [f"dossiers.{one.ledger.dossier.id}.amount" for one in taken]
    aimed = [one.aimed(path) for one, path in zip(taken, paths, strict=True)]
    first = aimed[0].ledger
    receipt = await numbered(
        by=first.by,
        work=first.work,
        now=first.now,
        amount=sum(one.amount for one in aimed),
        method=method,
        payer=payer,
        serial=serial,
        dossier_id=first.dossier.id,
        visit_id=visit_id,
        dossier_ids=() if visit_id is None else tuple(one.ledger.dossier.id for one in aimed),
    )
    receipt = replace(receipt, lines=tuple(line for one in aimed for line in _booked(one, receipt)))
    first.work.till.add_receipt(receipt)
    return receipt


def _booked(taken: Taken, receipt: MoneyReceipt) -> list[dict[str, Any]]:
    """Book what is one dossier's; return what the money was for, as the receipt says it."""
    ledger, dossier = taken.ledger, taken.ledger.dossier
    before = {one.id: one.paid for one in ledger.account.items}
    source = _source(receipt, dossier.id)
    book(ledger, taken.amount, method=receipt.method, source=source, item=taken.item, receipt_id=receipt.id)
    named = {"dossier_id": str(dossier.id), "dossier": dossier.dossier_code or dossier.reference}
    return [
        {
            "kind": one.kind.value,
            "code": one.code,
            "name": one.name,
            "amount": one.paid - before[one.id],
            **(named if receipt.visit_id else {}),
        }
        for one in ledger.account.items
        if one.paid > before[one.id]
    ]


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
) -> tuple[list[Ledger], MoneyReceipt]:
    """Return a valid receipt and the held account of every dossier it is of, for its own cashier."""
    found = await work.till.receipt(receipt_id)
    if found is None:
        raise NotFound
    if found.asking_id is not None:
        await work.payments.hold_asking(found.asking_id)
    ledgers = [await open_ledger(one, by=by, work=work, now=now) for one in found.of_dossiers]
    # Read again under the accounts' locks: two who cancel at once are one cancellation.
    receipt = await work.till.receipt(receipt_id) or found
    if receipt.version != seen:
        raise Stale
    if receipt.cashier != by.subject or not by.has_role("CASHIER"):
        raise Forbidden
    if receipt.state is not ReceiptState.VALID:
        raise ReceiptEnded
    return ledgers, receipt


async def cancel_receipt(
    receipt_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> MoneyReceipt:
    """Cancel a receipt written by mistake while its day is open; its money went back over the counter.

    A visit's as a whole. Not once a dossier of it went on because of it, a copy of it is certified, or the
    money is being refunded: that takes two people.
    """
    ledgers, receipt = await open_receipt(receipt_id, by=by, seen=seen, work=work, now=now)
    drawer = await work.till.hold_drawer(receipt.agency, receipt.cashier, receipt.day)
    if drawer.closing is not None:
        raise DayClosed("Hãy lập đề nghị hoàn tiền.")
    await require_unsigned(receipt, work=work)
    for ledger in ledgers:
        await _reverse(ledger, receipt, reason)
    ended = receipt.ended(ReceiptState.CANCELLED, reason=reason)
    work.till.save_receipt(ended, look_at=now)
    return ended


async def _reverse(ledger: Ledger, receipt: MoneyReceipt, reason: str) -> None:
    """Take what the receipt brought one dossier back out of its account."""
    since = ledger.account.version
    source = _source(receipt, ledger.dossier.id)
    paid = next(one for one in ledger.account.entries if one.source == source)
    ledger.add(
        EntryKind.REVERSED,
        paid.amount,
        item=paid.item,
        method=receipt.method,
        receipt_id=receipt.id,
        reason=reason,
        of=str(paid.id),
    )
    asked = await ledger.work.payments.refunds_asked(ledger.dossier.id)
    require_cancellable(ledger.dossier, ledger.account.until(since), ledger.account, asked=asked)
    ledger.write("reversed", since, receipt=told(receipt))
    await tell_dossier(ledger, since, f"reversed:{receipt.id}")


def _source(receipt: MoneyReceipt, dossier_id: UUID) -> str:
    """Return under which source a dossier's part was booked: of the first of the receipt's replacements."""
    first = receipt.lines[0].get("first", receipt.id) if receipt.lines else receipt.id
    return f"receipt:{first}:{dossier_id}" if receipt.visit_id else f"receipt:{first}"


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
    number = await work.till.next_receipt_number(receipt.agency, receipt.serial, local.year)
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
    ended = receipt.ended(ReceiptState.REPLACED, reason=reason, by=new.id)
    is_known = bool(receipt.e_number)
    # One the provider has not numbered yet is told first: a replacement names what it replaces.
    told_as = ElectronicState.CANCELLED if is_known else ElectronicState.WAITING
    # The old one ends first: of an asking for copies one receipt stands at a time.
    work.till.save_receipt(replace(ended, electronic=told_as), look_at=None if is_known else now)
    work.till.add_receipt(new)
    return new
