"""Gives running dossiers, and all submissions, of agencies that ended to those who go on, a commit each."""

from collections.abc import Collection
from uuid import UUID

from kernel.core.clock import VIETNAM
from kernel.service import Job, JobTick
from services.dossier.domain.ends import Ends, Move
from services.dossier.jobs.moving import AT_ONCE, move_all
from services.dossier.use_cases.continue_dossiers import move_dossier
from services.dossier.use_cases.interlinked.continue_parents import align_parent


async def run(tick: JobTick) -> None:
    """Take what there is; a dossier somebody is changing now is met again at the next tick."""
    today = tick.now.astimezone(VIETNAM).date()
    async with tick.open_work() as work:
        ends = await work.catalogue.ends(today)
    if not ends.going_on:
        return
    dossiers, are_all = await _dossiers(tick, ends)
    submissions, are_whole = await _submissions(tick, ends)
    if not are_all or not are_whole:
        return
    left = {move.agency for move in dossiers.values()}
    left |= {agency for _, ended in submissions.values() for agency in ended}
    async with tick.open_work() as work:
        work.catalogue.close_continued(set(ends.going_on_wholly) - left, today, tick.now)


async def _dossiers(tick: JobTick, ends: Ends) -> tuple[dict[UUID, Move], bool]:
    async def found(past: Collection[UUID]) -> list[Move]:
        async with tick.open_work() as work:
            return list(await work.catalogue.to_continue(ends, past=past, limit=AT_ONCE))

    async def move(one: Move) -> bool:
        async with tick.open_work() as work:
            await move_dossier(one, ends, work=work, now=tick.now)
        return True

    return await move_all(found, lambda one: one.dossier_id, move)


async def _submissions(tick: JobTick, ends: Ends) -> tuple[dict[UUID, tuple[UUID, list[str]]], bool]:
    async def found(past: Collection[UUID]) -> list[tuple[UUID, list[str]]]:
        async with tick.open_work() as work:
            return list(await work.interlinked.to_continue(ends, past=past, limit=AT_ONCE))

    async def move(one: tuple[UUID, list[str]]) -> bool:
        async with tick.open_work() as work:
            return await align_parent(one[0], ends, work=work, now=tick.now)

    return await move_all(found, lambda one: one[0], move)


CONTINUE_DOSSIERS = Job("continue-dossiers", 5, run)
