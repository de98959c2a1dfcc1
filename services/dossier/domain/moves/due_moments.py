"""A due moment is counted anew, or another one is promised with an apology."""

from dataclasses import replace
from datetime import datetime

from services.dossier.domain.course import Apology, ApologyDraft
from services.dossier.domain.deadlines import counted_anew
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.moves.pauses import put_off
from services.dossier.domain.states import Move, State
from worktime.calendar import WorkCalendar


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
    due_at: datetime,
    apology_latest_at: datetime | None,
    *,
    reappointed_due_at: datetime | None,
    stamp: str,
) -> State:
    """Take the moments counted by a changed calendar; what was first promised stays on record."""
    left = dossier.move(Move.RECOMPUTE_DUE)
    dossier.due_at, dossier.apology_latest_at = due_at, apology_latest_at
    dossier.reappointed_due_at = reappointed_due_at
    bind_calendar(dossier, stamp)
    return left


def count_within(dossier: Dossier, before: WorkCalendar | None, after: WorkCalendar | None) -> None:
    """Let what runs within the due moment have the office time it was given, by the changed calendar.

    The step, opinions asked for, the hand-over, a withdrawal that waits: a day that was closed passed over
    opinions nobody could give, and ended the asking of other systems. Since the clock ran last: what was
    before is counted.
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
    if dossier.withdrawal_decide_by is not None and dossier.withdrawal_asked_at is not None:
        dossier.withdrawal_decide_by = counted(dossier.withdrawal_decide_by, dossier.withdrawal_asked_at)


def bind_calendar(dossier: Dossier, stamp: str) -> None:
    """Take the versions of the calendar's years the due moment is counted by from now on."""
    dossier.pins = replace(dossier.pins, calendar_stamp=stamp)
