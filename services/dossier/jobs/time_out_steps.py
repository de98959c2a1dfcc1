"""Takes answers kept for dossiers that stood, and steps back from systems that did not answer in time."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any
from uuid import UUID

from kernel.core.apart import Apart
from kernel.service import Job, JobTick
from services.dossier.jobs.going_past import go_past
from services.dossier.use_cases.outside_results import apply_kept
from services.dossier.use_cases.ports import OutsideRequest
from services.dossier.use_cases.work.time_out_step import time_out_step

_AT_ONCE = 100


async def run(tick: JobTick) -> None:
    """Take what there is, a commit each; what somebody is changing now, or just answered, is met again."""

    async def kept(past: Collection[UUID]) -> Sequence[OutsideRequest]:
        async with tick.open_work() as work:
            waiting: Sequence[OutsideRequest] = await work.outside.going_on(_AT_ONCE, past)
        return waiting

    async def overdue(past: Collection[UUID]) -> Sequence[OutsideRequest]:
        async with tick.open_work() as work:
            waiting: Sequence[OutsideRequest] = await work.outside.overdue(tick.now, _AT_ONCE, past)
        return waiting

    apart = Apart("outside steps that cannot be ended")
    for found, deed in ((kept, apply_kept), (overdue, time_out_step)):
        await go_past(tick, found, lambda one: one.id, _in_work(tick, deed), apart=apart, at_once=_AT_ONCE)
    apart.tell()


def _in_work(
    tick: JobTick, deed: Callable[..., Awaitable[Any]]
) -> Callable[[OutsideRequest], Awaitable[object]]:
    async def done(request: OutsideRequest) -> object:
        async with tick.open_work() as work:
            return await deed(request, work=work, now=tick.now)

    return done


TIME_OUT_STEPS = Job("time-out-steps", 30, run)
