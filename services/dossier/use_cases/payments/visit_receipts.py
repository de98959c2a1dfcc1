"""One receipt for the dossiers of a visit: a line a dossier, booked in each one's ledger, in one commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid, NotFound
from services.dossier.domain.payments.account import Method
from services.dossier.domain.payments.counter import COUNTER_METHODS, MoneyReceipt, collects
from services.dossier.domain.payments.errors import NotACashier
from services.dossier.use_cases.payments.counter import Taken, told, write_receipt
from services.dossier.use_cases.payments.ledger import Ledger, open_ledger
from services.dossier.use_cases.payments.taking import tell_dossier
from services.dossier.use_cases.ports import Work


@dataclass(frozen=True, slots=True)
class Part:
    """What of the money is for one dossier, and the account's version its cashier saw."""

    dossier_id: UUID
    amount: int
    seen: int


async def take_for_visit(
    visit_id: UUID,
    parts: Sequence[Part],
    *,
    method: Method,
    payer: Mapping[str, Any],
    serial: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> tuple[list[Ledger], MoneyReceipt]:
    """Take one sum for several dossiers of a visit to the cashier's own agency: all are booked or none.

    Accounts are held in the order of their ids, so that two cashiers wait for each other and never in a ring.
    """
    if not by.has_role("CASHIER") or not by.agency:
        raise NotACashier
    if method not in COUNTER_METHODS:
        raise Invalid(fields=[("method", "Không phải cách thu tại quầy")])
    if len({one.dossier_id for one in parts}) < len(parts):
        raise Invalid(fields=[("dossiers", "Hồ sơ được nêu hai lần")])
    of_visit = {UUID(int=row["id"].int) for row in await work.ways_in.visits.dossiers(visit_id, by.agency)}
    if not of_visit:
        raise NotFound
    if strange := [str(n) for n, one in enumerate(parts) if one.dossier_id not in of_visit]:
        raise Invalid(fields=[(f"dossiers.{n}.dossier_id", "Không thuộc lượt này") for n in strange])
    taken: list[Taken] = []
    for part in sorted(parts, key=lambda one: one.dossier_id):
        ledger = await open_ledger(part.dossier_id, by=by, work=work, now=now, seen=part.seen)
        if not collects(ledger.dossier, by):
            raise NotACashier
        taken.append(Taken(ledger, part.amount, None))
    since = [one.ledger.account.version for one in taken]
    receipt = await write_receipt(
        taken,
        method=method,
        payer=payer,
        serial=serial or work.policy.receipt_serial,
        visit_id=visit_id,
    )
    for one, version in zip(taken, since, strict=True):
        one.ledger.write("received", version, receipt=told(receipt))
        await tell_dossier(one.ledger, version, f"receipt:{receipt.id}")
    return [one.ledger for one in taken], receipt
