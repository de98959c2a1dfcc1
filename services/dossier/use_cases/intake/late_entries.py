"""Entered afterwards: what was taken on paper while the network was down, approved by another person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import moment
from services.dossier.domain.intake.errors import SelfApproval
from services.dossier.domain.intake.late_entries import LateEntry, require_past
from services.dossier.use_cases.intake.reception import require_one_stop
from services.dossier.use_cases.keeping import keepers_on
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.receive_elsewhere import receive_at_counter
from services.dossier.use_cases.secrets import opened_or_nothing
from services.dossier.use_cases.submission import Submission

_APPROVERS = ("ONE_STOP_MANAGER", "SIGNER")


async def enter_late(
    body: Mapping[str, Any], *, received_at: datetime, reason: str, by: Caller, work: Work, now: datetime
) -> LateEntry:
    """Keep what the paper says, as it was typed; no dossier and no code come of it before approval."""
    require_one_stop(by)
    require_past(received_at, now)
    entry = LateEntry(
        id=new_id(),
        agency=by.agency,
        unit=by.unit,
        entered_by=by.subject,
        entered_by_name=by.name,
        entered_at=now,
        received_at=received_at,
        reason=reason,
        body_sealed=work.seals.seal(dict(body), purpose="late-entry"),
    )
    work.ways_in.late_entries.add(entry)
    return entry


async def list_late_entries(
    *, after: UUID, limit: int, by: Caller, work: Work, now: datetime
) -> tuple[list[LateEntry], UUID | None]:
    """Return what waits at the caller's agency, or at one it goes on for, and where the next page goes on.

    Whose an entry of an agency that ended is says its procedure, which is sealed with what was typed: a page
    is shorter by others' entries, never longer than `limit`.
    """
    if by.kind is not CallerKind.STAFF or not by.has_role("ONE_STOP_OFFICER", *_APPROVERS):
        raise Forbidden
    keepers = await keepers_on(work, now)
    agencies = [one.agency for one in keepers.reaches(by.agency)]
    found = await work.ways_in.late_entries.waiting(agencies, after, limit + 1)
    page, is_more = found[:limit], len(found) > limit
    own = [one for one in page if keepers.of(one.agency, _procedure(one, work)) == by.agency]
    return own, page[-1].id if is_more else None


async def seen_entry(
    entry_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime
) -> tuple[LateEntry, dict[str, Any]]:
    """Return an entry, opened, to who may decide on it; raise `SelfApproval` for who entered it."""
    if by.kind is not CallerKind.STAFF or not by.has_role(*_APPROVERS):
        raise Forbidden
    keepers = await keepers_on(work, now)
    agencies = [one.agency for one in keepers.reaches(by.agency)]
    entry = await work.ways_in.late_entries.find(entry_id, agencies)
    if keepers.of(entry.agency, _procedure(entry, work)) != by.agency:
        raise NotFound
    if entry.version != seen:
        raise Stale
    if entry.entered_by == by.subject:
        raise SelfApproval
    await log_reading(work, by, "late-entry", None, entry_id, now)
    opened = work.seals.open(entry.body_sealed, purpose="late-entry")
    return entry, opened if isinstance(opened, dict) else {}


def _procedure(entry: LateEntry, work: Work) -> str:
    """Return whose procedure's it is, to be decided by who goes on with that; empty if it stays shut."""
    opened = opened_or_nothing(work.seals, entry.body_sealed, purpose="late-entry")
    return str(opened.get("procedure_code") or "") if isinstance(opened, dict) else ""


async def approve_late(
    entry: LateEntry, submission: Submission, *, note: str, by: Caller, work: Work, now: datetime
) -> Dossier:
    """Let the dossier begin on the day it was received: version, code and due moment are of that day."""
    enterer = Caller(
        subject=entry.entered_by,
        kind=CallerKind.STAFF,
        name=entry.entered_by_name,
        roles=frozenset({"ONE_STOP_OFFICER"}),
        agency=entry.agency,
        unit=entry.unit,
    )
    told = {
        "late_entry": {
            "received_at": moment(entry.received_at),
            "entered_at": moment(entry.entered_at),
            "entered_by": entry.entered_by_name,
            "approved_by": by.name,
            "reason": entry.reason,
        }
    }
    dossier = await receive_at_counter(
        submission, by=enterer, work=work, now=now, received_at=entry.received_at, details=told
    )
    _keep(entry.decided(by=by, at=now, note=note, dossier_id=dossier.id), by, work, now)
    return dossier


async def decline_late(
    entry_id: UUID, *, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> LateEntry:
    """Send an entry back with the reason; a corrected one is another entry."""
    entry, _ = await seen_entry(entry_id, by=by, seen=seen, work=work, now=now)
    declined = entry.decided(by=by, at=now, note=note, dossier_id=None)
    _keep(declined, by, work, now)
    return declined


def _keep(entry: LateEntry, by: Caller, work: Work, now: datetime) -> None:
    """Keep what was decided, told a second time where nobody can take it out: once put back, it is found."""
    work.ways_in.late_entries.save(entry)
    who = {"subject": by.subject, "kind": by.kind.value, "agency": by.agency}
    work.views.note_deed(at=now, **who, what="late_entry_decided", object_id=entry.id)
