"""Brings approved processes and groups into force on their day.

Their events carry no first day a reader would heed, so each goes out when its day has begun and not before.
"""

from kernel.service import Job, JobTick
from services.catalog.use_cases.workflows.drafting import publish_next


async def run(tick: JobTick) -> None:
    """Publish what is due, one a commit: two versions of one process come into force in their order."""
    is_left = True
    while is_left:
        async with tick.open_work() as work:
            is_left = await publish_next(work=work, now=tick.now)


PUBLISH_WORKFLOWS = Job("publish-workflows", 60, run)
