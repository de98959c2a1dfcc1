"""Words and senders of petitions closed long ago are forgotten; counts and dates stay."""

from datetime import timedelta

from kernel.service import Job, JobTick


async def _forget(tick: JobTick) -> None:
    async with tick.open_work() as work:
        work.petitions.forget(tick.now - timedelta(days=tick.resources.petition_keep_days))


PETITION_FORGETTING = Job("petition_forgetting", 3600, _forget)
