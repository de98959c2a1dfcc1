"""Turns what was published into feed entries, and tells who follows it."""

from datetime import datetime

from kernel.service import Job, JobTick
from services.catalog.domain.readers.following import CONFIRM_WITHIN
from services.catalog.use_cases.readers.following import gather_changes, tell_changes


async def run(tick: JobTick) -> None:
    """Gather and tell everything there is, a batch a commit; then forget who never confirmed."""
    is_left = True
    while is_left:
        async with tick.open_work() as work:
            is_left = await gather_changes(work=work)
    is_left = True
    while is_left:
        async with tick.open_work() as work:
            is_left = await tell_changes(work=work, now=tick.now)
    await _forget(tick, tick.now - CONFIRM_WITHIN)


async def _forget(tick: JobTick, before: datetime) -> None:
    async with tick.open_work() as work:
        work.readers.forget_unconfirmed(before)


TELL_CHANGES = Job("tell-changes", 10, run)
