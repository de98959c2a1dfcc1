"""A receipt's number: given under the cashier's open drawer, its row locked to the commit: no gap."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from services.dossier.domain.payments.account import Method
from services.dossier.domain.payments.counter import MoneyReceipt
from services.dossier.domain.payments.errors import DayClosed
from services.dossier.use_cases.ports import Work


async def numbered(
    *,
    by: Caller,
    work: Work,
    now: datetime,
    amount: int,
    method: Method,
    payer: Mapping[str, Any],
    serial: str,
    lines: Sequence[dict[str, Any]] = (),
    dossier_id: UUID | None = None,
    visit_id: UUID | None = None,
    dossier_ids: tuple[UUID, ...] = (),
    asking_id: UUID | None = None,
) -> MoneyReceipt:
    """Return a receipt with the next number of its agency, serial and year; raise `DayClosed` after closing.

    Whoever takes money holds the drawer first: closing and receipts cannot pass each other.
    """
    local = now.astimezone(VIETNAM)
    drawer = await work.till.hold_drawer(by.agency, by.subject, local.date())
    if drawer.closing is not None:
        raise DayClosed
    number = await work.till.next_receipt_number(by.agency, serial, local.year)
    return MoneyReceipt(
        id=new_id(),
        agency=by.agency,
        serial=serial,
        year=local.year,
        number=number,
        dossier_id=dossier_id,
        amount=amount,
        method=method,
        cashier=by.subject,
        cashier_name=by.name,
        payer_sealed=work.seals.seal(dict(payer), purpose="payer"),
        lines=tuple(lines),
        issued_at=now,
        day=local.date(),
        visit_id=visit_id,
        dossier_ids=dossier_ids,
        asking_id=asking_id,
    )
