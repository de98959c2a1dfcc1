"""Looks at dossiers whose timers have come, a commit each; one somebody is changing is met again later."""

from collections.abc import Collection, Sequence
from uuid import UUID

from kernel.core.apart import Apart
from kernel.service import Job, JobTick
from services.dossier.jobs.going_past import go_past
from services.dossier.use_cases.watch_deadlines import watch_dossier

_AT_ONCE = 200


async def run(tick: JobTick) -> None:
    """Take what there is."""

    async def found(past: Collection[UUID]) -> Sequence[UUID]:
        async with tick.open_work() as work:
            waiting: Sequence[UUID] = await work.watches.due(tick.now, _AT_ONCE, past)
        return waiting

    async def look(dossier_id: UUID) -> None:
        async with tick.open_work() as work:
            await watch_dossier(dossier_id, work=work, now=tick.now)

    apart = Apart("dossiers whose timers cannot be looked at")
    await go_past(tick, found, lambda one: one, look, apart=apart, at_once=_AT_ONCE)
    apart.tell()


WATCH_DEADLINES = Job("watch-deadlines", 15, run)
