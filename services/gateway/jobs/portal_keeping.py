"""Keeps what the portal sent no plainer and no longer than needed."""

from datetime import timedelta

from kernel.service import Job, JobTick
from services.gateway.store.portal_keeping import forget_done, seal_plain

_HOURLY = 3600.0


async def seal_what_is_plain(tick: JobTick) -> None:
    """Seal every row that was kept before values were sealed."""
    while await seal_plain(tick.runtime.pool, tick.resources.portal.seals):
        if tick.runtime.stopping.is_set():
            return


async def forget_what_is_done(tick: JobTick) -> None:
    """Forget what messages said some days after they were done."""
    kept = timedelta(days=tick.resources.portal.keep_days)
    await forget_done(tick.runtime.pool, now=tick.now, before=tick.now - kept)


PORTAL_SEALING = Job("portal_sealing", 60, seal_what_is_plain)
PORTAL_FORGETTING = Job("portal_forgetting", _HOURLY, forget_what_is_done)
