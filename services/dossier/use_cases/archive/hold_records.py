"""Records as the archive reads them, and holds that keep them from destruction."""

from datetime import date, datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Forbidden, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.archive.errors import RecordDestroyed
from services.dossier.domain.archive.holds import Hold, HoldKind, require_holder
from services.dossier.domain.archive.packages import may_read
from services.dossier.domain.archive.retention import Record, RecordState
from services.dossier.use_cases.keeping import kept_by, oversees, standing
from services.dossier.use_cases.ports import Work


async def read_record(
    dossier_id: UUID, *, by: Caller, work: Work, now: datetime
) -> tuple[Record, list[Hold]]:
    """Return a record and its holds to the agency's archive; raise `NotFound` to others."""
    record = await work.archive.records.find(dossier_id)
    if record is None:
        raise NotFound
    at = await standing(by, record.agency, work, now, record.procedure_code)
    part = (record.agency, record.procedure_code)
    if not (may_read(record.agency, at) or await oversees(by, [part], work, now)):
        raise NotFound
    return record, list(await work.archive.holds.of(dossier_id))


async def list_records(
    *, state: RecordState, after: tuple[date, UUID] | None, limit: int, by: Caller, work: Work, now: datetime
) -> list[Record]:
    """Return records the caller's agency keeps in a state, the longest ended first."""
    if not may_read(by.agency, by):
        raise Forbidden
    reaches = await kept_by(by, work, now)
    return list(await work.archive.records.listed(reaches, state=state.value, after=after, limit=limit))


async def place_hold(
    dossier_id: UUID,
    *,
    kind: HoldKind,
    reason: str,
    legal_basis: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> Hold:
    """Let nothing of a dossier be destroyed until the hold is released."""
    record = await work.archive.records.lock(dossier_id)
    if record is None:
        raise NotFound
    at = await standing(by, record.agency, work, now, record.procedure_code)
    part = (record.agency, record.procedure_code)
    require_holder(record.agency, at, is_supervised=await oversees(by, [part], work, now))
    if record.state is RecordState.DESTROYED:
        raise RecordDestroyed
    hold = Hold(
        id=new_id(),
        version=1,
        dossier_id=dossier_id,
        agency=record.agency,
        kind=kind,
        reason=reason,
        legal_basis=legal_basis,
        placed_by=by.subject,
        placed_by_name=by.name,
        placed_at=now,
    )
    work.archive.holds.add(hold)
    _tell_twice("hold_placed", hold, by, work, now)
    return hold


async def release_hold(
    hold_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> Hold:
    """End a hold."""
    hold = await work.archive.holds.find(hold_id)
    if hold is None:
        raise NotFound
    record = await work.archive.records.find(hold.dossier_id)
    part = (hold.agency, record.procedure_code if record else "")
    at = await standing(by, part[0], work, now, part[1])
    require_holder(hold.agency, at, is_supervised=await oversees(by, [part], work, now))
    if hold.version != seen:
        raise Stale
    hold.release(reason, by=by, now=now)
    work.archive.holds.save(hold)
    _tell_twice("hold_released", hold, by, work, now)
    return hold


def _tell_twice(what: str, hold: Hold, by: Caller, work: Work, now: datetime) -> None:
    """Tell it where nobody can take it out: a hold taken out or set back by hand is found."""
    who = {"subject": by.subject, "kind": by.kind.value, "agency": by.agency}
    work.views.note_deed(at=now, **who, what=what, object_id=hold.id)
