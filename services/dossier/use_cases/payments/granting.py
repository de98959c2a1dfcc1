"""The lines an exemption takes off an account."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.payments.account import Account, EntryKind, Item
from services.dossier.domain.payments.errors import ExemptedAlready, NoSuchExemption
from services.dossier.domain.payments.fees import Relief, granted, less
from services.dossier.use_cases.payments.ledger import Ledger


def grant(ledger: Ledger, relief: Relief, items: list[UUID], evidence: Mapping[str, Any]) -> None:
    """Add the lines an exemption takes off: of the items it fits, or of those named."""
    for item in _fitting(ledger.dossier, ledger.account, relief, items):
        off = less(item.owed, relief.percent)
        ledger.add(
            EntryKind.CORRECTED,
            -off,
            item=item.id,
            exemption=granted(relief),
            evidence=dict(evidence),
            reason=relief.name,
        )


def _fitting(dossier: Dossier, account: Account, relief: Relief, named: list[UUID]) -> list[Item]:
    exempted = {one.item for one in account.entries if one.data.get("exemption")}
    found = [
        one
        for one in account.items
        if (not named or one.id in named)
        and one.owed > 0
        and relief.fits(code=one.code, kind=one.kind, sector=dossier.sector, channel=dossier.channel)
    ]
    if not found or not set(named) <= {one.id for one in found}:
        raise NoSuchExemption(fields=[("items", "Diện này không áp dụng cho khoản thu")])
    if exempted & {one.id for one in found}:
        raise ExemptedAlready
    return found
