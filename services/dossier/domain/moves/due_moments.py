"""A due moment is counted anew, or another one is promised with an apology."""

from dataclasses import replace
from datetime import datetime

from services.dossier.domain.course import Apology, ApologyDraft
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.states import Move, State


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


def bind_calendar(dossier: Dossier, stamp: str) -> None:
    """Take the versions of the calendar's years the due moment is counted by from now on."""
    dossier.pins = replace(dossier.pins, calendar_stamp=stamp)
