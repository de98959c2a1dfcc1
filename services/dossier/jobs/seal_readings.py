"""Seals the log of readings every few seconds, so that hardly anything lies in it unsealed."""

import logging

from kernel.service import Job, JobTick
from services.dossier.use_cases.readings.seal_readings import seal_batch

_MOST_BATCHES = 50
_log = logging.getLogger(__name__)


async def run(tick: JobTick) -> None:
    """Seal until nothing is left, a commit a batch; the last seal is said aloud, for a log kept elsewhere."""
    last = None
    for _ in range(_MOST_BATCHES):
        async with tick.open_work() as work:
            made = await seal_batch(work=work, now=tick.now)
        if made is None:
            break
        last = made
    if last is not None:
        _log.info("readings sealed", extra={"seal": last.number, "hash": last.hash.hex()})


SEAL_READINGS = Job("seal-readings", 10, run)
