"""Takes waiting files into the catalogue, one after another; one left half way by a crash is begun again.

The rows, their events and the end of the import are one commit: whatever happens before it changes nothing.
"""

import asyncio
from collections.abc import Sequence

from kernel.core.errors import Refusal, Stale
from kernel.service import Job, JobTick
from services.catalog.domain.errors import ImportRefused
from services.catalog.domain.sources.rows import Row
from services.catalog.use_cases.importing.ports import FileImport, ImportState
from services.catalog.use_cases.importing.take_file import ended, take_rows

MOST_ATTEMPTS = 3


async def run(tick: JobTick) -> None:
    """Take in every file that waits."""
    while await take_next(tick):
        pass


async def take_next(tick: JobTick) -> bool:
    """Take in the oldest file; tell whether there was one that ended."""
    async with tick.open_work() as work:
        waiting = await work.file_imports.unfinished()
        if waiting is None:
            return False
        found, kept = waiting
        found.state, found.attempts, found.done = ImportState.RUNNING, found.attempts + 1, 0
        work.file_imports.save(found)
    found.version += 1
    if found.attempts > MOST_ATTEMPTS:
        await _end(tick, found, ImportState.FAILED, "Đã thử nhiều lần mà chưa xong")
        return True
    try:
        async with tick.open_work() as work:
            rows = await asyncio.to_thread(work.files.rows_kept, kept, found.form)
            # A nation's file is no longer needed from here on, and a commit of minutes begins.
            waiting = kept = None
            found.total, found.done = len(rows), sum(bool(row.reasons) for row in rows)
            work.file_imports.save(found)
        found.version += 1
        await _take(tick, found, rows)
    except Stale:
        return False
    except Refusal as refusal:
        await _end(tick, found, ImportState.REFUSED, refusal.detail or refusal.title, refusal.code)
    return True


async def _take(tick: JobTick, found: FileImport, rows: Sequence[Row]) -> None:
    try:
        async with tick.open_work() as work:
            await take_rows(
                rows,
                by=found.by,
                dry_run=found.is_dry_run,
                sets_aside=found.sets_aside,
                work=work,
                now=tick.now,
            )
            ended(found, rows, ImportState.DONE, tick.now)
            work.file_imports.save(found)
    except ImportRefused as refusal:
        ended(found, rows, ImportState.REFUSED, tick.now)
        await _end(tick, found, ImportState.REFUSED, refusal.title, refusal.code)


async def _end(
    tick: JobTick, found: FileImport, state: ImportState, detail: str, code: str = "import-failed"
) -> None:
    found.state, found.ended_at = state, tick.now
    found.problem = {"code": code, "detail": detail}
    async with tick.open_work() as work:
        work.file_imports.save(found)


TAKE_FILES = Job("take_files", 2, run)
