"""Goes on with interlinked submissions that have news, a commit each; killed, it begins there again."""

from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.interlinked.advance import advance_parent

_AT_ONCE = 100


async def run(tick: JobTick) -> None:
    """Take what there is; one somebody is changing now is met again at the next tick."""
    async with tick.open_work() as work:
        waiting = await work.interlinked.to_advance(tick.now, _AT_ONCE)
    failed: list[Exception] = []
    for parent_id in waiting:
        try:
            async with tick.open_work() as work:
                await advance_parent(parent_id, work=work, now=tick.now)
        except (Stale, CopyChanged):
            continue
        except Exception as error:
            # One broken submission must not hold up the others; the job fails at its end.
            failed.append(error)
    if failed:
        raise failed[0]


ADVANCE_INTERLINKED = Job("advance-interlinked", 1, run)
