"""Who is called next, by the stated rule; how long one will wait."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.clock import VIETNAM
from services.dossier.domain.desk.calling import Waiting, choose, line
from services.dossier.domain.desk.waiting_time import capacity, estimated_minutes, service_seconds

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=VIETNAM)
RUN = 2


def a_ticket(number: int, *, preferred: bool = False, group: str = "nop", minutes: int = 60) -> Waiting:
    """Return a ticket due so many minutes ago (before now when negative: an appointment to come)."""
    due_at = NOW - timedelta(minutes=minutes, seconds=1) + timedelta(milliseconds=number)
    return Waiting(UUID(int=number + 1000 * ord(group[0])), group, number, preferred, due_at)


def called(waiting: list[Waiting], run: int = 0) -> list[int]:
    return [ticket.number for ticket in line(waiting, run, preferred_run=RUN, now=NOW)]


def test_nobody_is_called_where_nobody_waits() -> None:
    assert choose([], {}, preferred_run=RUN, now=NOW) is None


def test_a_preferred_ticket_goes_before_an_older_normal_one() -> None:
    assert called([a_ticket(1), a_ticket(2, preferred=True)]) == [2, 1]


def test_after_two_preferred_ones_a_normal_one_has_its_turn() -> None:
    preferred = [a_ticket(number, preferred=True) for number in (2, 3, 4, 5)]
    assert called([a_ticket(1), a_ticket(6), *preferred]) == [2, 3, 1, 4, 5, 6]


def test_preferred_calls_count_only_while_a_normal_one_waits() -> None:
    chosen = choose([a_ticket(1, preferred=True)], {"nop": 1}, preferred_run=RUN, now=NOW)
    assert chosen is not None
    assert chosen.run == 1


def test_a_counter_of_two_groups_takes_whose_turn_came_first() -> None:
    waiting = [a_ticket(1, minutes=10), a_ticket(1, group="tra", minutes=20)]
    chosen = choose(waiting, {}, preferred_run=RUN, now=NOW)
    assert chosen is not None
    assert chosen.ticket.group == "tra"


def test_an_early_appointment_waits_for_its_slot_unless_nobody_else_does() -> None:
    early = a_ticket(1, preferred=True, minutes=-20)
    assert called([early, a_ticket(2)]) == [2, 1]
    assert called([early]) == [1]


tickets = st.lists(st.tuples(st.booleans(), st.integers(0, 90)), min_size=1, max_size=40).map(
    lambda rows: [a_ticket(n, preferred=p, minutes=m) for n, (p, m) in enumerate(rows, 1)]
)


@given(tickets, st.integers(0, RUN))
def test_everybody_is_called_once(waiting: list[Waiting], run: int) -> None:
    assert sorted(called(waiting, run)) == sorted(ticket.number for ticket in waiting)


@given(tickets, st.integers(0, RUN))
def test_each_sort_is_called_in_the_order_of_coming(waiting: list[Waiting], run: int) -> None:
    order = line(waiting, run, preferred_run=RUN, now=NOW)
    for is_preferred in (True, False):
        mine = [ticket.order for ticket in order if ticket.is_preferred is is_preferred]
        assert mine == sorted(mine)


@given(tickets, st.integers(0, RUN), st.integers(0, 30))
def test_a_normal_one_waits_a_bounded_number_of_calls_whoever_comes(
    waiting: list[Waiting], run: int, newcomers: int
) -> None:
    late = [a_ticket(100 + n, preferred=True, minutes=0) for n in range(newcomers)]
    order = called([*waiting, *late], run)
    normal = sorted((one for one in waiting if not one.is_preferred), key=lambda one: one.order)
    for before, ticket in enumerate(normal):
        assert order.index(ticket.number) < (before + 1) * (RUN + 1)


@given(tickets, st.integers(0, RUN))
def test_no_normal_one_goes_while_the_preferred_have_a_run_left(waiting: list[Waiting], run: int) -> None:
    chosen = choose(waiting, {"nop": run}, preferred_run=RUN, now=NOW)
    assert chosen is not None
    if not chosen.ticket.is_preferred and any(one.is_preferred for one in waiting):
        assert run >= RUN


@pytest.mark.parametrize(
    ("measured", "seconds"), [([], 600), ([60] * 4, 600), ([60] * 5, 60), ([30, 90] * 10, 60)]
)
def test_a_service_takes_what_was_measured_once_enough_was(measured: list[int], seconds: float) -> None:
    assert service_seconds(measured, expected_minutes=10) == seconds


@pytest.mark.parametrize(
    ("before", "each", "counters", "minutes"),
    [(0, 300, 1, 0), (3, 300, 1, 15), (3, 300, 2, 8), (1, 61, 1, 2), (5, 300, 0, None), (3, 300, 1.5, 10)],
)
def test_a_wait_is_people_before_by_time_over_counters(
    before: int, each: float, counters: float, minutes: int | None
) -> None:
    assert estimated_minutes(before, each, counters) == minutes


def test_a_counter_of_two_groups_counts_half_in_each() -> None:
    assert capacity("nop", [["nop"], ["nop", "tra"], ["tra"]]) == 1.5
