"""Gives up uploads nobody goes on with, asks the scanner again, forgets old links."""

import structlog

from kernel.service import Job, JobTick
from services.dossier.domain.file_links import KEPT
from services.dossier.use_cases.files.bring_in_parts import end_expired, forget_upload
from services.dossier.use_cases.files.ports import Verdict
from services.dossier.use_cases.files.quarantine import scan_again, waiting_for_scan
from services.dossier.use_cases.files.sign_files import forget_signing, forget_signings

_log = structlog.get_logger()


async def _end_uploads(tick: JobTick) -> None:
    async with tick.open_work() as work:
        over = await end_expired(work=work, now=tick.now)
        work.links.forget(tick.now - KEPT)
    for upload_id in over:
        async with tick.open_work() as work:
            await forget_upload(upload_id, work=work)


async def _scan(tick: JobTick) -> None:
    """Look at what waits, a commit each; one silence is enough for this time."""
    async with tick.open_work() as work:
        waiting = await waiting_for_scan(work=work, now=tick.now)
    for attachment in waiting:
        try:
            async with tick.open_work() as work:
                verdict = await scan_again(attachment, work=work, now=tick.now)
        except Exception:  # One file that cannot be read must not hold the others up.
            _log.exception("quarantined_file_unreadable", attachment_id=str(attachment.id))
            async with tick.open_work() as work:
                work.attachments.put_off_scan(attachment.id, tick.now)
            continue
        if verdict not in {Verdict.CLEAN, Verdict.INFECTED}:
            return


async def _forget_signings(tick: JobTick) -> None:
    async with tick.open_work() as work:
        over = await forget_signings(work=work, now=tick.now)
    for signing_id in over:
        async with tick.open_work() as work:
            await forget_signing(signing_id, work=work)


FORGET_SIGNINGS = Job("forget-signings", 60, _forget_signings)
END_UPLOADS = Job("end-uploads", 60, _end_uploads)
SCAN_QUARANTINED = Job("scan-quarantined", 5, _scan)
FILE_JOBS = (END_UPLOADS, SCAN_QUARANTINED, FORGET_SIGNINGS)
