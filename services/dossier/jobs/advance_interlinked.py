"""Goes on with interlinked submissions that have news, a commit each; killed, it begins there again."""

from contextlib import suppress

from kernel.core.apart import Apart
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.interlinked.advance import advance_parent

_AT_ONCE = 100


async def run(tick: JobTick) -> None:
    """Take what there is; one somebody is changing now is met again at the next tick."""
    async with tick.open_work() as work:
        waiting = await work.interlinked.to_advance(tick.now, _AT_ONCE)
    apart = Apart("interlinked submissions that do not go on")
    for parent_id in waiting:
        with apart.each(parent_id), suppress(Stale, CopyChanged):
            async with tick.open_work() as work:
                await advance_parent(parent_id, work=work, now=tick.now)
    apart.tell()


ADVANCE_INTERLINKED = Job("advance-interlinked", 1, run)
