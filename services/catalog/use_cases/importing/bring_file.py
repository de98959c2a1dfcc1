"""Somebody brings a file: a small one is taken in at once, a large one waits and tells how far it is."""

import asyncio
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import NotFound
from kernel.core.ids import new_id
from services.catalog.domain.errors import MayNotImport
from services.catalog.domain.sources.reading_files import Format
from services.catalog.use_cases.importing.ports import FileImport, ImportState
from services.catalog.use_cases.importing.take_file import ended, take_rows
from services.catalog.use_cases.ports import Work

LARGEST_AT_ONCE = 2 * 1024 * 1024


class NoSuchImport(NotFound):
    """No such import."""

    code = "import-not-found"
    title = "Không có lần nhập này"


async def bring_file(
    content: bytes,
    form: Format,
    *,
    sent: bytes,
    by: Caller,
    dry_run: bool,
    sets_aside: bool,
    waits: bool,
    work: Work,
    now: datetime,
) -> FileImport:
    """Take the file in, or keep it for the job when it is large or the caller does not want to wait.

    It is kept as it was `sent`: packed, if it came so.
    """
    allow(by)
    found = FileImport(id=new_id(), form=form, is_dry_run=dry_run, sets_aside=sets_aside, by=by, asked_at=now)
    if waits or len(content) > LARGEST_AT_ONCE:
        work.file_imports.add(found, sent)
        return found
    rows = await asyncio.to_thread(work.files.rows, content, form)
    await take_rows(rows, by=by, dry_run=dry_run, sets_aside=sets_aside, work=work, now=now)
    ended(found, rows, ImportState.DONE, now)
    work.file_imports.add(found, None)
    return found


async def find_import(import_id: UUID, *, by: Caller, work: Work) -> FileImport:
    """Return an import for those who import; raise `NoSuchImport`."""
    allow(by)
    found = await work.file_imports.find(import_id)
    if found is None:
        raise NoSuchImport
    return found


def allow(by: Caller) -> None:
    """Raise `MayNotImport` for anybody but the loader and editors."""
    if not by.has_role("catalog.import", "CATALOG_EDITOR"):
        raise MayNotImport
