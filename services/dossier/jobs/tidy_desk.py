"""Closes what time has left open at the desk, tells of appointments, forgets what no display asks for."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.clock import VIETNAM
from kernel.service import Job, JobTick
from services.dossier.jobs.going_past import go_past
from services.dossier.use_cases.desk.appointments import (
    AT_ONCE,
    call_off_unserved,
    close_missed,
    list_approaching,
    list_missed,
    list_unserved,
    tell_approaching,
)
from services.dossier.use_cases.desk.call_tickets import close_past_ticket
from services.dossier.use_cases.desk.run_counters import close_left_counter

_FORGET = (
    "DELETE FROM display_events WHERE (point, id) IN (SELECT point, id FROM display_events"
    " WHERE at < $1::timestamptz - interval '2 days' LIMIT 10000)"
)
_Listed = Callable[..., Awaitable[Sequence[UUID]]]
_Deed = Callable[..., Awaitable[None]]


async def run(tick: JobTick) -> None:
    """Do each by itself: no hall waits for another, nor one person for the row of somebody else."""
    apart = Apart("what time has left open at the desk")
    for listed, deed in (
        (_past_tickets, close_past_ticket),
        (_left_counters, close_left_counter),
        (list_missed, close_missed),
        (list_unserved, call_off_unserved),
        (list_approaching, tell_approaching),
    ):
        await _go_over(tick, listed, deed, apart)
    await tick.runtime.pool.execute(_FORGET, tick.now)
    apart.tell()


async def _go_over(tick: JobTick, listed: _Listed, deed: _Deed, apart: Apart) -> None:
    async def found(past: Collection[UUID]) -> Sequence[UUID]:
        async with tick.open_work() as work:
            waiting: Sequence[UUID] = await listed(past, work=work, now=tick.now)
        return waiting

    async def done(one: UUID) -> None:
        async with tick.open_work() as work:
            await deed(one, work=work, now=tick.now)

    await go_past(tick, found, lambda one: one, done, apart=apart, at_once=AT_ONCE)


async def _past_tickets(past: Collection[UUID], *, work: Any, now: datetime) -> Any:
    return await work.desk.queues.left_open(now.astimezone(VIETNAM).date(), AT_ONCE, past)


async def _left_counters(past: Collection[UUID], *, work: Any, now: datetime) -> Any:
    midnight = datetime.combine(now.astimezone(VIETNAM).date(), time(), VIETNAM)
    return await work.desk.sessions.left_open(midnight, AT_ONCE, past)


TIDY_DESK = Job("tidy-desk", 60, run)
