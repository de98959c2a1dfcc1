"""Time asks whether next year's calendars are there."""

from kernel.service import Job, JobTick
from services.catalog.use_cases.calendars.watching import remind_of_calendars


async def _run(tick: JobTick) -> None:
    async with tick.open_work() as work:
        await remind_of_calendars(work=work, now=tick.now)


REMIND_OF_CALENDARS = Job("remind_of_calendars", 3600, _run)
