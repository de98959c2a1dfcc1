"""Another system that works a dossier of ours ends it, or takes the end back; M1 to M4 (ADR 0031)."""

from dataclasses import replace

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import TransitionRefused
from services.dossier.domain.states import OF_ANOTHER_SYSTEM, Move, State
from services.dossier.domain.work.elsewhere import Elsewhere, EndElsewhere


def end(dossier: Dossier, told: EndElsewhere) -> State:
    """M1 to M3: another system ended it, or says otherwise how it had; nothing is worked or owed here.

    It ended when that system says, not when we heard; our own due moment stays what it is judged by.
    """
    left = dossier.move(OF_ANOTHER_SYSTEM[told.state])
    away = _away(dossier)
    step = dossier.step or (away.end.step if away.end else None)
    given_back = replace(step, holder=None, transfer=None) if step else None
    owed = dossier.obligations.open_ids
    let_go = (*(away.end.let_go if away.end else ()), *owed)
    dossier.obligations = dossier.obligations.let_go(owed, told.heard_at)
    dossier.elsewhere = replace(away, end=replace(told, step=given_back, let_go=let_go))
    dossier.consultations = tuple(
        replace(one, state="LAPSED") if one.state == "OPEN" else one for one in dossier.consultations
    )
    dossier.ended_at, dossier.step, dossier.prior_state, dossier.undo = told.at, None, None, None
    dossier.draft = dossier.proposal = dossier.apology_draft = None
    return left


def reopen(dossier: Dossier) -> State:
    """M4: the other system took the end back; step and what is owed stand as they did before."""
    left = dossier.move(Move.REOPEN_ELSEWHERE)
    away = _away(dossier)
    if away.end is not None:
        dossier.obligations = dossier.obligations.owed_again(away.end.let_go)
    dossier.step = away.end.step if away.end else None
    dossier.elsewhere, dossier.ended_at = replace(away, end=None), None
    return left


def _away(dossier: Dossier) -> Elsewhere:
    if dossier.elsewhere is None:
        raise TransitionRefused.in_state(dossier.state)
    return dossier.elsewhere
