"""An agency's end that was told is taken back or told otherwise: what runs goes back to whose it is now."""

from collections.abc import Collection
from uuid import UUID

import structlog
from prometheus_client import Gauge

from kernel.core.clock import VIETNAM
from kernel.service import Job, JobTick
from services.dossier.domain.ends import Ends, Move
from services.dossier.jobs.moving import AT_ONCE, move_all
from services.dossier.use_cases.continue_dossiers import move_dossier
from services.dossier.use_cases.interlinked.continue_parents import align_parent

_log = structlog.get_logger()
_without_heir = Gauge(
    "dossier_agencies_without_heir",
    "Agencies that ended for each other, or whose heir nobody has told of here: their work stays theirs",
)
_warned: set[tuple[str, str]] = set()


async def run(tick: JobTick) -> None:
    """Give back what there is, a commit each; somebody changing it now is met again at the next tick."""
    today = tick.now.astimezone(VIETNAM).date()
    async with tick.open_work() as work:
        ends = await work.catalogue.ends(today)
    _tell_heirless(ends)
    if not ends.told_anew:
        return
    if rings := ends.keepers.in_rings():
        async with tick.open_work() as work:
            # Whoever gets work back from a ring may give it on once the ring is told otherwise.
            work.catalogue.reopen(rings)
    await _dossiers(tick, ends)
    submissions, are_all = await _submissions(tick, ends)
    # What hangs on an agency whose word is doubted cannot be asked for: then there may be more.
    if not submissions and are_all and not ends.doubted:
        await _settle(tick, ends)


async def _settle(tick: JobTick, ends: Ends) -> None:
    """Forget what was told before of agencies of whose work nothing is left with whom it named."""
    async with tick.open_work() as work:
        left = {*await work.catalogue.left(ends), *await work.catalogue.not_handed_on(ends)}
        settled = [code for code in ends.told_anew if ends.words[code].is_told_anew and code not in left]
        for code in settled:
            work.catalogue.settle(code, ends.words[code].heard_at)
    if settled:
        _log.warning("ends of agencies were told anew, all work is realigned", agencies=settled)


async def _dossiers(tick: JobTick, ends: Ends) -> None:
    async def found(past: Collection[UUID]) -> list[Move]:
        async with tick.open_work() as work:
            return list(await work.catalogue.to_realign(ends, past=past, limit=AT_ONCE))

    async def move(one: Move) -> bool:
        async with tick.open_work() as work:
            await move_dossier(one, ends, work=work, now=tick.now)
        return True

    await move_all(tick, found, lambda one: one.dossier_id, move)


async def _submissions(tick: JobTick, ends: Ends) -> tuple[dict[UUID, UUID], bool]:
    async def found(past: Collection[UUID]) -> list[UUID]:
        async with tick.open_work() as work:
            return list(await work.interlinked.to_realign(ends, past=past, limit=AT_ONCE))

    async def move(one: UUID) -> bool:
        async with tick.open_work() as work:
            return await align_parent(one, ends, work=work, now=tick.now)

    return await move_all(tick, found, lambda one: one, move)


def _tell_heirless(ends: Ends) -> None:
    """Warn, once a process, of agencies that ended and whose heir is not known here."""
    heirless = set(ends.without_heir)
    _without_heir.set(len({agency for agency, _ in heirless}))
    for agency, heir in sorted(heirless - _warned):
        _log.warning("an agency ended and its heir is not known here", agency=agency, heir=heir)
    _warned.clear()
    _warned.update(heirless)


REALIGN_DOSSIERS = Job("realign-dossiers", 15, run)
