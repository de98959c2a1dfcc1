"""Batches for the archive: prepared by a clerk, handed over with a protocol, given up or sent again."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.archive.errors import BatchMoved, NothingToArchive, RecordDestroyed
from services.dossier.domain.archive.packages import (
    Batch,
    BatchState,
    Package,
    PackageState,
    may_read,
    require_archivist,
)
from services.dossier.domain.archive.retention import RecordState
from services.dossier.use_cases.keeping import books_of, kept_by, standing
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading


async def prepare_batch(*, until: date, most: int, by: Caller, work: Work, now: datetime) -> Batch:
    """Begin a batch of what the own agency keeps, ended by a day and in no other, longest ago first."""
    require_archivist(by.agency, by)
    records = await work.archive.records.to_submit(
        await kept_by(by, work, now),
        until=until,
        handed_over=work.archive.rules.handed_over(now.astimezone(VIETNAM).date()),
        limit=most,
    )
    if not records:
        raise NothingToArchive
    batch = Batch(
        id=new_id(),
        version=1,
        agency=by.agency,
        agency_name=await work.archive.packages.agency_name(by.agency),
        state=BatchState.BUILDING,
        prepared_by=by.subject,
        prepared_by_name=by.name,
        prepared_at=now,
    )
    packages = [
        Package(
            id=new_id(),
            version=1,
            batch_id=batch.id,
            dossier_id=record.dossier_id,
            code=record.code,
            state=PackageState.WAITING,
        )
        for record in records
    ]
    work.archive.packages.add(batch, packages)
    work.archive.records.move([one.dossier_id for one in packages], RecordState.SUBMITTED)
    return batch


async def read_batch(batch_id: UUID, *, by: Caller, work: Work, now: datetime) -> tuple[Batch, list[Package]]:
    """Return a batch and its packages to the agency's archive; raise `NotFound` to others."""
    batch, packages = await work.archive.packages.load(batch_id)
    if not may_read(batch.agency, await standing(by, batch.agency, work, now)):
        raise NotFound
    return batch, list(packages)


async def open_package(package_id: UUID, *, purpose: str, by: Caller, work: Work, now: datetime) -> Package:
    """Return a package that was made, to the agency's archive; logged with what it is read for."""
    package = await work.archive.packages.package(package_id)
    if package is None:
        raise NotFound
    batch, _ = await work.archive.packages.load(package.batch_id)
    if not may_read(batch.agency, await standing(by, batch.agency, work, now)) or package.sha256 is None:
        raise NotFound
    record = await work.archive.records.find(package.dossier_id)
    if record is not None and record.state is RecordState.DESTROYED:
        raise RecordDestroyed
    await log_reading(work, by, f"archive-package: {purpose}", package.dossier_id, package.id, now)
    return package


async def list_batches(*, before: UUID, limit: int, by: Caller, work: Work, now: datetime) -> list[Batch]:
    """Return the batches of the caller's agency and of those it goes on for, newest first."""
    if not may_read(by.agency, by):
        raise Forbidden
    books = await books_of(by, work, now)
    return list(await work.archive.packages.listed(books, before=before, limit=limit))


async def take_out(
    batch_id: UUID, package_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> Batch:
    """Take a package out before the batch is handed over; its dossier may go into another."""
    batch, packages = await _seen(batch_id, by=by, seen=seen, work=work, now=now)
    package = next((one for one in packages if one.id == package_id), None)
    if package is None:
        raise NotFound
    if package.state is PackageState.WITHDRAWN:
        raise BatchMoved(extra={"state": package.state.value})
    batch.take_out()
    work.archive.packages.save(batch)
    work.archive.packages.save_package(_withdrawn(package, reason))
    work.archive.records.move([package.dossier_id], RecordState.KEPT)
    return batch


async def cancel_batch(batch_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Batch:
    """Give a whole batch up before it is handed over."""
    batch, packages = await _seen(batch_id, by=by, seen=seen, work=work, now=now)
    batch.cancel(now)
    work.archive.packages.save(batch)
    live = [one for one in packages if one.state is not PackageState.WITHDRAWN]
    for package in live:
        work.archive.packages.save_package(_withdrawn(package, "Hủy đợt nộp lưu"))
    if live:
        work.archive.records.move([one.dossier_id for one in live], RecordState.KEPT)
    return batch


async def take_back(dossier_id: UUID, *, reason: str, work: Work) -> bool:
    """Take a dossier that goes on out of a batch; False once that was handed over: the archive answers."""
    package = await work.archive.packages.live(dossier_id)
    if package is None:
        return False
    batch, _ = await work.archive.packages.load(package.batch_id)
    if batch.state not in {BatchState.BUILDING, BatchState.READY}:
        return False
    batch.take_out()
    work.archive.packages.save(batch)
    work.archive.packages.save_package(_withdrawn(package, reason))
    work.archive.records.move([dossier_id], RecordState.KEPT)
    return True


def _withdrawn(package: Package, reason: str) -> Package:
    return replace(package, version=package.version + 1, state=PackageState.WITHDRAWN, reason=reason)


async def hand_over(batch_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Batch:
    """Sign the protocol under the next number of the agency's book; from then on a job delivers it."""
    batch, packages = await _seen(batch_id, by=by, seen=seen, work=work, now=now)
    if not any(one.state in {PackageState.BUILT, PackageState.FAILED} for one in packages):
        raise NothingToArchive
    year = now.astimezone(VIETNAM).year
    number = await work.archive.packages.next_number(batch.agency, year, "BBGN")
    batch.hand_over(packages, number=number, year=year, by=by, now=now)
    work.archive.packages.save(batch)
    return batch


async def send_again(batch_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime) -> Batch:
    """Have a batch delivered once more: its answer was lost."""
    batch, _ = await _seen(batch_id, by=by, seen=seen, work=work, now=now)
    batch.send_again(now)
    work.archive.packages.save(batch)
    return batch


async def _seen(
    batch_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime
) -> tuple[Batch, list[Package]]:
    batch, packages = await work.archive.packages.load(batch_id)
    require_archivist(batch.agency, await standing(by, batch.agency, work, now))
    if batch.version != seen:
        raise Stale
    return batch, list(packages)
