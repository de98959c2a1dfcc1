"""Time asks what procedures rest on, what has ended, what must be entered, what hangs out of date."""

from kernel.service import Job, JobTick
from services.catalog.use_cases.laws.entries import count_entries_anew, open_entries, remind_of_entries
from services.catalog.use_cases.laws.postings import remind_of_postings
from services.catalog.use_cases.laws.register import BATCH, read_citations
from services.catalog.use_cases.laws.tasks import sync_tasks


async def _read(tick: JobTick) -> None:
    """Read batch after batch, each its own commit, until nothing is left."""
    while True:
        async with tick.open_work() as work:
            read = await read_citations(work=work, now=tick.now)
        if read < BATCH:
            return


async def _watch(tick: JobTick) -> None:
    for watch in (sync_tasks, open_entries, count_entries_anew, remind_of_entries, remind_of_postings):
        async with tick.open_work() as work:
            await watch(work=work, now=tick.now)


READ_CITATIONS = Job("read_citations", 30, _read)
WATCH_LAWS = Job("watch_laws", 300, _watch)
