"""Who may do what in which state: every state by every action by every role, allowed and refused.

`RIGHTS` is the law's column "who" (domain.md 3.2), a line an action: the states it is done in, then the
roles. Whatever is not in a line is refused, and each of the some 5,000 refusals is tried.
"""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from kernel.core.caller import Caller
from kernel.core.errors import Forbidden, Refusal
from kernel.testing.running import a_person, a_staff_member
from services.dossier.domain.actions import Action, main_task, may, require
from services.dossier.domain.course import Proposal
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import TransitionRefused, WorkedElsewhere
from services.dossier.domain.holdings import Step
from services.dossier.domain.states import Move, State
from services.dossier.domain.supplements import Supplement, Supplements
from services.dossier.domain.work.elsewhere import Elsewhere
from tests.unit.dossier.test_states import AWAY, COMMUNE, ENDED_THERE, NOW, a_dossier

STEPS = {"SPECIALIST": "tham-dinh", "CLERK": "phat-hanh"}
PEOPLE: dict[str, Caller] = {
    "party": a_person("cong-dan-an", name="Nguyễn Văn An"),
    "stranger": a_person("nguoi-la", name="Người Lạ"),
    **{
        role: a_staff_member(role, agency=COMMUNE.code, unit="chuyen-mon", name=role, subject=f"cb-{role}")
        for role in (
            "ONE_STOP_OFFICER",
            "ONE_STOP_MANAGER",
            "SPECIALIST",
            "TEAM_LEAD",
            "SIGNER",
            "CLERK",
            "CASHIER",
            "SUPERVISOR",
            "ADMIN",
            "CATALOG_EDITOR",
        )
    },
    "elsewhere": a_staff_member(
        "ONE_STOP_OFFICER", "SPECIALIST", "TEAM_LEAD", "SIGNER", "CLERK", agency="H99.777", subject="xa-khac"
    ),
}
_ALL_WITHDRAWABLE = "ACCEPTED PROCESSING SUPPLEMENT_REQUESTED AWAITING_FINANCIAL SUSPENDED"
_RIGHTS = f"""
acceptance                   | SUBMITTED                   | ONE_STOP_OFFICER
intake-supplement-request    | SUBMITTED                   | ONE_STOP_OFFICER
intake-supplement-answer     | INTAKE_SUPPLEMENT           | party
refusal                      | SUBMITTED INTAKE_SUPPLEMENT | ONE_STOP_OFFICER
cancellation                 | SUBMITTED INTAKE_SUPPLEMENT | party
handover                     | ACCEPTED                    | ONE_STOP_OFFICER
step-completion              | PROCESSING                  | SPECIALIST
supplement-request           | PROCESSING                  | SPECIALIST
supplement-request-approval  | PROCESSING                  | TEAM_LEAD SIGNER
supplement-answer            | SUPPLEMENT_REQUESTED        | party
resumption                   | SUPPLEMENT_REQUESTED        | ONE_STOP_OFFICER
stop                         | SUPPLEMENT_REQUESTED        | TEAM_LEAD SIGNER
payment-notice               | PROCESSING                  | SPECIALIST
payment-notice-cancellation  | AWAITING_FINANCIAL          | TEAM_LEAD SIGNER
suspension                   | PROCESSING                  | SIGNER
suspension-end               | SUSPENDED                   | SIGNER
apology-draft                | PROCESSING                  | SPECIALIST TEAM_LEAD
reappointment                | PROCESSING                  | SIGNER
owner-correction             | {_ALL_WITHDRAWABLE}         | ONE_STOP_OFFICER
result-correction-draft      | RETURNED ARCHIVED           | ONE_STOP_OFFICER SPECIALIST
result-correction            | RETURNED ARCHIVED           | SIGNER
withdrawal                   | {_ALL_WITHDRAWABLE}         | party
withdrawal-decision          | WITHDRAWAL_REQUESTED        | SIGNER
return                       | RESULT_READY                | ONE_STOP_OFFICER
result-recall                | RESULT_READY                | SIGNER
archiving                    | RETURNED                    | CLERK
"""
RIGHTS = {
    action.strip(): (frozenset(states.split()), frozenset(roles.split()))
    for action, states, roles in (line.split("|") for line in _RIGHTS.strip().splitlines())
}
OF_THE_WORK = {
    Action.CLAIM,
    Action.RELEASE,
    Action.ASSIGNMENT,
    Action.STEP_HANDOVER,
    Action.STEP_RECEIPT,
    Action.CONSULTATION_REQUEST,
    Action.STEP_UNDO,
    Action.ROUTE_CHANGE,
}
"""How a step is shared out has tests of its own (test_sharing…)."""


def a_dossier_in(state: State, role: str = "SPECIALIST") -> Dossier:
    """Return a dossier as it stands in a state, at a step of the role."""
    dossier = a_dossier(state)
    dossier.owner_subject = dossier.submitter_subject = "cong-dan-an"
    asked = Supplement(({"name": "x"},), "Thiếu", NOW, "Cán bộ", NOW, is_intake=True)
    if state in {State.INTAKE_SUPPLEMENT, State.SUPPLEMENT_REQUESTED}:
        dossier.supplements = Supplements((replace(asked, is_intake=state is State.INTAKE_SUPPLEMENT),))
        dossier.proposal = Proposal("STOP", NOW, NOW)
    if state not in {State.DRAFT, State.SUBMITTED, State.INTAKE_SUPPLEMENT, State.ACCEPTED}:
        unit = "chuyen-mon"
        dossier.step = Step(
            code=STEPS[role],
            name="x",
            kind="OFFICE",
            role=role,
            unit=unit,
            agency=COMMUNE.code,
            began_at=NOW,
            due_at=NOW + timedelta(hours=4),
            issues_result=role == "CLERK",
        )
    return dossier


def refusal_of(action: Action, dossier: Dossier, caller: Caller) -> type[Refusal] | None:
    """Return what stands against it; None when it is allowed."""
    try:
        require(action, dossier, caller)
    except Refusal as refusal:
        return type(refusal)
    return None


@pytest.mark.parametrize("action", [one for one in Action if one.value in RIGHTS], ids=str)
@pytest.mark.parametrize("state", State, ids=str)
def test_the_law_says_who_and_nobody_else_may(action: Action, state: State) -> None:
    """Every role in every state: the wrong state is said before the wrong person, sight before both."""
    states, roles = RIGHTS[action.value]
    for name, caller in PEOPLE.items():
        found = refusal_of(action, a_dossier_in(state), caller)
        if name in {"stranger", "SUPERVISOR", "ADMIN", "CATALOG_EDITOR", "elsewhere"}:
            assert found is not None, name
            assert found.__name__ == "NotFound", name
        elif state.value not in states:
            assert found is TransitionRefused, name
        elif name in roles:
            assert found is None, name
        else:
            assert found is not None, name
            assert issubclass(found, Forbidden), name


@pytest.mark.parametrize(("state", "name"), list(product(State, PEOPLE)), ids=str)
def test_what_state_and_right_allow_is_what_is_not_refused(state: State, name: str) -> None:
    """The list asks `may`, the use cases `require`: one answer in every state, for everybody."""
    dossier = a_dossier_in(state)
    for action in Action:
        is_refused = refusal_of(action, dossier, PEOPLE[name]) is not None
        assert may(action, dossier, PEOPLE[name]) is not is_refused, action


def test_every_action_has_its_line() -> None:
    """A new action cannot be forgotten here: only the result's own step and the work's sharing are not."""
    without = {action for action in Action if action.value not in RIGHTS}
    assert without == {Action.RESULT, *OF_THE_WORK}


@pytest.mark.parametrize("state", State, ids=str)
def test_the_result_is_issued_at_its_own_step_by_who_holds_it(state: State) -> None:
    """The clerk at the step that issues; nobody at any other."""
    for name, caller in PEOPLE.items():
        is_clerk = state is State.PROCESSING and name == "CLERK"
        found = refusal_of(Action.RESULT, a_dossier_in(state, "CLERK"), caller)
        assert (found is None) == is_clerk, name
        assert refusal_of(Action.RESULT, a_dossier_in(state), caller) is not None, name


@pytest.mark.parametrize("state", State)
def test_what_another_system_owns_is_taken_back_and_nothing_else_is_done_to_it(state: State) -> None:
    """Every action by every role, listed and tried; a withdrawal that waited already is still decided."""
    dossier = a_dossier(state)
    if state is State.WITHDRAWAL_REQUESTED:
        dossier.prior_state = State.PROCESSING
    dossier.elsewhere = Elsewhere("MINISTRY", "BTP", "G15-1", NOW, "QĐ 1001/QĐ-BNV")
    left = {State.PROCESSING: "route-change", State.WITHDRAWAL_REQUESTED: "withdrawal-decision"}.get(state)
    for name, caller in PEOPLE.items():
        listed = [action.value for action in Action if may(action, dossier, caller)]
        assert set(listed) <= ({left} if name == "SIGNER" else set()), (name, listed)
        for action in Action:
            if action.value not in listed:
                with pytest.raises(Refusal):
                    require(action, dossier, caller)


@pytest.mark.parametrize("state", [State.RESULT_READY, State.RETURNED, State.STOPPED])
def test_what_another_system_ended_is_archived_and_nothing_else_is_done_to_it(state: State) -> None:
    """It is not handed out, recalled or taken back here; nobody has a task."""
    dossier = a_dossier(state)
    dossier.elsewhere, dossier.ended_at = replace(AWAY, end=replace(ENDED_THERE, state=state)), NOW
    assert main_task(dossier) is None
    for name, caller in PEOPLE.items():
        listed = [action.value for action in Action if may(action, dossier, caller)]
        assert listed == (["archiving"] if (name, state) == ("CLERK", State.RETURNED) else []), name
        for action in Action:
            if action.value not in listed:
                with pytest.raises(Refusal):
                    require(action, dossier, caller)


@pytest.mark.parametrize("move", Move)
def test_no_road_moves_what_another_system_owns(move: Move) -> None:
    """Jobs, payments and machines too: the aggregate itself refuses."""
    dossier = a_dossier(State.PROCESSING)
    dossier.elsewhere = Elsewhere("SECTOR", "BHXH", "B1", NOW, "x")
    said_by_it = {Move.ISSUE_ELSEWHERE, Move.RETURN_ELSEWHERE, Move.STOP_ELSEWHERE}
    allowed = {Move.ARRANGE_STEP, Move.RECOMPUTE_DUE} | said_by_it
    with nullcontext() if move in allowed else pytest.raises((WorkedElsewhere, TransitionRefused)):
        dossier.move(move)
