"""Opens payments, finds those whose news were lost, and holds the platform's list against the books."""

import structlog

from kernel.core.apart import Apart
from kernel.core.errors import Unavailable
from kernel.service import Job, JobTick
from services.gateway.domain.log_reason import for_the_log
from services.gateway.use_cases.portal.exchange.payments import CarryPayments

_HALF_HOUR = 1800.0
_LIST = "payments"
_log = structlog.get_logger()


async def carry(tick: JobTick) -> None:
    """Open and look up what is due; a dossier service that is away is asked again next time."""
    payments: CarryPayments | None = tick.resources.portal.payments
    if payments is None:
        return
    apart = Apart("payments not carried")
    for deed in (payments.open_waiting, payments.look_up_due):
        with apart.each(deed.__name__):
            try:
                await deed()
            except Unavailable as away:
                _log.warning("payments_not_carried", reason=for_the_log(away))
    apart.tell()


async def reconcile(tick: JobTick) -> None:
    """Compare the days that are due; one whose list cannot be read stays in the figures until it can."""
    payments: CarryPayments | None = tick.resources.portal.payments
    if payments is None:
        return
    found = await payments.reconcile_due()
    for day, fault in found.faults.items():
        _log.warning("payments_not_reconciled", day=day.isoformat(), fault=type(fault).__name__)
    unread = [f"{day}: {fault}" for day, fault in found.faults.items() if isinstance(fault, ValueError)]
    if unread:
        async with tick.open_work() as work:
            work.portal_codes.note_fault(_LIST, "; ".join(unread), tick.now)
    elif found.days:
        async with tick.open_work() as work:
            work.portal_codes.note_read(_LIST, found.differences, tick.now)
    if found.differences:
        _log.warning("payments_differ", differences=found.differences)


PORTAL_PAYMENTS = Job("portal_payments", 2, carry)
PAYMENT_RECONCILIATION = Job("payment_reconciliation", _HALF_HOUR, reconcile)
