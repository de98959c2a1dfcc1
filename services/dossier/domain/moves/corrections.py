"""What was written wrong is put right: form 01's words, its answers, a result that was handed out."""

from services.dossier.domain.course import CorrectedBy, CorrectionDraft
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import TransitionRefused
from services.dossier.domain.states import Move, State


def correct_owner(dossier: Dossier, *, name: str, parties_sealed: str, contact_sealed: str) -> State:
    """Put right what form 01 says of the owner; the seal's earlier words are kept for the comparison."""
    left = dossier.move(Move.CORRECT_OWNER)
    _put_right(dossier, owner_name=name, parties_sealed=parties_sealed, contact_sealed=contact_sealed)
    return left


def takes_correction(dossier: Dossier) -> bool:
    """Tell whether what is put right for the whole submission is put right here: open, worked here."""
    return dossier.ended_at is None and dossier.elsewhere is None


def carry_correction(dossier: Dossier, *, name: str, parties_sealed: str, contact_sealed: str) -> State:
    """Take over what another dossier of the same submission had put right, whatever the state."""
    if not takes_correction(dossier):
        raise TransitionRefused.in_state(dossier.state)
    dossier.version += 1
    _put_right(dossier, owner_name=name, parties_sealed=parties_sealed, contact_sealed=contact_sealed)
    return dossier.state


def put_answers_right(dossier: Dossier, form_sealed: str) -> None:
    """Take the form's answers as a supplement says they are, beside the move that brings it."""
    _put_right(dossier, form_sealed=form_sealed)


def _put_right(dossier: Dossier, **sealed: str) -> None:
    for column, value in sealed.items():
        dossier.sealed_before.setdefault(column, getattr(dossier, column))
        setattr(dossier, column, value)


def draft_correction(dossier: Dossier, draft: CorrectionDraft | None) -> State:
    """Propose to the head of the agency to correct a result that was handed out, or drop the proposal."""
    left = dossier.move(Move.DRAFT_CORRECTION)
    dossier.correction_draft = draft
    return left


def open_correction(dossier: Dossier, opened: CorrectedBy) -> State:
    """Name the dossier that corrects this one's result; nothing of this one's course changes."""
    left = dossier.move(Move.OPEN_CORRECTION)
    dossier.corrections = (*dossier.corrections, opened)
    dossier.correction_draft = None
    return left
