"""Takes answers kept for dossiers that stood, and steps back from systems that did not answer in time."""

from collections.abc import Collection, Sequence
from uuid import UUID

from kernel.core.apart import Apart
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CalendarMissing, NoSuchBranch, ResultRequired
from services.dossier.jobs.going_past import go_past
from services.dossier.use_cases.outside_results import apply_kept
from services.dossier.use_cases.ports import OutsideRequest
from services.dossier.use_cases.work.time_out_step import give_back_answered, time_out_step

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

    async def apply(request: OutsideRequest) -> bool:
        try:
            async with tick.open_work() as work:
                await apply_kept(request, work=work, now=tick.now)
        except CalendarMissing:
            # The year the next step ends in is not decided yet: the answer stays kept.
            return False
        except (NoSuchBranch, ResultRequired) as refused:
            async with tick.open_work() as work:
                await give_back_answered(request, refused, work=work, now=tick.now)
        return True

    async def time_out(request: OutsideRequest) -> bool:
        async with tick.open_work() as work:
            return await time_out_step(request, work=work, now=tick.now)

    apart = Apart("outside steps that cannot be ended")
    await go_past(kept, _key, apply, apart=apart, at_once=_AT_ONCE)
    await go_past(overdue, _key, time_out, apart=apart, at_once=_AT_ONCE)
    apart.tell()


def _key(request: OutsideRequest) -> UUID:
    return request.id


TIME_OUT_STEPS = Job("time-out-steps", 30, run)
