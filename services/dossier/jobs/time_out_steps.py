"""Takes answers kept for dossiers that stood, and steps back from systems that did not answer in time."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from kernel.core.apart import Apart
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.outside_results import apply_kept
from services.dossier.use_cases.ports import OutsideRequest
from services.dossier.use_cases.work.time_out_step import time_out_step

_AT_ONCE = 100


async def run(tick: JobTick) -> None:
    """Take what there is, a commit each; what somebody is changing now, or just answered, is met again."""
    async with tick.open_work() as work:
        kept = await work.outside.going_on(_AT_ONCE)
        overdue = await work.outside.overdue(tick.now, _AT_ONCE)
    apart = Apart("outside steps that cannot be ended")
    deeds: list[tuple[OutsideRequest, Callable[..., Awaitable[Any]]]] = [(one, apply_kept) for one in kept]
    deeds += [(one, time_out_step) for one in overdue]
    for request, deed in deeds:
        with apart.each(request.id), suppress(Stale, CopyChanged):
            async with tick.open_work() as work:
                await deed(request, work=work, now=tick.now)
    apart.tell()


TIME_OUT_STEPS = Job("time-out-steps", 30, run)
