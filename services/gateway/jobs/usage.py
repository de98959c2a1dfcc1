"""Counters of this process reach the database; single acts become sums; sums of long ago are forgotten."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from kernel.core.clock import VIETNAM
from kernel.core.ending import as_told
from kernel.core.errors import Unavailable
from kernel.service import Job, JobTick
from services.gateway.use_cases.usage.counting import FLUSH_SECONDS, Usage

_log = structlog.get_logger()


@asynccontextmanager
async def flushing(usage: Usage) -> AsyncIterator[None]:
    """Flush every few seconds while this lasts, in whatever process counts, and once at the end."""
    task = asyncio.create_task(_flush_on(usage))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await _flush(usage)


async def _flush_on(usage: Usage) -> None:
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        await _flush(usage)


async def _flush(usage: Usage) -> None:
    try:
        with as_told():
            await usage.flush()
    except Unavailable as away:
        _log.warning("usage_waits", reason=away.detail or away.title)
    except Exception:
        # A count is never worth a request; it is said, and tried again.
        _log.exception("usage_not_flushed")


async def _fold(tick: JobTick) -> None:
    while await tick.resources.usage.keeping.fold():
        continue


async def _forget(tick: JobTick) -> None:
    side = tick.resources.usage
    await side.keeping.forget(tick.now.astimezone(VIETNAM).date() - timedelta(days=side.keep_days), tick.now)


USAGE_FOLD = Job("usage_fold", 60, _fold)
USAGE_FORGETTING = Job("usage_forgetting", 3600, _forget)
