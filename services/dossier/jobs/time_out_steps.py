"""Takes steps back from outside systems that did not answer in time, a commit each."""

from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.work.time_out_step import time_out_step


async def run(tick: JobTick) -> None:
    """Take what there is; a dossier somebody is changing now, or just answered, is met again."""
    async with tick.open_work() as work:
        overdue = await work.outside.overdue(tick.now, 100)
    for request in overdue:
        try:
            async with tick.open_work() as work:
                await time_out_step(request, work=work, now=tick.now)
        except (Stale, CopyChanged):
            continue


TIME_OUT_STEPS = Job("time-out-steps", 30, run)
