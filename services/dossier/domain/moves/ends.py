"""A dossier ends: with a result, without one, as its applicant wishes; T5, T6, T11, T16 to T20."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.holdings import DoneStep, Result
from services.dossier.domain.moves.pauses import put_off
from services.dossier.domain.states import Move, State


def end(dossier: Dossier, move: Move, *, at: datetime) -> State:
    """T5, T6, T11, T17: nothing more is worked, and no notice is owed any more."""
    left = dossier.move(move)
    dossier.obligations = dossier.obligations.let_go(dossier.obligations.open_ids, at)
    dossier.ended_at, dossier.step, dossier.prior_state = at, None, None
    dossier.draft = dossier.proposal = dossier.apology_draft = None
    return left


def ask_withdrawal(dossier: Dossier, at: datetime, decide_by: datetime) -> State:
    """T16: the applicant takes it back; nothing is worked until a signer has decided."""
    left = dossier.move(Move.REQUEST_WITHDRAWAL)
    dossier.withdrawal_asked_at, dossier.withdrawal_decide_by = at, decide_by
    return left


def decline_withdrawal(dossier: Dossier, opinions_due: Mapping[str, datetime]) -> State:
    """T18: back to where it was; opinions that could not be given meanwhile are due later."""
    left = dossier.move(Move.DECLINE_WITHDRAWAL)
    put_off(dossier, opinions_due)
    return left


def issue(dossier: Dossier, result: Result, done: DoneStep) -> State:
    """T19: signed, numbered, issued; the clock ends."""
    left = dossier.move(Move.ISSUE_RESULT)
    dossier.result, dossier.ended_at, dossier.step = result, result.issued_at, None
    dossier.draft = dossier.apology_draft = None
    dossier.done = (*dossier.done, done)
    return left


def hand_result(dossier: Dossier, delivery: dict[str, Any]) -> State:
    """T20: the result reached the applicant."""
    left = dossier.move(Move.RETURN_RESULT)
    dossier.delivery = delivery
    return left
