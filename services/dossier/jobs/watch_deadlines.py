"""Looks at dossiers whose timers have come, a commit each; one somebody is changing is met again later."""

from contextlib import suppress

from kernel.core.apart import Apart
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.watch_deadlines import watch_dossier

_AT_ONCE = 200


async def run(tick: JobTick) -> None:
    """Take what there is."""
    async with tick.open_work() as work:
        waiting = await work.watches.due(tick.now, _AT_ONCE)
    apart = Apart("dossiers whose timers cannot be looked at")
    for dossier_id in waiting:
        with apart.each(dossier_id), suppress(Stale, CopyChanged):
            async with tick.open_work() as work:
                await watch_dossier(dossier_id, work=work, now=tick.now)
    apart.tell()


WATCH_DEADLINES = Job("watch-deadlines", 15, run)
