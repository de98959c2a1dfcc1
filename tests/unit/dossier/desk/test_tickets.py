"""What may happen to a ticket, and what is measured of it."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.domain.desk.errors import CalledTooFewTimes, NotYourTicket, TicketMoved
from services.dossier.domain.desk.sessions import CounterSession
from services.dossier.domain.desk.tickets import Ticket, TicketState

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=VIETNAM)
MOVES = ("call", "recall", "skip", "serve", "finish", "no_show", "transfer", "lapse")


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


def a_session(number: int = 1) -> CounterSession:
    return CounterSession(
        id=UUID(int=number),
        version=1,
        point="p",
        counter=f"q{number}",
        counter_name=f"Quầy {number}",
        groups=("nop",),
        officer=f"can-bo-{number}",
        officer_name="Cán bộ",
        agency="H99.201",
        opened_at=NOW,
    )


def a_ticket(state: TicketState = TicketState.WAITING) -> Ticket:
    return Ticket(
        id=UUID(int=7),
        version=1,
        point="p",
        group="nop",
        day=NOW.date(),
        issued_group="nop",
        number=7,
        label="A007",
        priority="NORMAL",
        channel="KIOSK",
        state=state,
        taken_at=NOW,
        due_at=NOW,
        part_number=1,
        part_since=NOW,
    )


ALLOWED = {
    TicketState.WAITING: {"call", "lapse"},
    TicketState.CALLED: {"recall", "skip", "serve", "no_show", "transfer", "lapse"},
    TicketState.SKIPPED: {"recall", "no_show", "lapse"},
    TicketState.SERVING: {"finish", "transfer", "lapse"},
    TicketState.DONE: set(),
    TicketState.NO_SHOW: set(),
    TicketState.LAPSED: set(),
}


@pytest.mark.parametrize("state", TicketState)
@pytest.mark.parametrize("move", MOVES)
def test_a_state_allows_its_moves_and_no_others(state: TicketState, move: str) -> None:
    assert a_ticket(state).can(move) is (move in ALLOWED[state])


def test_a_served_ticket_is_measured_from_taking_to_calling_and_from_service_to_its_end() -> None:
    ticket, counter = a_ticket(), a_session()
    ticket.call(counter, minutes(12))
    ticket.recall(counter, minutes(13))
    ticket.serve(counter, minutes(14))
    part = ticket.finish(counter, minutes(20))
    assert (part.waited_seconds, part.served_seconds, part.outcome) == (12 * 60, 6 * 60, "DONE")
    assert ticket.state is TicketState.DONE
    assert ticket.version == 5


def test_a_transfer_keeps_since_when_the_turn_counts_and_measures_each_group_alone() -> None:
    ticket, first = a_ticket(), a_session()
    ticket.call(first, minutes(10))
    part = ticket.transfer(first, "tra", minutes(11))
    assert (part.group, part.outcome, part.waited_seconds) == ("nop", "TRANSFERRED", 600)
    assert (ticket.group, ticket.issued_group, ticket.label) == ("tra", "nop", "A007")
    assert ticket.due_at == NOW
    assert ticket.calls == 0
    second = a_session(2)
    ticket.call(second, minutes(15))
    ticket.serve(second, minutes(15))
    assert ticket.finish(second, minutes(16)).waited_seconds == 4 * 60


def test_another_counter_may_not_touch_what_one_has_in_hand() -> None:
    ticket = a_ticket()
    ticket.call(a_session(1), NOW)
    other = a_session(2)
    for deed in (
        lambda: ticket.recall(other, NOW),
        lambda: ticket.skip(other),
        lambda: ticket.serve(other, NOW),
        lambda: ticket.miss(other, NOW, least_calls=1),
        lambda: ticket.transfer(other, "tra", NOW),
    ):
        with pytest.raises(NotYourTicket):
            deed()
    assert ticket.state is TicketState.CALLED


def test_whoever_was_passed_over_may_be_called_by_any_counter_of_the_group() -> None:
    ticket = a_ticket()
    ticket.call(a_session(1), NOW)
    ticket.skip(a_session(1))
    ticket.recall(a_session(2), minutes(3))
    assert (ticket.counter, ticket.calls) == ("q2", 2)


def test_absent_only_after_enough_calls() -> None:
    ticket, counter = a_ticket(), a_session()
    ticket.call(counter, NOW)
    with pytest.raises(CalledTooFewTimes):
        ticket.miss(counter, NOW, least_calls=2)
    ticket.recall(counter, minutes(1))
    assert ticket.miss(counter, minutes(2), least_calls=2).outcome == "NO_SHOW"
    with pytest.raises(TicketMoved):
        ticket.recall(counter, minutes(3))
