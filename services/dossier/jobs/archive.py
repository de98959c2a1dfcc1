"""The archive's jobs: make packages, hand them over, read the answers, carry out lists of destruction."""

import structlog

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
    await build_packages(tick.open_work, tick.runtime.clock.now)


async def _hand_over(tick: JobTick) -> None:
    """Deliver first, then read: what was answered to an earlier delivery is taken in the same run."""
    archive = tick.resources.historical_archive
    if archive is not None:
        await deliver_batches(archive, tick.open_work, tick.now)
        await read_acknowledgements(archive, tick.open_work, tick.now)
    for dossier_id, code in (await archive_accepted(tick.open_work, tick.now)).items():
        _log.warning("dossier acknowledged, not archived", dossier_id=str(dossier_id), code=code)


async def _destroy(tick: JobTick) -> None:
    await carry_out(tick.open_work, tick.runtime.clock.now)
    await remove_contents(tick.open_work, tick.now)


DESTROY_RECORDS = Job("destroy-records", 60, _destroy)
BUILD_ARCHIVE_PACKAGES = Job("build-archive-packages", 5, _build)
HAND_OVER_ARCHIVE = Job("hand-over-archive", 10, _hand_over)
JOBS = (BUILD_ARCHIVE_PACKAGES, HAND_OVER_ARCHIVE, DESTROY_RECORDS)
