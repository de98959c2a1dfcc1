"""Who may do what with a dossier: one table, asked before every move and to tell a screen its buttons."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import NotYourStep, TransitionRefused, WorkedElsewhere
from services.dossier.domain.holdings import Consultation
from services.dossier.domain.mandates import Mandate
from services.dossier.domain.states import Move, State
from services.dossier.domain.work.errors import StepClaimed

WORKING_ROLES = (
    "ONE_STOP_OFFICER",
    "ONE_STOP_MANAGER",
    "SPECIALIST",
    "TEAM_LEAD",
    "SIGNER",
    "CLERK",
    "CASHIER",
)


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


def is_party(dossier: Dossier, caller: Caller, identity_index: bytes | None = None) -> bool:
    """Tell whether the caller is the owner, or the submitter while an authority holds.

    An owner is also known by identity number.
    """
    if caller.kind is not CallerKind.PERSON:
        return False
    if caller.subject == dossier.owner_subject:
        return True
    if caller.subject == dossier.submitter_subject and dossier.is_spoken_for:
        return True
    return identity_index is not None and identity_index == dossier.owner_index


def is_colleague(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the caller works at an agency that takes part in the dossier."""
    is_working = caller.kind is CallerKind.STAFF and caller.has_role(*WORKING_ROLES)
    if is_working and caller.agency in dossier.agencies:
        return True
    mandate = dossier.acting
    return mandate is not None and mandate.agency in dossier.agencies and _covers(mandate, dossier)


def _covers(mandate: Mandate, dossier: Dossier) -> bool:
    return any(mandate.covers(role, dossier.procedure_code) for role in WORKING_ROLES)


def is_supervisor(caller: Caller) -> bool:
    """Tell whether the caller supervises: reads what happens, without names and papers."""
    return caller.kind is CallerKind.STAFF and caller.has_role("SUPERVISOR")


def supervises(dossier: Dossier, caller: Caller, *, is_provincial: bool) -> bool:
    """Tell whether a supervisor's agency, or one under it, takes part; the province's own see all."""
    own = caller.agency
    takes_part = any(code == own or code.startswith(f"{own}.") for code in dossier.agencies)
    return is_supervisor(caller) and (is_provincial or (own != "" and takes_part))


def require_sight(dossier: Dossier, caller: Caller, identity_index: bytes | None) -> None:
    """Raise `NotFound` for whoever may not know of the dossier: no telling that it exists."""
    if not is_party(dossier, caller, identity_index) and not is_colleague(dossier, caller):
        raise NotFound


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


def sits_at_step(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the office step is one of the caller's role and unit, whoever holds it."""
    step = dossier.step
    if step is None or step.kind != "OFFICE":
        return False
    return sits_at(dossier, caller, role=step.role, unit=step.unit, agency=step.agency)


def is_held_by(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the caller holds the step, in their own place or in its holder's."""
    holder = dossier.step.holder if dossier.step else None
    mandate = dossier.acting
    names = {caller.subject} | ({mandate.giver} if mandate and mandate.giver else set())
    return holder is not None and holder.subject in names


def is_held_by_another(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether the step is somebody else's."""
    is_held = dossier.step is not None and dossier.step.holder is not None
    return is_held and not is_held_by(dossier, caller)


def sits_at(dossier: Dossier, caller: Caller, *, role: str, unit: str, agency: str) -> bool:
    """Tell whether the caller holds this role in this unit (any, when empty) of this agency.

    An agency that ended is who continues it. What is delegated counts at the giver's place.
    """
    if caller.kind is not CallerKind.STAFF:
        return False
    now, unit = dossier.now_at(agency), dossier.unit_at(unit, agency)
    if caller.has_role(role) and caller.agency == now and unit in {"", caller.unit}:
        return True
    mandate = dossier.acting
    return (
        mandate is not None
        and mandate.covers(role, dossier.procedure_code)
        and dossier.now_at(mandate.agency) == now
        and unit in {"", mandate.unit}
    )


def opinions_of(dossier: Dossier, caller: Caller) -> list[Consultation]:
    """Return the open opinions that the caller is asked for."""
    return [
        item
        for item in dossier.consultations
        if item.state == "OPEN"
        and sits_at(dossier, caller, role=item.role, unit=item.unit, agency=item.agency)
    ]


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
        return caller.subject in {step.transfer.to, step.transfer.by}
    is_given = step.holder is not None and step.holder.given_by != caller.subject
    return is_given and is_held_by(dossier, caller)


def _undoes(dossier: Dossier, caller: Caller) -> bool:
    undo = dossier.undo
    return undo is not None and undo.by == caller.subject


def _signs(dossier: Dossier, caller: Caller) -> bool:
    return sits_at(dossier, caller, role="SIGNER", unit="", agency=dossier.competent_agency.code)


def _proposes_apology(dossier: Dossier, caller: Caller) -> bool:
    """Tell whether it is who works the step, or the lead of its unit."""
    step = dossier.step
    return _drafts(dossier, caller) or (
        step is not None and sits_at(dossier, caller, role="TEAM_LEAD", unit=step.unit, agency=step.agency)
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
    Action.REFUSAL: _Rule(Move.REFUSE_INTAKE, _receives),
    Action.CANCELLATION: _Rule(Move.CANCEL, _speaks),
    Action.HANDOVER: _Rule(Move.HAND_OVER, _serves),
    Action.STEP_COMPLETION: _Rule(Move.COMPLETE_STEP, _completes, NotYourStep),
    Action.SUPPLEMENT_REQUEST: _Rule(Move.DRAFT_SUPPLEMENT, _drafts, NotYourStep),
    Action.SUPPLEMENT_REQUEST_APPROVAL: _Rule(Move.REQUEST_SUPPLEMENT, _decides_supplement),
    Action.SUPPLEMENT_ANSWER: _Rule(Move.ANSWER_SUPPLEMENT, _speaks),
    Action.RESUMPTION: _Rule(Move.RESUME, _serves),
    Action.STOP: _Rule(Move.STOP_LAPSED, _decides_supplement),
    Action.PAYMENT_NOTICE: _Rule(Move.ASK_PAYMENT, _drafts, NotYourStep),
    Action.PAYMENT_NOTICE_CANCELLATION: _Rule(Move.SETTLE_PAYMENT, _decides_supplement),
    Action.SUSPENSION: _Rule(Move.SUSPEND, _signs),
    Action.SUSPENSION_END: _Rule(Move.END_SUSPENSION, _signs),
    Action.APOLOGY_DRAFT: _Rule(Move.DRAFT_APOLOGY, _proposes_apology),
    Action.REAPPOINTMENT: _Rule(Move.REAPPOINT, _signs),
    Action.OWNER_CORRECTION: _Rule(Move.CORRECT_OWNER, _receives),
    Action.WITHDRAWAL: _Rule(Move.REQUEST_WITHDRAWAL, _speaks),
    Action.WITHDRAWAL_DECISION: _Rule(Move.APPROVE_WITHDRAWAL, _signs),
    Action.RESULT: _Rule(Move.ISSUE_RESULT, _issues, NotYourStep),
    Action.RETURN: _Rule(Move.RETURN_RESULT, _serves),
    Action.RESULT_RECALL: _Rule(Move.RECALL_RESULT, _signs),
    Action.CLAIM: _Rule(Move.ARRANGE_STEP, _holds_step, NotYourStep),
    Action.RELEASE: _Rule(Move.ARRANGE_STEP, _lets_go, NotYourStep),
    Action.ASSIGNMENT: _Rule(Move.ARRANGE_STEP, _leads),
    Action.STEP_HANDOVER: _Rule(Move.ARRANGE_STEP, is_held_by, NotYourStep),
    Action.STEP_RECEIPT: _Rule(Move.ARRANGE_STEP, _receives_step, NotYourStep),
    Action.CONSULTATION_REQUEST: _Rule(Move.ARRANGE_STEP, _holds_step, NotYourStep),
    Action.STEP_UNDO: _Rule(Move.ARRANGE_STEP, _undoes, NotYourStep),
    Action.ROUTE_CHANGE: _Rule(Move.ARRANGE_STEP, _signs),
    Action.ARCHIVING: _Rule(Move.ARCHIVE, _archives),
}
_PARTIES = frozenset({_speaks})
"""Rights a party has by identity number too, not by account alone."""


def require(action: Action, dossier: Dossier, caller: Caller, identity_index: bytes | None = None) -> None:
    """Raise what stands against the action: no sight, the wrong state, or not the caller's to do.

    The state comes before the person where the caller may see the dossier: "too late" helps more than "not
    you" when both are true.
    """
    require_sight(dossier, caller, identity_index)
    rule = _RULES[action]
    if not dossier.can(rule.move):
        raise TransitionRefused.in_state(dossier.state)
    if _is_worked_elsewhere(action, dossier):
        raise WorkedElsewhere
    is_owner = rule.allows in _PARTIES and is_party(dossier, caller, identity_index)
    if not is_owner and not rule.allows(dossier, caller):
        raise _refusal(rule, dossier, caller)


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

    A withdrawal asked for before only the office step was held to this is still decided.
    """
    is_left = action is Action.WITHDRAWAL_DECISION and dossier.state is State.WITHDRAWAL_REQUESTED
    return dossier.elsewhere is not None and action is not Action.ROUTE_CHANGE and not is_left


@dataclass(frozen=True, slots=True)
class Task:
    """Who has to act now; `unit` empty means whoever holds the role in the agency."""

    role: str
    agency: str
    unit: str


def main_task(dossier: Dossier) -> Task | None:
    """Return who has to act next on the dossier's main road; None when nobody of the province has to."""
    is_away = dossier.elsewhere is not None and dossier.state is State.PROCESSING
    task = None if is_away else _main_task(dossier)
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
            return reception if dossier.proposal is not None else None
        case State.SUPPLEMENT_REQUESTED if dossier.proposal is not None:
            return signer
        case State.SUPPLEMENT_REQUESTED:
            return None if dossier.open_supplement else reception
        case State.WITHDRAWAL_REQUESTED | State.SUSPENDED:
            return signer
        case State.PROCESSING if dossier.step is not None:
            step = dossier.step
            if dossier.draft is not None:
                return Task("TEAM_LEAD", step.agency, step.unit)
            if dossier.apology_draft is not None:
                return signer
            if step.kind == "APPLICANT":
                return reception
            return Task(step.role, step.agency, step.unit) if step.kind == "OFFICE" else None
        case _:
            return None
