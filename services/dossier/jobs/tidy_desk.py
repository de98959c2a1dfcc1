"""Closes what time has left open at the desk, tells of appointments, forgets what no display asks for."""

from datetime import datetime, time

from kernel.core.clock import VIETNAM
from kernel.service import Job, JobTick
from services.dossier.use_cases.desk.appointments import close_missed, tell_approaching
from services.dossier.use_cases.desk.call_tickets import close_past_tickets
from services.dossier.use_cases.desk.run_counters import close_left_counters

_FORGET = (
    "DELETE FROM display_events WHERE (point, id) IN (SELECT point, id FROM display_events"
    " WHERE at < $1::timestamptz - interval '2 days' LIMIT 10000)"
)


async def run(tick: JobTick) -> None:
    """Take some at a time; what is met again at the next tick was not lost."""
    midnight = datetime.combine(tick.now.astimezone(VIETNAM).date(), time(), VIETNAM)
    async with tick.open_work() as work:
        await close_past_tickets(work=work, now=tick.now)
    async with tick.open_work() as work:
        await close_left_counters(midnight, work=work, now=tick.now)
    async with tick.open_work() as work:
        await close_missed(work=work, now=tick.now)
    async with tick.open_work() as work:
        await tell_approaching(work=work, now=tick.now)
    await tick.runtime.pool.execute(_FORGET, tick.now)


TIDY_DESK = Job("tidy-desk", 60, run)
