"""Opens payments, finds those whose news were lost, and holds the platform's list against the books."""

import structlog

from kernel.core.apart import Apart
from kernel.core.errors import Unavailable
from kernel.service import Job, JobTick
from services.gateway.domain.portal_answers import PortalSilent
from services.gateway.use_cases.portal_payments import CarryPayments

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
                _log.warning("payments_not_carried", reason=away.detail)
    apart.tell()


async def reconcile(tick: JobTick) -> None:
    """Compare yesterday, once; a silent platform is asked again next time."""
    payments: CarryPayments | None = tick.resources.portal.payments
    if payments is None:
        return
    try:
        found = await payments.reconcile_yesterday()
    except (Unavailable, PortalSilent, ValueError) as error:
        _log.warning("payments_not_reconciled", reason=str(error))
        if isinstance(error, ValueError):
            async with tick.open_work() as work:
                work.portal_codes.note_fault(_LIST, str(error), tick.now)
        return
    if found is not None:
        async with tick.open_work() as work:
            work.portal_codes.note_read(_LIST, found, tick.now)
    if found:
        _log.warning("payments_differ", differences=found)


PORTAL_PAYMENTS = Job("portal_payments", 2, carry)
PAYMENT_RECONCILIATION = Job("payment_reconciliation", _HALF_HOUR, reconcile)
