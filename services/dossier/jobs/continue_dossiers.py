"""Gives running dossiers, and all submissions, of agencies that ended to those who go on, a commit each."""

from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.continue_dossiers import continue_dossier
from services.dossier.use_cases.interlinked.continue_parents import continue_parent

_AT_ONCE = 200


async def run(tick: JobTick) -> None:
    """Take what there is; a dossier somebody is changing now is met again at the next tick."""
    today = tick.now.astimezone(VIETNAM).date()
    async with tick.open_work() as work:
        waiting = await work.catalogue.to_continue(today, _AT_ONCE)
        submissions = await work.interlinked.to_continue(today, _AT_ONCE)
        if not waiting and not submissions:
            work.catalogue.close_continued(today, tick.now)
    for dossier_id, ended, heir in waiting:
        try:
            async with tick.open_work() as work:
                await continue_dossier(dossier_id, ended, heir, work=work, now=tick.now)
        except (Stale, CopyChanged):
            continue
    for parent_id in submissions:
        try:
            async with tick.open_work() as work:
                await continue_parent(parent_id, today=today, work=work, now=tick.now)
        except (Stale, CopyChanged):
            continue


CONTINUE_DOSSIERS = Job("continue-dossiers", 5, run)
