"""Goes on with interlinked submissions that have news, a commit each; killed, it begins there again."""

from collections.abc import Collection, Sequence
from uuid import UUID

from kernel.core.apart import Apart
from kernel.service import Job, JobTick
from services.dossier.jobs.going_past import go_past
from services.dossier.use_cases.interlinked.advance import advance_parent

_AT_ONCE = 100


async def run(tick: JobTick) -> None:
    """Take what there is; one somebody is changing now is met again at the next tick."""

    async def found(past: Collection[UUID]) -> Sequence[UUID]:
        async with tick.open_work() as work:
            waiting: Sequence[UUID] = await work.interlinked.to_advance(tick.now, _AT_ONCE, past)
        return waiting

    async def advance(parent_id: UUID) -> bool:
        async with tick.open_work() as work:
            done = await advance_parent(parent_id, work=work, now=tick.now)
        return not done.is_doubted

    apart = Apart("interlinked submissions that do not go on")
    await go_past(tick, found, lambda one: one, advance, apart=apart, at_once=_AT_ONCE)
    apart.tell()


ADVANCE_INTERLINKED = Job("advance-interlinked", 1, run)
