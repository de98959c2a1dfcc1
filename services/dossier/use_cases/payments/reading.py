"""Who may read a dossier's money: its parties, and those who work it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound
from services.dossier.domain.payments.counter import MoneyReceipt
from services.dossier.domain.payments.fees import needs_assessing
from services.dossier.domain.payments.settling import owed_back
from services.dossier.use_cases.keeping import standing
from services.dossier.use_cases.payments.ports import Money
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import read_dossier

_OF_COPIES = ("CASHIER", "ONE_STOP_OFFICER", "ONE_STOP_MANAGER", "SIGNER")


async def read_money(dossier_id: UUID, *, by: Caller, work: Work, now: datetime) -> tuple[Money, list[str]]:
    """Return the money and the fees somebody still has to say the amount of."""
    detail, sees_all = await read_dossier(dossier_id, by=by, work=work, now=now)
    if not sees_all:
        raise NotFound
    money = await work.payments.money(dossier_id)
    dossier, grounds = await work.dossiers.load(dossier_id)
    back = owed_back(dossier.settlement, money.refunds, dossier.ended_at)
    money = replace(money, owed_back=back)
    channel = grounds.procedure.channel(detail.dossier.channel)
    open_rows = [fee for fee in (channel.fees if channel else ()) if needs_assessing(fee)]
    assessed = {one.code for one in money.account.items}
    waiting = [
        str(fee.get("name") or fee.get("note") or "Phí, lệ phí theo quy định")
        for fee in open_rows
        if not fee.get("code") or fee["code"] not in assessed
    ]
    return money, waiting


async def read_receipt(receipt_id: UUID, *, by: Caller, work: Work, now: datetime) -> MoneyReceipt:
    """Return a receipt to whoever sees its dossier; a visit's with the lines of those they see.

    One of certified copies to the one-stop unit and the signers of its agency; it names nobody.
    """
    receipt = await work.till.receipt(receipt_id)
    if receipt is None:
        raise NotFound
    if receipt.asking_id is not None:
        here = await standing(by, receipt.agency, work, now)
        if by.kind is not CallerKind.STAFF or here.agency != receipt.agency or not by.has_role(*_OF_COPIES):
            raise NotFound
        return receipt
    seen = {one for one in receipt.of_dossiers if await _sees(one, by=by, work=work, now=now)}
    if not seen:
        raise NotFound
    return replace(receipt, lines=tuple(receipt.lines_of(seen)))


async def _sees(dossier_id: UUID, *, by: Caller, work: Work, now: datetime) -> bool:
    """Tell whether the caller sees all of a dossier."""
    try:
        _, sees_all = await read_dossier(dossier_id, by=by, work=work, now=now)
    except (NotFound, Forbidden):
        return False
    return sees_all
