"""Once in a while the portal is asked what it holds; what differs is listed for people."""

import structlog

from kernel.core.errors import Unavailable
from kernel.service import Job, JobTick
from services.gateway.domain.log_reason import for_the_log
from services.gateway.use_cases.portal.telling.reconcile import Reconcile

_SAMPLE = 200
_HOURLY = 3600.0
_log = structlog.get_logger()


async def compare_with_portal(tick: JobTick) -> None:
    """Look at a sample; a silent portal is asked again next time."""
    if not tick.resources.portal.is_connected:
        return
    reconcile: Reconcile = tick.resources.portal.reconcile
    try:
        found = await reconcile.run(_SAMPLE)
    except Unavailable as silence:
        _log.warning("portal_not_compared", reason=for_the_log(silence))
        return
    if found:
        _log.warning("portal_differs", dossiers=found)


PORTAL_RECONCILE = Job("portal_reconcile", _HOURLY, compare_with_portal)
