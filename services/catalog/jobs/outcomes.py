"""Lets the search rank by what was asked for lately."""

from kernel.service import Job, JobTick
from services.catalog.use_cases.outcomes import refresh_demand


async def run(tick: JobTick) -> None:
    """Count once an hour: an order of the search that is an hour old misleads nobody."""
    async with tick.open_work() as work:
        refresh_demand(work=work, today=tick.now.date())


COUNT_DEMAND = Job("count_demand", 3600, run)
