"""Lets dossiers go on whose stop was over when their clock could not run: a year was not decided yet."""

from contextlib import suppress
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CalendarMissing, CopyChanged, TermUnknown
from services.dossier.use_cases.pause_dossier import go_on_over, go_on_paid

_AT_ONCE = 200
_LATER = (Stale, CopyChanged, CalendarMissing, TermUnknown)
"""Somebody is changing it, or its clock still cannot run: it is met again."""


async def run(tick: JobTick) -> None:
    """Take what there is, a commit each; what cannot go on now is met again at the next tick."""
    apart, after = Apart("dossiers that are paid and cannot go on"), UUID(int=0)
    while True:
        async with tick.open_work() as work:
            waiting = await work.payments.standing_over(after, _AT_ONCE)
        for dossier_id in waiting:
            with apart.each(dossier_id), suppress(*_LATER):
                async with tick.open_work() as work:
                    is_gone = await go_on_over(dossier_id, work=work, now=tick.now)
                    _ = is_gone or await go_on_paid(dossier_id, work=work, now=tick.now)
        if len(waiting) < _AT_ONCE:
            break
        after = waiting[-1]
    apart.tell()


GO_ON_PAID = Job("go-on-paid", 300, run)
