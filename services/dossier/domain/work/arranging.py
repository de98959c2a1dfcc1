"""Sharing out a step without leaving it: claim, give back, give to, hand over, ask opinions, take back."""

from dataclasses import replace
from datetime import datetime

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from kernel.core.ids import new_id
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import ProcessMissing
from services.dossier.domain.holdings import Consultation, Step, Undo
from services.dossier.domain.states import Move, State
from services.dossier.domain.work.elsewhere import Elsewhere
from services.dossier.domain.work.errors import (
    LeftTheBuilding,
    NotHeld,
    NothingToUndo,
    NoTransfer,
    StepClaimed,
    TransferOpen,
)
from services.dossier.domain.work.holding import Holder, Transfer


def current_step(dossier: Dossier) -> Step:
    """Return the step the dossier is at; raise `ProcessMissing` where it is at none."""
    if dossier.step is None:
        raise ProcessMissing
    return dossier.step


def claim(dossier: Dossier, holder: Holder) -> State:
    """Take a step nobody holds."""
    held = current_step(dossier).holder
    if held is not None:
        raise StepClaimed(extra={"holder": held.name})
    return _hold(dossier, holder)


def release(dossier: Dossier) -> State:
    """Give a step back to everybody of its role; a hand-over under way falls with it."""
    if current_step(dossier).holder is None:
        raise NotHeld
    return _hold(dossier, None)


def assign(dossier: Dossier, holder: Holder) -> State:
    """Put a step with one person, whoever held it before."""
    return _hold(dossier, holder)


def offer(dossier: Dossier, transfer: Transfer) -> State:
    """Offer a held step to a colleague, who has it once they confirm."""
    step = current_step(dossier)
    if step.holder is None:
        raise NotHeld
    if step.transfer is not None:
        raise TransferOpen
    left = dossier.move(Move.ARRANGE_STEP)
    dossier.step = replace(step, transfer=transfer)
    return left


def answer_offer(dossier: Dossier, by: Caller, *, is_taken: bool, at: datetime) -> State:
    """Take what was offered, or leave it with who offered it; the giver may only take it back.

    Whom a step was given to without being asked confirms having it: nothing else changes.
    """
    step = current_step(dossier)
    transfer, holder = step.transfer, step.holder
    if transfer is None and is_taken and holder is not None and holder.subject == by.subject:
        return dossier.move(Move.ARRANGE_STEP)
    if transfer is None or (is_taken and transfer.to != by.subject):
        raise NoTransfer
    if is_taken:
        return _hold(dossier, Holder(by.subject, by.name, at, transfer.by))
    left = dossier.move(Move.ARRANGE_STEP)
    dossier.step = replace(step, transfer=None)
    return left


def ask_opinion(dossier: Dossier, opinion: Consultation, *, at: datetime) -> State:
    """Ask an opinion beside the step; its deadline lies inside the dossier's, which does not stand still."""
    due_at = dossier.due_at
    if due_at is not None and at <= due_at < opinion.due_at:
        raise Invalid(fields=[("hours", "Hạn cho ý kiến vượt quá hạn trả kết quả của hồ sơ")])
    left = dossier.move(Move.ARRANGE_STEP)
    asked = sum(1 for item in dossier.consultations if item.asked_by)
    dossier.consultations = (*dossier.consultations, replace(opinion, code=f"lay-y-kien-{asked + 1}"))
    return left


def require_undo(dossier: Dossier, by: Caller) -> Undo:
    """Return what the last step was like; raise unless it may still be taken back by this caller."""
    undo, step = dossier.undo, current_step(dossier)
    if undo is None or undo.version != dossier.version or undo.by != by.subject:
        raise NothingToUndo
    if step.kind != "OFFICE":
        raise LeftTheBuilding
    return undo


def undo_step(dossier: Dossier, by: Caller, *, at: datetime) -> State:
    """Take the last step back while nothing has happened since and nothing has left the office.

    Raises `NothingToUndo` after any other change (a claim by the next one, a paper, a message's cause), and
    `LeftTheBuilding` where the step led to an outside system or to the applicant.
    """
    undo = require_undo(dossier, by)
    left = dossier.move(Move.ARRANGE_STEP)
    holder = undo.step.holder or Holder(by.subject, by.name, at, by.subject)
    dossier.step = replace(undo.step, holder=holder, transfer=None)
    dossier.consultations, dossier.facts = undo.consultations, dict(undo.facts)
    dossier.done = (*dossier.done[:-1], replace(dossier.done[-1], outcome="UNDONE"))
    dossier.undo = None
    return left


def _hold(dossier: Dossier, holder: Holder | None) -> State:
    left = dossier.move(Move.ARRANGE_STEP)
    dossier.step = replace(current_step(dossier), holder=holder, transfer=None)
    return left


def change_route(dossier: Dossier, elsewhere: Elsewhere | None) -> State:
    """Let another system go on with the dossier, or take it back; code, due moment and step stay.

    An outside step that comes back is asked for anew.
    """
    left = _hold(dossier, None)
    if elsewhere is None and dossier.step is not None and dossier.step.request_id is not None:
        dossier.step = replace(dossier.step, request_id=new_id())
    dossier.elsewhere = elsewhere
    dossier.outside_key = elsewhere.key if elsewhere else dossier.outside_key
    return left
