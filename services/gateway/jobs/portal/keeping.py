"""Keeps what the portal sent no plainer and no longer than needed."""

from datetime import timedelta

from kernel.service import Job, JobTick

_HOURLY = 3600.0
_LONGEST_COMING = timedelta(hours=6)
"""Longer than any body may take to come (`portal_body_seconds`)."""


async def go_on_after_set_back(tick: JobTick) -> None:
    """Let nothing wait for the time a clock had come to before it was set back."""
    portal = tick.resources.portal
    await portal.keeping.after_set_back(now=tick.now, beyond=tick.now + portal.longest_wait)


async def seal_what_is_plain(tick: JobTick) -> None:
    """Seal every row that was kept before values were sealed."""
    while await tick.resources.portal.keeping.seal_plain():
        if tick.runtime.stopping.is_set():
            return


async def forget_what_is_done(tick: JobTick) -> None:
    """Forget what messages said some days after they were done."""
    portal = tick.resources.portal
    await portal.keeping.sweep_parts(before=tick.now - _LONGEST_COMING)
    await portal.keeping.forget_done(now=tick.now, before=tick.now - timedelta(days=portal.keep_days))


PORTAL_CLOCK = Job("portal_clock", 60, go_on_after_set_back)
PORTAL_SEALING = Job("portal_sealing", 60, seal_what_is_plain)
PORTAL_FORGETTING = Job("portal_forgetting", _HOURLY, forget_what_is_done)
