"""Gives dossiers and submissions of agencies that ended to those who go on, a commit each.

What runs first: what had ended, which may be all that an agency ever did, is handed on when none of that is
left, a while at a tick, so that nobody who works waits behind it.
"""

from collections.abc import Collection
from datetime import timedelta
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
    are_all_moved = True
    if ends.going_on:
        are_all_moved = await _dossiers(tick, ends)
        await _submissions(tick, ends)
    if are_all_moved:
        await _ended(tick, ends)
    if ends.going_on:
        await _close(tick, ends)


async def _close(tick: JobTick, ends: Ends) -> None:
    """Look no more for work of agencies heard of an hour ago of which nothing is left, whoever took it.

    Held first and asked then: what another moves to one of them now is seen, or opens it again.
    """
    long_ago = tick.now - timedelta(hours=1)
    done = {
        one for one in ends.going_on_wholly if ends.words[one].is_open and ends.words[one].heard_at < long_ago
    }
    if not done:
        return
    async with tick.open_work() as work:
        await work.catalogue.hold_to_close(done)
        dossiers = await work.catalogue.to_continue(ends, past=(), limit=AT_ONCE)
        submissions = await work.interlinked.to_continue(ends, past=(), limit=AT_ONCE)
        if AT_ONCE in {len(dossiers), len(submissions)}:
            return
        left = {*await work.catalogue.not_handed_on(ends)}
        left |= {move.agency for move in dossiers} | {one for _, ended in submissions for one in ended}
        work.catalogue.close_continued(done - left, tick.now, heard_before=long_ago)


async def _dossiers(tick: JobTick, ends: Ends) -> bool:
    """Move what runs; tell whether no more of it can be moved now."""

    async def found(past: Collection[UUID]) -> list[Move]:
        async with tick.open_work() as work:
            return list(await work.catalogue.to_continue(ends, past=past, limit=AT_ONCE))

    async def move(one: Move) -> bool:
        async with tick.open_work() as work:
            await move_dossier(one, ends, work=work, now=tick.now)
        return True

    _, are_all = await move_all(tick, found, lambda one: one.dossier_id, move)
    return are_all


async def _ended(tick: JobTick, ends: Ends) -> None:
    async def found(past: Collection[UUID]) -> list[Move]:
        async with tick.open_work() as work:
            return list(await work.catalogue.to_hand_on(ends, past=past, limit=AT_ONCE))

    async def move(one: Move) -> bool:
        async with tick.open_work() as work:
            await move_dossier(one, ends, work=work, now=tick.now)
        return True

    await move_all(tick, found, lambda one: one.dossier_id, move)


async def _submissions(tick: JobTick, ends: Ends) -> None:
    async def found(past: Collection[UUID]) -> list[tuple[UUID, list[str]]]:
        async with tick.open_work() as work:
            return list(await work.interlinked.to_continue(ends, past=past, limit=AT_ONCE))

    async def move(one: tuple[UUID, list[str]]) -> bool:
        async with tick.open_work() as work:
            return await align_parent(one[0], ends, work=work, now=tick.now)

    await move_all(tick, found, lambda one: one[0], move)


CONTINUE_DOSSIERS = Job("continue-dossiers", 5, run)
