"""Dossiers end as the systems their route was changed to have told before it was: a commit each."""

from contextlib import suppress
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.use_cases.work.follow_elsewhere import follow_waiting

_AT_ONCE = 200


async def run(tick: JobTick) -> None:
    """Take what there is; one that fails holds up no other and is met again at the next tick."""
    apart, after = Apart("mirrors that dossiers are held against"), UUID(int=0)
    while True:
        async with tick.open_work() as work:
            waiting = await work.mirrors.to_follow(tick.now, after, _AT_ONCE)
        for mirror_id in waiting:
            with apart.each(mirror_id), suppress(Stale):
                async with tick.open_work() as work:
                    await follow_waiting(mirror_id, work=work, now=tick.now)
        if len(waiting) < _AT_ONCE:
            break
        after = waiting[-1]
    apart.tell()


FOLLOW_ELSEWHERE = Job("follow-elsewhere", 5, run)
