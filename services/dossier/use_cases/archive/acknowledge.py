"""Delivers batches and takes what the archive answers: a commit a package, so a kill loses nothing."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

import orjson

from kernel.core.apart import Apart
from kernel.core.clock import VIETNAM
from kernel.core.errors import NotFound, Refusal
from services.dossier.domain.archive.packages import (
    Acknowledgement,
    Answered,
    Batch,
    BatchState,
    Judgement,
    Package,
    PackageState,
    is_answered,
    judge,
)
from services.dossier.domain.archive.retention import RecordState
from services.dossier.use_cases.archive.ports import (
    Delivery,
    HistoricalArchive,
    PackageFile,
    Unreadable,
)
from services.dossier.use_cases.archive_dossier import archive_by_system
from services.dossier.use_cases.ports import Files, Work

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
_AT_ONCE = 100


async def deliver_batches(
    archive: HistoricalArchive, open_work: OpenWork, now: datetime, apart: Apart
) -> None:
    """Deliver what is due, for ever until it arrives."""
    async with open_work() as work:
        due = await work.archive.packages.to_send(now)
    for batch_id in due:
        with apart.each(batch_id):
            await _deliver(batch_id, archive, open_work, now)


async def _deliver(batch_id: UUID, archive: HistoricalArchive, open_work: OpenWork, now: datetime) -> None:
    async with open_work() as work:
        batch, packages = await work.archive.packages.load(batch_id)
        files = work.files
    failure = await archive.deliver(_delivery(batch, packages, files))
    async with open_work() as work:
        batch, packages = await work.archive.packages.load(batch_id)
        # Answered while it was delivered: what was said counts, the attempt no longer matters.
        if batch.state in {BatchState.HANDED, BatchState.SENT}:
            days = work.archive.rules.acknowledged_within(now.astimezone(VIETNAM).date())
            batch.tried(failure, now=now, again_after_days=days)
            work.archive.packages.save(batch)


def _delivery(batch: Batch, packages: Sequence[Package], files: Files) -> Delivery:
    going = [
        PackageFile(name=one.name, sha256=one.sha256, size=one.size, chunks=partial(files.chunks, one.sha256))
        for one in packages
        if one.sha256 is not None and one.size is not None and one.state is not PackageState.WITHDRAWN
    ]
    return Delivery(batch.id, orjson.dumps(batch.protocol, option=orjson.OPT_INDENT_2), going)


async def read_acknowledgements(
    archive: HistoricalArchive, open_work: OpenWork, now: datetime, apart: Apart
) -> None:
    """Take every message that waits. A message stays until all of it is committed."""
    for name in await archive.waiting():
        with apart.each(name):
            await _read(name, archive, open_work, now)


async def _read(name: str, archive: HistoricalArchive, open_work: OpenWork, now: datetime) -> None:
    raw = await archive.read(name)
    try:
        told = archive.understand(raw)
    except Unreadable as error:
        async with open_work() as work:
            work.archive.messages.unreadable(name, raw, str(error), at=now)
        await archive.done(name, is_read=False)
        return
    await take(told, raw, open_work, now)
    await archive.done(name, is_read=True)


async def take(told: Acknowledgement, raw: bytes, open_work: OpenWork, now: datetime) -> None:
    """Apply one message, a commit a line; what was judged before is passed over."""
    async with open_work() as work:
        judged = await work.archive.messages.judged(told.id)
        if judged is None:
            work.archive.messages.receive(told, raw, at=now)
    apart = Apart("answers of the archive that cannot be taken")
    for line in told.lines:
        if line.package_id not in (judged or set()):
            with apart.each(line.package_id):
                await _apply(told, line, open_work, now)
    apart.tell()
    await _close(told.batch_id, open_work, now)


async def _apply(told: Acknowledgement, line: Answered, open_work: OpenWork, now: datetime) -> None:
    async with open_work() as work:
        package = await work.archive.packages.package(line.package_id)
        if package is not None and package.batch_id != told.batch_id:
            package = None
        judgement = judge(package, line, dossier_version=await _version(package, work))
        reason = line.reason
        if package is not None:
            reason = await _move(package, line, judgement, work, now)
        work.archive.messages.keep(told.id, line.package_id, judgement, reason=reason, at=now)


async def _version(package: Package | None, work: Work) -> int | None:
    """Return the dossier's version; None where it is gone."""
    if package is None:
        return None
    try:
        return (await work.dossiers.load(package.dossier_id))[0].version
    except NotFound:
        return None


async def _move(package: Package, line: Answered, judgement: Judgement, work: Work, now: datetime) -> str:
    """Queue what an answer moves; return the reason that is kept with it."""
    next_version = replace(package, version=package.version + 1, answered_at=now)
    if judgement is Judgement.ACCEPTED:
        accepted = replace(next_version, state=PackageState.ACCEPTED, archive_code=line.archive_code)
        work.archive.packages.save_package(accepted)
        work.archive.records.move([package.dossier_id], RecordState.ARCHIVED, archive_code=line.archive_code)
        return line.reason
    if judgement in {Judgement.REFUSED, Judgement.CHANGED}:
        reason = line.reason if judgement is Judgement.REFUSED else "dossier-changed-since-packed"
        work.archive.packages.save_package(replace(next_version, state=PackageState.REFUSED, reason=reason))
        work.archive.records.move([package.dossier_id], RecordState.KEPT)
        return reason
    return line.reason


async def _close(batch_id: UUID, open_work: OpenWork, now: datetime) -> None:
    async with open_work() as work:
        try:
            batch, packages = await work.archive.packages.load(batch_id)
        except NotFound:
            return
        if batch.state in {BatchState.HANDED, BatchState.SENT} and is_answered(packages):
            batch.close(now)
            work.archive.packages.save(batch)


async def archive_accepted(open_work: OpenWork, now: datetime, apart: Apart) -> dict[UUID, str]:
    """Move dossiers whose package was accepted to ARCHIVED, a commit each; return who was refused, and why.

    Apart from the acknowledgement: what the archive said stands, also while the heart refuses (a paper not
    printed since); it is tried again with every run.
    """
    refused: dict[UUID, str] = {}
    after = UUID(int=0)
    while True:
        async with open_work() as work:
            waiting = await work.archive.packages.accepted_unarchived(after, _AT_ONCE)
        for dossier_id in waiting:
            with apart.each(dossier_id):
                try:
                    async with open_work() as work:
                        await archive_by_system(dossier_id, work=work, now=now)
                except Refusal as refusal:
                    refused[dossier_id] = refusal.code
        if len(waiting) < _AT_ONCE:
            return refused
        after = waiting[-1]
