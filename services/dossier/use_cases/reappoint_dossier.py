"""A promise that cannot be kept: apology and a new date, proposed by one, signed by another (form 04)."""

from datetime import date, datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from services.dossier.domain import papers
from services.dossier.domain.actions import Action
from services.dossier.domain.course import Apology, ApologyDraft
from services.dossier.domain.deadlines import closing_of
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.events import Change, cause_data, moment
from services.dossier.domain.guards import require_later, waiting_apology
from services.dossier.domain.moves import due_moments
from services.dossier.domain.papers import PaperKind
from services.dossier.domain.ways import APPROVED, DECLINED
from services.dossier.use_cases.ask_limits import cause_of
from services.dossier.use_cases.open_dossier import open_for, parties_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.receive_dossier import issue
from services.dossier.use_cases.record_change import record_change


async def draft_apology(
    dossier_id: UUID,
    *,
    reason: str,
    cause: str,
    new_due_on: date,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Dossier:
    """Propose a new date, a working day after the one promised; nothing goes out before it is signed."""
    dossier, grounds = await open_for(Action.APOLOGY_DRAFT, dossier_id, by=by, seen=seen, work=work, now=now)
    why = cause_of(work, cause, cause, "DELAY", now)
    # A new promise: by the days that are worked as known today, not as known at the acceptance.
    new_due = closing_of(grounds.calendar_in_force, new_due_on)
    if new_due is None:
        raise Invalid(fields=[("new_due_on", "Không phải ngày làm việc")])
    require_later(new_due, dossier.due_at or now, now)
    left = due_moments.draft_apology(dossier, ApologyDraft(reason, why, new_due, by.subject, by.name, now))
    details = {"noted": "APOLOGY_DRAFTED", "cause": cause_data(why)}
    record_change(work, dossier, Change("work_noted", left, note=reason, details=details), by=by, now=now)
    return dossier


async def decide_apology(
    dossier_id: UUID, *, approved: bool, note: str, by: Caller, seen: int, work: Work, now: datetime
) -> Dossier:
    """Sign form 04 and promise the new date, or give the proposal back with the reason.

    Too late is recorded as late, not refused: who waits is owed the apology all the same.
    """
    action, way = Action.REAPPOINTMENT, APPROVED if approved else DECLINED
    dossier, _ = await open_for(action, dossier_id, by=by, seen=seen, work=work, now=now, way=way)
    draft, previous_due_at = waiting_apology(dossier)
    if not approved:
        if not note:
            raise Invalid(fields=[("note", "Không đồng ý phải nêu lý do")])
        left = due_moments.draft_apology(dossier, None)
        details = {"noted": "APOLOGY_DECLINED"}
        record_change(work, dossier, Change("work_noted", left, note=note, details=details), by=by, now=now)
        return dossier
    latest = dossier.apology_latest_at
    signed = Apology(
        reason=draft.reason,
        cause=draft.cause,
        previous_due_at=previous_due_at,
        new_due_at=draft.new_due_at,
        at=now,
        signed_by=by.name,
        is_late=now > (latest or previous_due_at),
    )
    left = due_moments.reappoint(dossier, signed)
    content = papers.apology(dossier, signed, parties=parties_of(dossier, work))
    paper = issue(
        work, dossier, PaperKind.APOLOGY, content, by=by, now=now, earlier=len(dossier.apologies) - 1
    )
    apologised = {
        "cause": cause_data(signed.cause),
        "previous_due_at": moment(signed.previous_due_at),
        "apology_latest_at": moment(latest),
        "is_late": signed.is_late,
    }
    change = Change("reappointed", left, note=signed.reason, papers=[paper], details=apologised)
    record_change(work, dossier, change, by=by, now=now)
    return dossier
