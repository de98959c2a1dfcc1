"""The archive's jobs: make packages, hand them over, read the answers, carry out lists of destruction."""

import structlog

from kernel.core.apart import Apart
from kernel.service import Job, JobTick
from services.dossier.use_cases.archive.acknowledge import (
    archive_accepted,
    deliver_batches,
    read_acknowledgements,
)
from services.dossier.use_cases.archive.build_packages import build_packages
from services.dossier.use_cases.archive.destroy_records import carry_out, remove_contents

_log = structlog.get_logger()


async def _build(tick: JobTick) -> None:
    apart = Apart("packages for the archive that cannot be made")
    await build_packages(tick.open_work, tick.runtime.clock.now, apart)
    apart.tell()


async def _hand_over(tick: JobTick) -> None:
    """Deliver first, then read: what was answered to an earlier delivery is taken in the same run."""
    archive = tick.resources.historical_archive
    apart = Apart("what the archive is given or answered")
    if archive is not None:
        await deliver_batches(archive, tick.open_work, tick.now, apart)
        await read_acknowledgements(archive, tick.open_work, tick.now, apart)
    for dossier_id, code in (await archive_accepted(tick.open_work, tick.now, apart)).items():
        _log.warning("dossier acknowledged, not archived", dossier_id=str(dossier_id), code=code)
    apart.tell()


async def _destroy(tick: JobTick) -> None:
    apart = Apart("lists of destruction that cannot be carried out")
    await carry_out(tick.open_work, tick.runtime.clock.now, apart)
    await remove_contents(tick.open_work, tick.now)
    apart.tell()


DESTROY_RECORDS = Job("destroy-records", 60, _destroy)
BUILD_ARCHIVE_PACKAGES = Job("build-archive-packages", 5, _build)
HAND_OVER_ARCHIVE = Job("hand-over-archive", 10, _hand_over)
JOBS = (BUILD_ARCHIVE_PACKAGES, HAND_OVER_ARCHIVE, DESTROY_RECORDS)
