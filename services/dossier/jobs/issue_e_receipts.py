"""Tells the provider of electronic receipts what the counters issued, cancelled and replaced."""

from collections.abc import Collection, Sequence
from uuid import UUID

from kernel.core.apart import Apart
from kernel.service import Job, JobTick
from services.dossier.jobs.going_past import go_past
from services.dossier.use_cases.payments.e_receipts import keep_answer, payer_of, tell_provider
from services.dossier.use_cases.payments.ports import ReceiptProvider

_AT_ONCE = 50


async def run(tick: JobTick) -> None:
    """Tell what is due; the network is called outside any transaction, and every call may be repeated."""
    provider = tick.resources.receipts
    if provider is None:
        return

    async def found(past: Collection[UUID]) -> Sequence[UUID]:
        async with tick.open_work() as work:
            waiting: Sequence[UUID] = await work.till.receipts_due(tick.now, _AT_ONCE, past)
        return waiting

    async def tell(receipt_id: UUID) -> None:
        await _tell(tick, provider, receipt_id)

    apart = Apart("electronic receipts that are not told")
    await go_past(tick, found, lambda one: one, tell, apart=apart, at_once=_AT_ONCE)
    apart.tell()


async def _tell(tick: JobTick, provider: ReceiptProvider, receipt_id: UUID) -> None:
    async with tick.open_work() as work:
        receipt = await work.till.receipt(receipt_id)
        if receipt is None:
            return
        payer = payer_of(work, receipt)
    answer = await tell_provider(provider, receipt, payer)
    async with tick.open_work() as work:
        if receipt.dossier_id is not None:
            await work.payments.hold(receipt.dossier_id)
        elif receipt.asking_id is not None:
            await work.payments.hold_asking(receipt.asking_id)
        current = await work.till.receipt(receipt.id)
        # Cancelled while the provider was asked: what it said is kept, and the cancellation is told next.
        keep_answer(work, current or receipt, answer, tick.now)


ISSUE_E_RECEIPTS = Job("issue-e-receipts", 2, run)
