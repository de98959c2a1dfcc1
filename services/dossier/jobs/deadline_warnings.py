"""Raises deadline warnings, a commit some hundreds."""

from uuid import UUID

from kernel.core.apart import Apart
from kernel.service import Job, JobTick
from services.dossier.use_cases.work.warn_of_deadlines import AT_ONCE, warn_of_deadlines


async def run(tick: JobTick) -> None:
    """Raise until nothing new is found; what cannot be told of is named, and met again at the next tick."""
    apart, past, met = Apart("dossiers whose deadlines cannot be told of"), set[UUID](), AT_ONCE
    while met == AT_ONCE:
        async with tick.open_work() as work:
            met = await warn_of_deadlines(past, apart=apart, work=work, now=tick.now)
    apart.tell()


DEADLINE_WARNINGS = Job("deadline-warnings", 60, run)
