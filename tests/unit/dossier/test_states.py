"""The state table of the law, row by row: what is not in it is refused."""

from datetime import UTC, datetime
from itertools import product

import pytest

from kernel.core.ids import new_id
from services.dossier.domain.actions import _RULES
from services.dossier.domain.definitions import Agency
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import TransitionRefused
from services.dossier.domain.states import (
    PORTAL_STATUS,
    TRANSITIONS,
    VIETNAMESE,
    Clock,
    Move,
    State,
    clock_in,
)

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
    ("ACCEPTED", "CORRECT_OWNER"): "ACCEPTED",
    ("PROCESSING", "CORRECT_OWNER"): "PROCESSING",
    ("SUPPLEMENT_REQUESTED", "CORRECT_OWNER"): "SUPPLEMENT_REQUESTED",
    ("AWAITING_FINANCIAL", "CORRECT_OWNER"): "AWAITING_FINANCIAL",
    ("SUSPENDED", "CORRECT_OWNER"): "SUSPENDED",
    ("ACCEPTED", "RECOMPUTE_DUE"): "ACCEPTED",
    ("PROCESSING", "RECOMPUTE_DUE"): "PROCESSING",
    ("SUPPLEMENT_REQUESTED", "RECOMPUTE_DUE"): "SUPPLEMENT_REQUESTED",
    ("AWAITING_FINANCIAL", "RECOMPUTE_DUE"): "AWAITING_FINANCIAL",
    ("SUSPENDED", "RECOMPUTE_DUE"): "SUSPENDED",
    ("WITHDRAWAL_REQUESTED", "RECOMPUTE_DUE"): "WITHDRAWAL_REQUESTED",
}


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
    assert by_people | by_jobs_and_commands == set(Move)


def test_a_withdrawal_that_is_not_decided_leaves_the_clock_as_it_was() -> None:
    """Running stays running, stopped stays stopped."""
    asked = State.WITHDRAWAL_REQUESTED
    assert clock_in(asked, State.PROCESSING) is Clock.RUNNING
    assert clock_in(asked, State.SUPPLEMENT_REQUESTED) is Clock.STOPPED
    assert clock_in(asked, State.AWAITING_FINANCIAL) is Clock.STOPPED
    assert clock_in(asked, State.SUSPENDED) is Clock.STOPPED
    assert clock_in(State.RETURNED, None) is Clock.ENDED
