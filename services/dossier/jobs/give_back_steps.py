"""Gives steps back to their role whose holders have no place there any more, a commit each."""

from uuid import UUID

from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.work.give_back_step import give_back_step

_AT_ONCE = 200


async def run(tick: JobTick) -> None:
    """Take what there is; a dossier somebody is changing now is met again at the next tick."""
    today, after = tick.now.astimezone(VIETNAM).date(), UUID(int=0)
    while True:
        async with tick.open_work() as work:
            waiting = await work.colleagues.held_without_place(today, after, _AT_ONCE)
        if not waiting:
            return
        for dossier_id in waiting:
            try:
                async with tick.open_work() as work:
                    await give_back_step(dossier_id, work=work, now=tick.now)
            except (Stale, CopyChanged):
                continue
        after = waiting[-1]


GIVE_BACK_STEPS = Job("give-back-steps", 600, run)
