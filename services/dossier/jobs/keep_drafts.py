"""Tells of drafts that end soon and forgets those whose time is over."""

from kernel.service import Job, JobTick
from services.dossier.use_cases.intake.drafts import forget_expired, notice_expiring


async def run(tick: JobTick) -> None:
    """Do both until nothing is left to do, a commit each."""
    for step in (forget_expired, notice_expiring):
        done = 1
        while done:
            async with tick.open_work() as work:
                done = await step(work=work, now=tick.now)


KEEP_DRAFTS = Job("keep-drafts", 300, run)
