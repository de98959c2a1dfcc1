"""Gives the steps of people on leave to those who act for them, a commit each."""

from contextlib import suppress

from kernel.core.apart import Apart
from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.work.reroute_step import reroute_step

_AT_ONCE = 200


async def run(tick: JobTick) -> None:
    """Take what there is; a dossier somebody is changing now is met again at the next tick."""
    today = tick.now.astimezone(VIETNAM).date()
    async with tick.open_work() as work:
        waiting = await work.colleagues.held_by_absent(today, _AT_ONCE)
    apart = Apart("steps that cannot be given to who acts")
    for dossier_id, _ in waiting:
        with apart.each(dossier_id), suppress(Stale, CopyChanged):
            async with tick.open_work() as work:
                await reroute_step(dossier_id, work=work, now=tick.now)
    apart.tell()


REROUTE_STEPS = Job("reroute-steps", 30, run)
