"""Who may do what with a dossier: one table, asked before every move and to tell a screen its buttons."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kernel.core.caller import Caller
from kernel.core.errors import Forbidden
from services.dossier.domain.correcting import CORRECTS
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import NotYourStep, TransitionRefused, WorkedElsewhere
from services.dossier.domain.holdings import Step
from services.dossier.domain.standing import (
    is_held_by,
    is_held_by_another,
    is_party,
    opinions_of,
    require_sight,
    sits_at,
    sits_at_step,
    sits_where,
)
from services.dossier.domain.states import STANDING, UNDER_WAY, Move, State
from services.dossier.domain.work.errors import StepClaimed

_ON_PAPER = frozenset({"COUNTER", "POST"})


class Action(StrEnum):
    """The last part of the address that does it."""

    ACCEPTANCE = "acceptance"
    INTAKE_SUPPLEMENT_REQUEST = "intake-supplement-request"
    INTAKE_SUPPLEMENT_ANSWER = "intake-supplement-answer"
    REFUSAL = "refusal"
    CANCELLATION = "cancellation"
    HANDOVER = "handover"
    STEP_COMPLETION = "step-completion"
    SUPPLEMENT_REQUEST = "supplement-request"
    SUPPLEMENT_REQUEST_APPROVAL = "supplement-request-approval"
    SUPPLEMENT_ANSWER = "supplement-answer"
    RESUMPTION = "resumption"
    STOP = "stop"
    PAYMENT_NOTICE = "payment-notice"
    PAYMENT_NOTICE_CANCELLATION = "payment-notice-cancellation"
    SUSPENSION = "suspension"
    SUSPENSION_END = "suspension-end"
    APOLOGY_DRAFT = "apology-draft"
    REAPPOINTMENT = "reappointment"
    OWNER_CORRECTION = "owner-correction"
    RESULT_CORRECTION_DRAFT = "result-correction-draft"
    RESULT_CORRECTION = "result-correction"
    WITHDRAWAL = "withdrawal"
    WITHDRAWAL_DECISION = "withdrawal-decision"
    RESULT = "result"
    RETURN = "return"
    RESULT_RECALL = "result-recall"
    CLAIM = "claim"
    RELEASE = "release"
    ASSIGNMENT = "assignment"
    STEP_HANDOVER = "step-handover"
    STEP_RECEIPT = "step-receipt"
    CONSULTATION_REQUEST = "consultation-request"
    STEP_UNDO = "step-undo"
    ROUTE_CHANGE = "route-change"
    ARCHIVING = "archiving"


def _receives(dossier: Dossier, caller: Caller) -> bool:
    return sits_at(dossier, caller, role="ONE_STOP_OFFICER", unit="", agency=dossier.receiving_agency.code)


def _accepts(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether it is the receiving unit, or the counter that helps somebody who stands before it."""
    return _receives(dossier, caller) or (dossier.origin in {"COUNTER", "POST"} and _serves(dossier, caller))


def _serves(dossier: Dossier, caller: Caller) -> bool:
    helping = dossier.helping_agency.code
    return _receives(dossier, caller) or sits_at(
        dossier, caller, role="ONE_STOP_OFFICER", unit="", agency=helping
    )


def _holds_step(dossier: Dossier, caller: Caller) -> bool:
    step = dossier.step
    if step is None:
        return False
    if step.kind == "APPLICANT":
        return _serves(dossier, caller)
    return sits_at_step(dossier, caller) and not is_held_by_another(dossier, caller)


def completes_main_step(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the caller leaves the step itself: who holds it, or the party where it is theirs to do."""
    is_applicant = dossier.step is not None and dossier.step.kind == "APPLICANT"
    return _holds_step(dossier, caller) or (is_applicant and is_party(dossier, caller))


def _completes(dossier: Dossier, caller: Caller) -> bool:
    return completes_main_step(dossier, caller) or bool(opinions_of(dossier, caller))


def _drafts(dossier: Dossier, caller: Caller) -> bool:
    return _holds_step(dossier, caller) and dossier.step is not None and dossier.step.role == "SPECIALIST"


def _decides_supplement(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether it is the lead of the step's unit or a signer of its agency."""
    step = dossier.step
    return step is not None and (
        sits_at(dossier, caller, role="TEAM_LEAD", unit=step.unit, agency=step.agency)
        or sits_at(dossier, caller, role="SIGNER", unit="", agency=step.agency)
    )


def _leads(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the caller shares out this step: its unit's lead, or a signer of its agency."""
    is_office = dossier.step is not None and dossier.step.kind == "OFFICE"
    return is_office and _decides_supplement(dossier, caller)


def _lets_go(dossier: Dossier, caller: Caller) -> bool:
    return is_held_by(dossier, caller) or _leads(dossier, caller)


def _receives_step(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether a hand-over waits for the caller: to take it, or to take one's own offer back."""
    step = dossier.step
    if step is None:
        return False
    if step.transfer is not None:
        is_offered = caller.subject == step.transfer.to and sits_at_step(dossier, caller)
        return is_offered or caller.subject == step.transfer.by
    is_given = step.holder is not None and step.holder.given_by != caller.subject
    return is_given and is_held_by(dossier, caller)


def _undoes(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the caller left the step that comes back, and may still work it: it is theirs again."""
    undo = dossier.undo
    if undo is None or undo.by != caller.subject:
        return False
    if undo.step.kind == "APPLICANT":
        return _serves(dossier, caller) or is_party(dossier, caller)
    return sits_where(undo.step, dossier, caller)


def signs(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether it is a signer of the competent agency, its head."""
    return sits_at(dossier, caller, role="SIGNER", unit="", agency=dossier.competent_agency.code)


def _proposes_apology(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether it is who works the step, or the lead of its unit."""
    step = dossier.step
    return _drafts(dossier, caller) or (
        step is not None and sits_at(dossier, caller, role="TEAM_LEAD", unit=step.unit, agency=step.agency)
    )


def _finds_error(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether it is a counter that hands its result out, or a specialist of the agency that made it."""
    competent = dossier.competent_agency.code
    return _serves(dossier, caller) or any(
        sits_at(dossier, caller, role=role, unit="", agency=competent)
        for role in ("ONE_STOP_OFFICER", "SPECIALIST")
    )


def _archives(dossier: Dossier, caller: Caller) -> bool:
    return any(
        sits_at(dossier, caller, role="CLERK", unit="", agency=agency.code)
        for agency in (dossier.competent_agency, dossier.receiving_agency)
    )


def _speaks(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether it is a party, or the counter that took the dossier on paper and now takes the answer.

    Who came with paper may have no account; the officer writes down what they say, under the officer's name.
    """
    return is_party(dossier, caller) or (dossier.origin in _ON_PAPER and _serves(dossier, caller))


def _takes_back(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether it is who speaks for it; what the head of the agency opened no counter ends alone."""
    if CORRECTS in dossier.brought:
        return is_party(dossier, caller) or signs(dossier, caller)
    return _speaks(dossier, caller)


def _refuses(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether it is the receiving unit, and of a correction who may decide one."""
    return signs(dossier, caller) if CORRECTS in dossier.brought else _receives(dossier, caller)


def _reroutes(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether it is a signer, and it is no correction: we gave the wrong result out."""
    return CORRECTS not in dossier.brought and signs(dossier, caller)


def _issues(dossier: Dossier, caller: Caller) -> bool:
    return _holds_step(dossier, caller) and dossier.step is not None and dossier.step.issues_result


@dataclass(frozen=True, slots=True)
class _Rule:
    move: Move
    allows: Callable[[Dossier, Caller], bool]
    refusal: type[Forbidden] = Forbidden


_RULES: dict[Action, _Rule] = {
    Action.ACCEPTANCE: _Rule(Move.ACCEPT, _accepts),
    Action.INTAKE_SUPPLEMENT_REQUEST: _Rule(Move.REQUEST_INTAKE_SUPPLEMENT, _receives),
    Action.INTAKE_SUPPLEMENT_ANSWER: _Rule(Move.ANSWER_INTAKE_SUPPLEMENT, _speaks),
    Action.REFUSAL: _Rule(Move.REFUSE_INTAKE, _refuses),
    Action.CANCELLATION: _Rule(Move.CANCEL, _takes_back),
    Action.HANDOVER: _Rule(Move.HAND_OVER, _serves),
    Action.STEP_COMPLETION: _Rule(Move.COMPLETE_STEP, _completes, NotYourStep),
    Action.SUPPLEMENT_REQUEST: _Rule(Move.DRAFT_SUPPLEMENT, _drafts, NotYourStep),
    Action.SUPPLEMENT_REQUEST_APPROVAL: _Rule(Move.REQUEST_SUPPLEMENT, _decides_supplement),
    Action.SUPPLEMENT_ANSWER: _Rule(Move.ANSWER_SUPPLEMENT, _speaks),
    Action.RESUMPTION: _Rule(Move.RESUME, _serves),
    Action.STOP: _Rule(Move.STOP_LAPSED, _decides_supplement),
    Action.PAYMENT_NOTICE: _Rule(Move.ASK_PAYMENT, _drafts, NotYourStep),
    Action.PAYMENT_NOTICE_CANCELLATION: _Rule(Move.SETTLE_PAYMENT, _decides_supplement),
    Action.SUSPENSION: _Rule(Move.SUSPEND, signs),
    Action.SUSPENSION_END: _Rule(Move.END_SUSPENSION, signs),
    Action.APOLOGY_DRAFT: _Rule(Move.DRAFT_APOLOGY, _proposes_apology),
    Action.REAPPOINTMENT: _Rule(Move.REAPPOINT, signs),
    Action.OWNER_CORRECTION: _Rule(Move.CORRECT_OWNER, _receives),
    Action.RESULT_CORRECTION_DRAFT: _Rule(Move.DRAFT_CORRECTION, _finds_error),
    Action.RESULT_CORRECTION: _Rule(Move.OPEN_CORRECTION, signs),
    Action.WITHDRAWAL: _Rule(Move.REQUEST_WITHDRAWAL, _speaks),
    Action.WITHDRAWAL_DECISION: _Rule(Move.APPROVE_WITHDRAWAL, signs),
    Action.RESULT: _Rule(Move.ISSUE_RESULT, _issues, NotYourStep),
    Action.RETURN: _Rule(Move.RETURN_RESULT, _serves),
    Action.RESULT_RECALL: _Rule(Move.RECALL_RESULT, signs),
    Action.CLAIM: _Rule(Move.ARRANGE_STEP, _holds_step, NotYourStep),
    Action.RELEASE: _Rule(Move.ARRANGE_STEP, _lets_go, NotYourStep),
    Action.ASSIGNMENT: _Rule(Move.ARRANGE_STEP, _leads),
    Action.STEP_HANDOVER: _Rule(Move.ARRANGE_STEP, is_held_by, NotYourStep),
    Action.STEP_RECEIPT: _Rule(Move.ARRANGE_STEP, _receives_step, NotYourStep),
    Action.CONSULTATION_REQUEST: _Rule(Move.ARRANGE_STEP, _holds_step, NotYourStep),
    Action.STEP_UNDO: _Rule(Move.ARRANGE_STEP, _undoes, NotYourStep),
    Action.ROUTE_CHANGE: _Rule(Move.ARRANGE_STEP, _reroutes),
    Action.ARCHIVING: _Rule(Move.ARCHIVE, _archives),
}
_PARTIES = frozenset({_speaks, _takes_back})
"""Rights a party has by identity number too, not by account alone."""


def require(action: Action, dossier: Dossier, caller: Caller, identity_index: bytes | None = None) -> None:
    """Raise what stands against the action: no sight, the wrong state, or not the caller's to do.

    The state comes before the person where the caller may see the dossier: "too late" helps more than "not
    you" when both are true.
    """
    require_sight(dossier, caller, identity_index)
    rule = _RULES[action]
    if not dossier.can(rule.move):
        raise TransitionRefused.in_state(dossier.state, _instead(rule.move, dossier.state))
    if _is_worked_elsewhere(action, dossier):
        raise WorkedElsewhere
    is_owner = rule.allows in _PARTIES and is_party(dossier, caller, identity_index)
    if not is_owner and not rule.allows(dossier, caller):
        raise _refusal(rule, dossier, caller)


def _instead(move: Move, state: State) -> str:
    """Return what is done about a wrong result that nobody was given yet."""
    if move not in {Move.DRAFT_CORRECTION, Move.OPEN_CORRECTION}:
        return ""
    if state is State.RESULT_READY:
        return "Kết quả chưa trả cho người nộp: thu hồi kết quả để sửa trong chính hồ sơ này."
    return "Chưa trả kết quả: sửa trong chính hồ sơ này." if state in UNDER_WAY else ""


def _refusal(rule: _Rule, dossier: Dossier, caller: Caller) -> Forbidden:
    """Return why not: a colleague who would be right but for the step's holder learns who that is."""
    holder = dossier.step.holder if dossier.step else None
    is_right_but = rule.refusal is NotYourStep and sits_at_step(dossier, caller)
    if holder is None or not is_right_but or is_held_by(dossier, caller):
        return rule.refusal()
    return StepClaimed(extra={"holder": holder.name})


def may(action: Action, dossier: Dossier, caller: Caller, identity_index: bytes | None = None) -> bool:
    """Tell whether state and right allow this; what else may stand against it is told by `ways`."""
    rule = _RULES[action]
    is_owner = rule.allows in _PARTIES and is_party(dossier, caller, identity_index)
    is_here = dossier.can(rule.move) and not _is_worked_elsewhere(action, dossier)
    return is_here and (is_owner or rule.allows(dossier, caller))


def _is_worked_elsewhere(action: Action, dossier: Dossier) -> bool:
    """Tell whether another system owns the dossier: here it is read, and taken back, and nothing else.

    A withdrawal asked for before only the office step was held to this is still decided; the record of what
    that system ended is archived here.
    """
    away = dossier.elsewhere
    is_left = action is Action.WITHDRAWAL_DECISION and dossier.state is State.WITHDRAWAL_REQUESTED
    is_record = action is Action.ARCHIVING and away is not None and away.end is not None
    return away is not None and action is not Action.ROUTE_CHANGE and not is_left and not is_record


@dataclass(frozen=True, slots=True)
class Task:
    """Who has to act now; `unit` empty means whoever holds the role in the agency."""

    role: str
    agency: str
    unit: str


def main_task(dossier: Dossier) -> Task | None:
    """Return who has to act next on the dossier's main road; None when nobody of the province has to."""
    is_away = dossier.elsewhere is not None and dossier.state in {State.PROCESSING, State.RESULT_READY}
    is_over = dossier.state in STANDING and dossier.stops.is_over
    task = None if is_away or is_over else _main_task(dossier)
    if task is None or dossier.now_at(task.agency) == task.agency:
        return task
    return Task(task.role, dossier.now_at(task.agency), dossier.unit_at(task.unit, task.agency))


def _main_task(dossier: Dossier) -> Task | None:  # noqa: PLR0911 - one answer a state.
    reception = Task("ONE_STOP_OFFICER", dossier.receiving_agency.code, "")
    signer = Task("SIGNER", dossier.competent_agency.code, "")
    match dossier.state:
        case State.SUBMITTED | State.ACCEPTED | State.RESULT_READY:
            return reception
        case State.INTAKE_SUPPLEMENT:
            refuses = signer if CORRECTS in dossier.brought else reception
            return refuses if dossier.proposal is not None else None
        case State.SUPPLEMENT_REQUESTED if dossier.proposal is not None:
            return signer
        case State.SUPPLEMENT_REQUESTED:
            return None if dossier.open_supplement else reception
        case State.WITHDRAWAL_REQUESTED | State.SUSPENDED:
            return signer
        case State.AWAITING_FINANCIAL:
            # The applicant's to pay; whoever asked for it keeps it in sight, and answers for it.
            return _office_task(dossier.step)
        case State.PROCESSING if dossier.step is not None:
            if dossier.draft is not None:
                return Task("TEAM_LEAD", dossier.step.agency, dossier.step.unit)
            if dossier.apology_draft is not None:
                return signer
            return reception if dossier.step.kind == "APPLICANT" else _office_task(dossier.step)
        case _:
            return signer if dossier.correction_draft is not None else None


def _office_task(step: Step | None) -> Task | None:
    if step is None or step.kind != "OFFICE":
        return None
    return Task(step.role, step.agency, step.unit)
