"""Looks at dossiers whose timers have come, a commit each; one somebody is changing is met again later."""

from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.watch_deadlines import watch_dossier

_AT_ONCE = 200


async def run(tick: JobTick) -> None:
    """Take what there is."""
    async with tick.open_work() as work:
        waiting = await work.watches.due(tick.now, _AT_ONCE)
    for dossier_id in waiting:
        try:
            async with tick.open_work() as work:
                await watch_dossier(dossier_id, work=work, now=tick.now)
        except (Stale, CopyChanged):
            continue


WATCH_DEADLINES = Job("watch-deadlines", 15, run)
