"""Reads what happened and keeps what is out of order; people close each with an outcome."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from kernel.core.apart import Apart
from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import NotFound, Stale
from services.dossier.domain.supervision.anomalies import anomalies_in
from services.dossier.domain.supervision.errors import AnomalyClosed
from services.dossier.use_cases.keeping import oversees
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.supervision.ports import History, KeptAnomaly, Place

OVERLAP = timedelta(minutes=5)
"""Entries carry the moment their request began and appear when it commits: read again what is this young."""
_FIRST = UUID(int=0)


async def begin_reading(*, work: Work) -> Place:
    """Return where reading goes on: some minutes before where it ended, or at the beginning of time."""
    at = await work.supervision.anomalies.seen_through()
    return (at or datetime(1, 1, 2, tzinfo=UTC), _FIRST, 0)


async def read_on(after: Place, limit: int, *, apart: Apart, work: Work, now: datetime) -> Place | None:
    """Read the next entries and keep what is out of order; return where to go on, None at the end.

    What was found is found once, however often it is read; the place is kept with it in one commit. A dossier
    that cannot be read (`verify-history` names it) is told apart and gone past. What a clock ahead of ours
    has written is read once we are there: before, each reading would begin with all of it again.
    """
    anomalies = work.supervision.anomalies
    entries = await anomalies.to_read(after, now, limit)
    read = await anomalies.histories(list({dossier_id for _, dossier_id, _ in entries}))
    for history in read:
        with apart.each(history.dossier_id):
            await _read_dossier(history, work=work, now=now)
    is_end = len(entries) < limit
    # Never past what may still be committing, or an entry that appears late would be passed over.
    anomalies.see_through(now - OVERLAP if is_end else min(entries[-1][0], now - OVERLAP))
    return None if is_end else entries[-1]


async def _read_dossier(history: History, *, work: Work, now: datetime) -> None:
    grounds = await work.catalogue.grounds(history.procedure, history.process, None)
    found = anomalies_in(
        history.dossier_id,
        history.entries,
        published=frozenset(grounds.procedure.components),
        process=grounds.process,
        least_letters=work.supervision.rules.least_letters(now.astimezone(VIETNAM).date()),
    )
    if found:
        # Nothing is kept of a dossier that is not what was written.
        dossier, _ = await work.dossiers.load(history.dossier_id)
        work.supervision.anomalies.add(found, dossier.dossier_code or dossier.reference, now)


async def read_anomaly(anomaly_id: UUID, *, by: Caller, work: Work, now: datetime) -> KeptAnomaly:
    """Return an anomaly to who supervises its agency and its dossier's procedure; `NotFound` to others."""
    anomaly, procedure = await work.supervision.anomalies.load(anomaly_id)
    if not await oversees(by, [(anomaly.agency, procedure)], work, now):
        raise NotFound
    return anomaly


async def close_anomaly(
    anomaly_id: UUID, *, outcome: str, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> KeptAnomaly:
    """Close with an outcome and what it rests on; once."""
    anomaly = await read_anomaly(anomaly_id, by=by, work=work, now=now)
    if anomaly.version != seen:
        raise Stale
    if anomaly.closed_at is not None:
        raise AnomalyClosed
    anomaly.outcome, anomaly.note, anomaly.closed_by, anomaly.closed_at = outcome, note, by.name, now
    anomaly.version += 1
    work.supervision.anomalies.save(anomaly)
    return anomaly
