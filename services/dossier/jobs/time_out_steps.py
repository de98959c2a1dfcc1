"""Takes answers kept for dossiers that stood, and steps back from systems that did not answer in time."""

import logging
from collections.abc import Awaitable, Callable

from kernel.core.errors import Refusal, Stale
from kernel.service import Job, JobTick
from services.dossier.use_cases.outside_results import apply_kept
from services.dossier.use_cases.ports import OutsideRequest
from services.dossier.use_cases.work.time_out_step import time_out_step

_AT_ONCE = 100
_log = logging.getLogger(__name__)


async def run(tick: JobTick) -> None:
    """Take what there is, a commit each; what somebody is changing now, or just answered, is met again."""
    async with tick.open_work() as work:
        kept = await work.outside.going_on(_AT_ONCE)
        overdue = await work.outside.overdue(tick.now, _AT_ONCE)
    for request in kept:
        await _each(tick, request, apply_kept)
    for request in overdue:
        await _each(tick, request, time_out_step)


async def _each(tick: JobTick, request: OutsideRequest, deed: Callable[..., Awaitable[object]]) -> None:
    try:
        async with tick.open_work() as work:
            await deed(request, work=work, now=tick.now)
    except Stale:
        return
    except Refusal as error:
        _log.warning("outside step not ended", extra={"request_id": str(request.id), "code": error.code})


TIME_OUT_STEPS = Job("time-out-steps", 30, run)
