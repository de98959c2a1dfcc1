"""Gives steps back to their role whose holders have no place there any more, a commit each."""

from contextlib import suppress
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.work.give_back_step import give_back_step

_AT_ONCE = 200


async def run(tick: JobTick) -> None:
    """Take what there is; a dossier somebody is changing now is met again at the next tick."""
    today, after = tick.now.astimezone(VIETNAM).date(), UUID(int=0)
    apart = Apart("steps that cannot be given back")
    while True:
        async with tick.open_work() as work:
            waiting = await work.colleagues.held_without_place(today, after, _AT_ONCE)
        if not waiting:
            break
        for dossier_id in waiting:
            with apart.each(dossier_id), suppress(Stale, CopyChanged):
                async with tick.open_work() as work:
                    await give_back_step(dossier_id, work=work, now=tick.now)
        after = waiting[-1]
    apart.tell()


GIVE_BACK_STEPS = Job("give-back-steps", 600, run)
