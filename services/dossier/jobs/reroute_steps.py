"""Gives the steps of people on leave to those who act for them, a commit each."""

from contextlib import suppress
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.work.reroute_step import reroute_step

_AT_ONCE = 200


async def run(tick: JobTick) -> None:
    """Take what there is; a dossier somebody is changing now is met again at the next tick."""
    today, after = tick.now.astimezone(VIETNAM).date(), UUID(int=0)
    apart = Apart("steps that cannot be given to who acts")
    while True:
        async with tick.open_work() as work:
            waiting = await work.colleagues.held_by_absent(today, after, _AT_ONCE)
        if not waiting:
            break
        for dossier_id in waiting:
            with apart.each(dossier_id), suppress(Stale, CopyChanged):
                async with tick.open_work() as work:
                    await reroute_step(dossier_id, work=work, now=tick.now)
        after = waiting[-1]
    apart.tell()


REROUTE_STEPS = Job("reroute-steps", 30, run)
