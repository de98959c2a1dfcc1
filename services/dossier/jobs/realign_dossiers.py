"""An agency's end that was told is taken back or told otherwise: what runs goes back to whose it is now."""

from datetime import date
from uuid import UUID

import structlog
from prometheus_client import Gauge

from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.dossier.domain.errors import CopyChanged
from services.dossier.use_cases.continue_dossiers import continue_dossier, resume_dossier
from services.dossier.use_cases.interlinked.continue_parents import realign_parent

_AT_ONCE = 200
_FIRST = UUID(int=0)
_log = structlog.get_logger()
_without_heir = Gauge(
    "dossier_agencies_without_heir",
    "Agencies that ended and whose heir nobody has told of here: their work stays their own",
)
_warned: set[tuple[str, str]] = set()


async def run(tick: JobTick) -> None:
    """Give back what there is, a commit each; somebody changing it now is met again at the next tick."""
    today = tick.now.astimezone(VIETNAM).date()
    heirless = await _tell_heirless(tick, today)
    async with tick.open_work() as work:
        told_anew = await work.catalogue.told_anew()
        dossiers = await work.catalogue.to_realign(today, _AT_ONCE) if told_anew else ()
    for dossier_id, agency, heir in dossiers:
        try:
            async with tick.open_work() as work:
                if heir is None:
                    await resume_dossier(dossier_id, agency, work=work, now=tick.now)
                else:
                    await continue_dossier(dossier_id, agency, heir, work=work, now=tick.now)
        except (Stale, CopyChanged):
            continue
    if not told_anew or dossiers or not await _realigned_submissions(tick, today):
        return
    async with tick.open_work() as work:
        # What goes to an heir who is still to be heard of waits for that.
        settled = {agency: heard_at for agency, heard_at in told_anew.items() if agency not in heirless}
        for agency, heard_at in settled.items():
            work.catalogue.settle(agency, heard_at)
    if settled:
        _log.warning("ends of agencies were told anew, all work is realigned", agencies=sorted(settled))


async def _realigned_submissions(tick: JobTick, today: date) -> bool:
    """Look at every submission these had a part in once; tell whether none was being changed meanwhile."""
    after, is_whole = _FIRST, True
    while True:
        async with tick.open_work() as work:
            found = await work.interlinked.to_realign(after, _AT_ONCE)
        if not found:
            return is_whole
        for parent_id in found:
            try:
                async with tick.open_work() as work:
                    await realign_parent(parent_id, today=today, work=work, now=tick.now)
            except (Stale, CopyChanged):
                is_whole = False
        after = found[-1]


async def _tell_heirless(tick: JobTick, today: date) -> set[str]:
    """Warn, once a process, of agencies that ended and whose heir is not known here; return them."""
    async with tick.open_work() as work:
        heirless = set(await work.catalogue.without_heir(today))
    _without_heir.set(len({agency for agency, _ in heirless}))
    for agency, heir in sorted(heirless - _warned):
        _log.warning("an agency ended and its heir is not known here", agency=agency, heir=heir)
    _warned.clear()
    _warned.update(heirless)
    return {agency for agency, _ in heirless}


REALIGN_DOSSIERS = Job("realign-dossiers", 15, run)
