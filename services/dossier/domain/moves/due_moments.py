"""A due moment is counted anew, or another one is promised with an apology."""

from dataclasses import replace
from datetime import datetime

from services.dossier.domain.course import Apology, ApologyDraft
from services.dossier.domain.deadlines import (
    apology_latest,
    counted_anew,
    dossier_due,
    promised_by,
    reply_due,
    said_by,
    term_for,
)
from services.dossier.domain.definitions import Procedure
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.limits import Limits
from services.dossier.domain.moves.pauses import put_off
from services.dossier.domain.states import Clock, Move, State
from services.dossier.domain.supplements import Supplements
from services.dossier.domain.waiting import Decision
from worktime.calendar import WorkCalendar
from worktime.zone import VIETNAM


def draft_apology(dossier: Dossier, draft: ApologyDraft | None) -> State:
    """Propose a new date to the head of the agency, or drop the proposal."""
    left = dossier.move(Move.DRAFT_APOLOGY)
    dossier.apology_draft = draft
    return left


def reappoint(dossier: Dossier, apology: Apology) -> State:
    """Promise a new date with an apology; what punctuality is measured on stays."""
    left = dossier.move(Move.REAPPOINT)
    dossier.apologies = (*dossier.apologies, apology)
    dossier.reappointed_due_at, dossier.apology_draft = apology.new_due_at, None
    return left


def recompute(
    dossier: Dossier,
    procedure: Procedure,
    limits: Limits,
    *,
    before: WorkCalendar | None,
    after: WorkCalendar | None,
    stamp: str,
) -> State | None:
    """Count all of a dossier's moments by a changed calendar; None where that changes nothing.

    While the clock stands its due moment stays until it runs again; what was first promised stays on record.
    Raises `CalendarMissing` and `TermUnknown` with nothing counted.
    """
    if not dossier.can(Move.RECOMPUTE_DUE):
        return None
    known = replace(dossier)
    if dossier.clock is Clock.RUNNING:
        _count_promise(dossier, procedure, after, limits)
    left = dossier.move(Move.RECOMPUTE_DUE)
    if dossier.is_under_way:
        bind_calendar(dossier, stamp)
        _count_within(dossier, before, after)
    _count_decisions(dossier, after, limits)
    return None if replace(dossier, version=known.version) == known else left


def _count_promise(
    dossier: Dossier, procedure: Procedure, calendar: WorkCalendar | None, limits: Limits
) -> None:
    accepted_at, promised = dossier.accepted_at or dossier.submitted_at, dossier.reappointed_due_at
    term = term_for(procedure, dossier.channel, limits, accepted_at.astimezone(VIETNAM).date())
    due = dossier_due(procedure, term, calendar, accepted_at, dossier.stops.counted)
    latest = apology_latest(calendar, due, term, limits)
    again = promised_by(calendar, promised, due) if promised else None
    dossier.due_at, dossier.apology_latest_at, dossier.reappointed_due_at = due, latest, again


def _count_within(dossier: Dossier, before: WorkCalendar | None, after: WorkCalendar | None) -> None:
    """Let what runs within the due moment have the office time it was given, by the changed calendar.

    The step, opinions asked for, the hand-over: a day that was closed passed over opinions nobody could
    give, and ended the asking of other systems. Since the clock ran last: what was before is counted.
    """
    again = max((stop.resumed_at for stop in dossier.stops if stop.resumed_at is not None), default=None)

    def counted(due: datetime, began: datetime) -> datetime:
        return counted_anew(due, max(began, again or began), before, after)

    if dossier.step is not None:
        dossier.step = replace(dossier.step, due_at=counted(dossier.step.due_at, dossier.step.began_at))
    opinions = {one.code: counted(one.due_at, one.asked_at) for one in dossier.consultations if one.asked_at}
    put_off(dossier, opinions)
    if dossier.handover_due_at is not None and dossier.accepted_at is not None:
        dossier.handover_due_at = counted(dossier.handover_due_at, dossier.accepted_at)


def _count_decisions(dossier: Dossier, calendar: WorkCalendar | None, limits: Limits) -> None:
    """Let what waits for somebody's word have its hours by the calendar as it is now.

    The calendar in force counts them, accepted or not; what was said in time or late before stays as it was.
    """

    def by(kind: Decision, since: datetime | None, until: datetime | None) -> datetime | None:
        return until if since is None or until is None else said_by(kind, since, until, calendar, limits)

    if dossier.state is State.SUBMITTED and dossier.reply_due_at is not None:
        dossier.reply_due_at = reply_due(calendar, dossier.reply_since, limits) or dossier.reply_due_at
    if dossier.state is State.WITHDRAWAL_REQUESTED:
        asked_at, until = dossier.withdrawal_asked_at, dossier.withdrawal_decide_by
        dossier.withdrawal_decide_by = by(Decision.WITHDRAWAL, asked_at, until)
    if State.SUPPLEMENT_REQUESTED in {dossier.state, dossier.prior_state} and dossier.supplements:
        last = dossier.supplements[-1]
        last = replace(last, confirm_by=by(Decision.CONFIRM, last.answered_at, last.confirm_by))
        dossier.supplements = Supplements((*dossier.supplements[:-1], last))
    if (proposal := dossier.proposal) is not None:
        until = by(Decision.PROPOSAL, proposal.at, proposal.decide_by)
        dossier.proposal = replace(proposal, decide_by=until)
    if (draft := dossier.correction_draft) is not None:
        dossier.correction_draft = replace(
            draft, decide_by=by(Decision.CORRECTION, draft.at, draft.decide_by)
        )


def bind_calendar(dossier: Dossier, stamp: str) -> None:
    """Take the versions of the calendar's years the due moment is counted by from now on."""
    dossier.pins = replace(dossier.pins, calendar_stamp=stamp)
