"""Prints papers nobody has asked for yet, so that their files exist soon after they were issued."""

from kernel.service import Job, JobTick
from services.dossier.use_cases.print_papers import print_waiting


async def run(tick: JobTick) -> None:
    """Print until none waits."""
    async with tick.open_work() as work:
        await print_waiting(work=work, now=tick.now)


PRINT_PAPERS = Job("print-papers", 2, run)
