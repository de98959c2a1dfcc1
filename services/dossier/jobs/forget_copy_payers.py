"""Forgets who asked and paid for certified copies when their receipts have been kept long enough."""

from kernel.service import Job, JobTick
from services.dossier.use_cases.payments.copies import forget_payers

_EVERY_SECONDS = 3600


async def run(tick: JobTick) -> None:
    """Take portions, each in a commit of its own, until nothing is left that is old enough."""
    is_more = True
    while is_more:
        async with tick.open_work() as work:
            is_more = bool(await forget_payers(work=work, now=tick.now))


FORGET_COPY_PAYERS = Job("forget-copy-payers", _EVERY_SECONDS, run)
