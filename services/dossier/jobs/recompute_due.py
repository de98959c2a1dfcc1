"""Makes previews of commands that count due moments again and applies approved ones."""

from kernel.service import Job, JobTick
from services.dossier.use_cases.recompute_due import go_on


async def run(tick: JobTick) -> None:
    """Go on where the last run, or a killed one, stopped."""
    await go_on(tick.open_work, tick.now)


RECOMPUTE_DUE = Job("recompute-due", 10, run)
