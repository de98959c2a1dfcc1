"""Raises deadline warnings, a commit some hundreds."""

from kernel.service import Job, JobTick
from services.dossier.use_cases.work.warn_of_deadlines import AT_ONCE, warn_of_deadlines


async def run(tick: JobTick) -> None:
    """Raise until nothing new is found."""
    raised = AT_ONCE
    while raised == AT_ONCE:
        async with tick.open_work() as work:
            raised = await warn_of_deadlines(work=work, now=tick.now)


DEADLINE_WARNINGS = Job("deadline-warnings", 60, run)
