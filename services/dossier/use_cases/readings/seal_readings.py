"""Seals what was logged since the last batch; a job does it every few seconds."""

from datetime import datetime

from services.dossier.domain.readings.seals import Seal, seal
from services.dossier.use_cases.ports import Work

BATCH = 2_000


class Restored(Exception):  # noqa: N818 - the fact is the name.
    """The database counts transactions from anew: it is a copy restored by its content, not its files."""


async def seal_batch(*, work: Work, now: datetime) -> Seal | None:
    """Seal the next batch; None when nothing is left to seal now.

    The horizon is asked before the lines: what has ended by then is all there is below it.
    """
    before = await work.supervision.readings.last_seal()
    if before is None or before.is_older:
        older = await work.supervision.readings.older(before.last_id if before else 0, BATCH)
        if older:
            return _keep(work, seal(before, older, end_txid=0, keys=work.history_keys, at=now))
    first = before.end_txid if before else 0
    end = await work.supervision.readings.horizon()
    if end < first:
        raise Restored
    lines = await work.supervision.readings.between(first, end, BATCH + 1)
    if len(lines) > BATCH:
        # A transaction is sealed whole: what is left begins with the last one read.
        end = lines[-1]["txid"]
        lines = [line for line in lines if line["txid"] < end]
    if not lines:
        return None
    ordered = sorted(lines, key=lambda line: int(line["id"]))
    return _keep(work, seal(before, ordered, end_txid=end, keys=work.history_keys, at=now))


def _keep(work: Work, made: Seal) -> Seal:
    work.supervision.readings.keep(made)
    return made
