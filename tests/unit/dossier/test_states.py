"""The state table of the law, row by row: what is not in it is refused."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from kernel.core.ids import new_id
from services.dossier.domain.actions import _RULES
from services.dossier.domain.definitions import Agency
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import TransitionRefused
from services.dossier.domain.states import (
    OF_ANOTHER_SYSTEM,
    PORTAL_STATUS,
    TRANSITIONS,
    VIETNAMESE,
    Clock,
    Move,
    State,
    clock_in,
)
from services.dossier.domain.work.elsewhere import Elsewhere, EndElsewhere, Outcome

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)
COMMUNE = Agency("H99.201", "UBND phường Bến Lam")

ALLOWED = {
    ("DRAFT", "SUBMIT"): "SUBMITTED",
    ("SUBMITTED", "ACCEPT"): "ACCEPTED",
    ("SUBMITTED", "REQUEST_INTAKE_SUPPLEMENT"): "INTAKE_SUPPLEMENT",
    ("INTAKE_SUPPLEMENT", "ANSWER_INTAKE_SUPPLEMENT"): "SUBMITTED",
    ("INTAKE_SUPPLEMENT", "PROPOSE_REFUSAL"): "INTAKE_SUPPLEMENT",
    ("SUBMITTED", "REFUSE_INTAKE"): "INTAKE_REFUSED",
    ("INTAKE_SUPPLEMENT", "REFUSE_INTAKE"): "INTAKE_REFUSED",
    ("SUBMITTED", "CANCEL"): "CANCELLED",
    ("INTAKE_SUPPLEMENT", "CANCEL"): "CANCELLED",
    ("ACCEPTED", "HAND_OVER"): "PROCESSING",
    ("PROCESSING", "COMPLETE_STEP"): "PROCESSING",
    ("PROCESSING", "ARRANGE_STEP"): "PROCESSING",
    ("PROCESSING", "DRAFT_SUPPLEMENT"): "PROCESSING",
    ("PROCESSING", "REQUEST_SUPPLEMENT"): "SUPPLEMENT_REQUESTED",
    ("SUPPLEMENT_REQUESTED", "ANSWER_SUPPLEMENT"): "SUPPLEMENT_REQUESTED",
    ("SUPPLEMENT_REQUESTED", "RESUME"): "PROCESSING",
    ("SUPPLEMENT_REQUESTED", "PROPOSE_STOP"): "SUPPLEMENT_REQUESTED",
    ("SUPPLEMENT_REQUESTED", "STOP_LAPSED"): "STOPPED",
    ("PROCESSING", "ASK_PAYMENT"): "AWAITING_FINANCIAL",
    ("AWAITING_FINANCIAL", "SETTLE_PAYMENT"): "PROCESSING",
    ("PROCESSING", "SUSPEND"): "SUSPENDED",
    ("SUSPENDED", "END_SUSPENSION"): "PROCESSING",
    ("ACCEPTED", "REQUEST_WITHDRAWAL"): "WITHDRAWAL_REQUESTED",
    ("PROCESSING", "REQUEST_WITHDRAWAL"): "WITHDRAWAL_REQUESTED",
    ("SUPPLEMENT_REQUESTED", "REQUEST_WITHDRAWAL"): "WITHDRAWAL_REQUESTED",
    ("AWAITING_FINANCIAL", "REQUEST_WITHDRAWAL"): "WITHDRAWAL_REQUESTED",
    ("SUSPENDED", "REQUEST_WITHDRAWAL"): "WITHDRAWAL_REQUESTED",
    ("WITHDRAWAL_REQUESTED", "APPROVE_WITHDRAWAL"): "STOPPED",
    ("WITHDRAWAL_REQUESTED", "DECLINE_WITHDRAWAL"): "SUPPLEMENT_REQUESTED",
    ("PROCESSING", "ISSUE_RESULT"): "RESULT_READY",
    ("RESULT_READY", "RETURN_RESULT"): "RETURNED",
    ("RESULT_READY", "RECALL_RESULT"): "PROCESSING",
    ("RETURNED", "ARCHIVE"): "ARCHIVED",
    ("PROCESSING", "DRAFT_APOLOGY"): "PROCESSING",
    ("PROCESSING", "REAPPOINT"): "PROCESSING",
    ("RETURNED", "DRAFT_CORRECTION"): "RETURNED",
    ("ARCHIVED", "DRAFT_CORRECTION"): "ARCHIVED",
    ("RETURNED", "OPEN_CORRECTION"): "RETURNED",
    ("ARCHIVED", "OPEN_CORRECTION"): "ARCHIVED",
    ("ACCEPTED", "CORRECT_OWNER"): "ACCEPTED",
    ("PROCESSING", "CORRECT_OWNER"): "PROCESSING",
    ("SUPPLEMENT_REQUESTED", "CORRECT_OWNER"): "SUPPLEMENT_REQUESTED",
    ("AWAITING_FINANCIAL", "CORRECT_OWNER"): "AWAITING_FINANCIAL",
    ("SUSPENDED", "CORRECT_OWNER"): "SUSPENDED",
    ("SUBMITTED", "RECOMPUTE_DUE"): "SUBMITTED",
    ("INTAKE_SUPPLEMENT", "RECOMPUTE_DUE"): "INTAKE_SUPPLEMENT",
    ("RETURNED", "RECOMPUTE_DUE"): "RETURNED",
    ("ARCHIVED", "RECOMPUTE_DUE"): "ARCHIVED",
    ("ACCEPTED", "RECOMPUTE_DUE"): "ACCEPTED",
    ("PROCESSING", "RECOMPUTE_DUE"): "PROCESSING",
    ("SUPPLEMENT_REQUESTED", "RECOMPUTE_DUE"): "SUPPLEMENT_REQUESTED",
    ("AWAITING_FINANCIAL", "RECOMPUTE_DUE"): "AWAITING_FINANCIAL",
    ("SUSPENDED", "RECOMPUTE_DUE"): "SUSPENDED",
    ("WITHDRAWAL_REQUESTED", "RECOMPUTE_DUE"): "WITHDRAWAL_REQUESTED",
}


RUNS_THERE, ENDS_THERE = ("PROCESSING", "WITHDRAWAL_REQUESTED"), ("RESULT_READY", "RETURNED", "STOPPED")
AWAY = Elsewhere("MINISTRY", "BTP", "G15-1", NOW, "QĐ 1001/QĐ-BNV")
ENDED_THERE = EndElsewhere(
    status=9, at=NOW, last_at=NOW, outcome=Outcome.RESULT, state=State.RESULT_READY, heard_at=NOW
)


def a_dossier(state: State) -> Dossier:
    """Return a dossier in a state; a withdrawal was asked while a supplement was awaited."""
    return Dossier(
        id=new_id(),
        version=1,
        reference="R",
        origin="HERE",
        channel="ONLINE",
        procedure_code="1.004873",
        procedure_name="x",
        sector="s",
        procedure_version=1,
        helping_agency=COMMUNE,
        receiving_agency=COMMUNE,
        competent_agency=COMMUNE,
        state=state,
        prior_state=State.SUPPLEMENT_REQUESTED if state is State.WITHDRAWAL_REQUESTED else None,
        submitted_at=NOW,
        owner_name="Nguyễn Văn An",
        parties_sealed="",
        contact_sealed="",
        form_sealed="",
    )


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)), ids=str)
def test_each_state_allows_what_the_table_says_and_nothing_else(state: State, move: Move) -> None:
    """Every state times every move, none forgotten."""
    dossier = a_dossier(state)
    target = ALLOWED.get((state.value, move.value))
    if target is None:
        with pytest.raises(TransitionRefused) as refused:
            dossier.move(move)
        assert VIETNAMESE[state] in refused.value.detail
        assert (dossier.state, dossier.version) == (state, 1)
    else:
        dossier.move(move)
        assert (dossier.state, dossier.version) == (target, 2)


def test_every_state_has_a_name_and_a_portal_status() -> None:
    """A new state cannot be forgotten."""
    assert set(VIETNAMESE) == set(State)
    assert set(PORTAL_STATUS) == set(State) - {State.DRAFT}
    assert set(TRANSITIONS) == set(Move)


def test_every_move_is_made_by_some_action() -> None:
    """A row of the table that nothing reaches would be a promise nobody keeps."""
    by_people = {rule.move for rule in _RULES.values()} | {Move.SUBMIT, Move.DECLINE_WITHDRAWAL}
    by_jobs_and_commands = {Move.PROPOSE_REFUSAL, Move.PROPOSE_STOP, Move.RECOMPUTE_DUE}
    by_another_system = set(OF_ANOTHER_SYSTEM.values())
    assert by_people | by_jobs_and_commands | by_another_system == set(Move)
    assert not by_people & by_another_system


@pytest.mark.parametrize(("state", "move"), list(product(State, OF_ANOTHER_SYSTEM.values())), ids=str)
def test_what_another_system_says_moves_what_it_has_and_nothing_else(state: State, move: Move) -> None:
    """Not ours, not what we ended while it had it, not what waits at the counter: every state, tried."""
    target = TRANSITIONS[move].target
    told = ENDED_THERE if state.value in ENDS_THERE else None
    dossier = a_dossier(state)
    dossier.elsewhere = replace(AWAY, end=told)
    dossier.ended_at = told.at if told else None
    is_told = state.value in ({*ENDS_THERE} | ({*RUNS_THERE} if move is not Move.REOPEN_ELSEWHERE else set()))
    with nullcontext() if is_told else pytest.raises(TransitionRefused):
        dossier.move(move)
    assert (dossier.state, dossier.version) == ((target, 2) if is_told else (state, 1))
    ours = a_dossier(state)
    ours.elsewhere, ours.ended_at = AWAY, (NOW if state.value in ENDS_THERE else None)
    if state.value in ENDS_THERE:
        with pytest.raises(TransitionRefused):
            ours.move(move)


def test_a_withdrawal_that_is_not_decided_leaves_the_clock_as_it_was() -> None:
    """Running stays running, stopped stays stopped."""
    asked = State.WITHDRAWAL_REQUESTED
    assert clock_in(asked, State.PROCESSING) is Clock.RUNNING
    assert clock_in(asked, State.SUPPLEMENT_REQUESTED) is Clock.STOPPED
    assert clock_in(asked, State.AWAITING_FINANCIAL) is Clock.STOPPED
    assert clock_in(asked, State.SUSPENDED) is Clock.STOPPED
    assert clock_in(State.RETURNED, None) is Clock.ENDED
