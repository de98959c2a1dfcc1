"""Lets decided changes of agencies take effect on their day, and keeps the shipped units loaded."""

import asyncio
from contextlib import suppress

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Stale
from kernel.service import Job, JobTick
from services.catalog.jobs.shipped_units import shipped_units
from services.catalog.use_cases.agencies.change_agencies import apply_change
from services.catalog.use_cases.agencies.strays import gather_strays
from services.catalog.use_cases.agencies.units import load_units

_LOADER = Caller(subject="catalog", kind=CallerKind.SERVICE, roles=frozenset({"catalog.import"}))


async def apply_due_changes(tick: JobTick) -> None:
    """Apply each change whose day has come, one commit each; one that meets another writer waits a tick."""
    today = tick.now.astimezone(VIETNAM).date()
    async with tick.open_work() as work:
        due = await work.agencies.due_changes(today)
    for change in due:
        try:
            async with tick.open_work() as work:
                await apply_change(change, work=work, now=tick.now)
        except Stale:
            return
    with suppress(Stale):  # Another writer was at one of them: the next tick finds what is left.
        async with tick.open_work() as work:
            await gather_strays(work=work, now=tick.now)


async def load_shipped_units(tick: JobTick) -> None:
    """Load what the installed package and our files say; a second time changes nothing."""
    document = await asyncio.to_thread(shipped_units)
    async with tick.open_work() as work:
        await load_units(document, by=_LOADER, dry_run=False, work=work)


APPLY_DUE_CHANGES = Job("apply_agency_changes", 30, apply_due_changes)
LOAD_UNITS = Job("load_administrative_units", 86_400, load_shipped_units)
