"""Makes the packages of batches, one after another, each as a stream into a file of its own.

A package is kept under its digest before its row names it. Killed in between, the same bytes are made again
and lie at the same place.
"""

import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.errors import NotFound
from services.dossier.domain.archive.packages import Batch, BatchState, Package, PackageState
from services.dossier.domain.errors import CANNOT_BE_READ
from services.dossier.use_cases.archive_dossier import missing_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.ports.materials import ContentLost

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]


async def build_packages(open_work: OpenWork, now: Callable[[], datetime], apart: Apart) -> None:
    """Make every package that waits; one that cannot be made holds up no other, nor another batch."""
    async with open_work() as work:
        batches = await work.archive.packages.building()
    for batch_id in batches:
        with apart.each(batch_id):
            async with open_work() as work:
                _, packages = await work.archive.packages.load(batch_id)
            for package in packages:
                if package.state is PackageState.WAITING:
                    with apart.each(package.id):
                        await _build(package.id, open_work, now)
            await _finish(batch_id, open_work)


async def _finish(batch_id: UUID, open_work: OpenWork) -> None:
    async with open_work() as work:
        batch, packages = await work.archive.packages.load(batch_id)
        is_tried = all(one.state is not PackageState.WAITING for one in packages)
        if batch.state is BatchState.BUILDING and is_tried:
            batch.built()
            work.archive.packages.save(batch)


async def _build(package_id: UUID, open_work: OpenWork, now: Callable[[], datetime]) -> None:
    async with open_work() as work:
        package = await work.archive.packages.package(package_id)
        # Somebody may have taken it out since the batch was read.
        if package is None or package.state is not PackageState.WAITING:
            return
        batch, _ = await work.archive.packages.load(package.batch_id)
        built = await _packed(package, batch, work, now())
    async with open_work() as work:
        work.archive.packages.save_package(built)


async def _packed(package: Package, batch: Batch, work: Work, now: datetime) -> Package:
    """Return the package with its file, or with why there is none."""
    failed = replace(package, version=package.version + 1, state=PackageState.FAILED, built_at=now)
    try:
        dossier, _ = await work.dossiers.load(package.dossier_id)
        lacking = await missing_of(dossier, work)
        contents = await work.archive.packages.contents(package, batch)
    except NotFound:
        return replace(failed, reason="dossier-not-found")
    except CANNOT_BE_READ:
        # A row changed by hand: the batch goes without it, and `verify-history` says what is wrong with it.
        return replace(failed, reason="record-unreadable")
    await work.rest()
    if lacking := [*lacking, *contents.lacking]:
        return replace(failed, reason=f"record-incomplete: {', '.join(lacking)}")
    with tempfile.TemporaryDirectory(prefix="motcua-archive-") as folder:
        path = Path(folder) / "package.zip"
        try:
            await work.pack(contents.bag, path, work.files)
        except ContentLost as error:
            return replace(failed, reason=f"file-lost: {error}")
        sha256 = await work.files.put_file(path)
        size = path.stat().st_size
    return replace(
        package,
        version=package.version + 1,
        state=PackageState.BUILT,
        dossier_version=contents.dossier_version,
        sha256=sha256,
        size=size,
        files=len(contents.bag.payload),
        built_at=now,
    )
