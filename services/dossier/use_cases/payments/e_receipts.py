"""Tells the provider of e-receipts what was issued and cancelled, for ever until it knows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.dossier.domain.payments.counter import ElectronicState, MoneyReceipt, ReceiptState
from services.dossier.use_cases.payments.ports import Issued, ReceiptProvider
from services.dossier.use_cases.ports import Work

_LONGEST_WAIT_SECONDS = 3600


async def tell_provider(provider: ReceiptProvider, receipt: MoneyReceipt, payer: Mapping[str, Any]) -> Issued:
    """Issue or cancel; what was cancelled before it was issued is issued first: no number lacks."""
    if receipt.electronic is ElectronicState.CANCELLING and receipt.e_number:
        return await provider.cancel(receipt)
    return await provider.issue(receipt, payer)


def keep_answer(work: Work, receipt: MoneyReceipt, answer: Issued, now: datetime) -> MoneyReceipt:
    """Keep what the provider said; a failure waits twice as long each time, an hour at most."""
    if answer.failure:
        attempts = receipt.attempts + 1
        wait = timedelta(seconds=min(2 ** min(attempts, 12), _LONGEST_WAIT_SECONDS))
        tried = replace(receipt, attempts=attempts, failure=answer.failure[:500])
        work.till.save_receipt(tried, look_at=now + wait)
        return tried
    if receipt.electronic is ElectronicState.CANCELLING and receipt.e_number:
        told = replace(receipt, electronic=ElectronicState.CANCELLED, failure="", attempts=0)
        work.till.save_receipt(told, look_at=None)
        return told
    still_to_cancel = receipt.state is ReceiptState.CANCELLED
    told = replace(
        receipt,
        electronic=ElectronicState.CANCELLING if still_to_cancel else ElectronicState.ISSUED,
        e_serial=answer.serial,
        e_number=answer.number,
        failure="",
        attempts=0,
    )
    work.till.save_receipt(told, look_at=now if still_to_cancel else None)
    return told


def payer_of(work: Work, receipt: MoneyReceipt) -> dict[str, Any]:
    """Return who paid, opened."""
    found = work.seals.open(receipt.payer_sealed, purpose="payer")
    return found if isinstance(found, dict) else {}
