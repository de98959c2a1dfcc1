"""What statistics make of a dossier another system works: what it told, once, and nothing it did not tell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.ids import new_id
from services.dossier.domain.figures.fact import Earlier, Ending, Fact, Punctuality
from services.dossier.domain.figures.mirrored import fact_of_mirror
from services.dossier.domain.figures.numbers import Number, belongs, rates_of
from services.dossier.domain.figures.period import Period, end_of
from services.dossier.domain.work.mirrors import Mirror, Status
from tests.builders.dossier.figures import a_mirror, a_told, at

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31), at("2026-04-01 00:00"))
DUE = {"due": "2026-03-09 17:30"}
ID = new_id()


def fact_of(*statuses: Status, **known: Any) -> Fact:
    """Return the row of a mirror; it must have one."""
    fact = fact_of_mirror(a_mirror(*statuses, **known))
    assert fact is not None
    return fact


def numbers_of(fact: Fact, period: Period = MARCH) -> set[Number]:
    """Return the numbers a row is counted in."""
    return {number for number in Number if belongs(number, fact, period)}


@pytest.mark.parametrize(
    ("statuses", "received", "ended", "ending", "punctuality"),
    [
        ([(2, "02 08:00", DUE), (9, "09 17:30", {})], "02 08:00", "09 17:30", "RESULT", "ON_TIME"),
        ([(2, "02 08:00", DUE), (9, "06 09:00", {})], "02 08:00", "06 09:00", "RESULT", "EARLY"),
        ([(2, "02 08:00", DUE), (10, "10 09:00", {})], "02 08:00", "10 09:00", "RESULT", "OVERDUE"),
        # What came with an earlier status is not taken back by a later one's silence.
        ([(2, "02 08:00", {}), (9, "03 09:00", {})], "02 08:00", "03 09:00", "RESULT", ""),
        # The end is status 9 if it was told, not the handing over; one that was taken back is none.
        (
            [(2, "02 08:00", DUE), (9, "05 09:00", {}), (10, "20 09:00", {})],
            "02 08:00",
            "05 09:00",
            "RESULT",
            "EARLY",
        ),
        ([(2, "02 08:00", DUE), (9, "05 09:00", {}), (4, "06 09:00", {})], "02 08:00", None, "", ""),
        (
            [(4, "03 08:00", DUE), (9, "05 09:00", {}), (4, "06 09:00", {}), (9, "12 09:00", {})],
            "03 08:00",
            "12 09:00",
            "RESULT",
            "OVERDUE",
        ),
        # Accepted as told, and at the latest when a status says that it had been.
        ([(4, "05 08:00", {"accepted": "2026-03-02 08:00", **DUE})], "02 08:00", None, "", ""),
        ([(9, "05 08:00", DUE)], "05 08:00", "05 08:00", "RESULT", "EARLY"),
        ([(9, "05 08:00", {"accepted": "2026-03-07 08:00"})], "05 08:00", "05 08:00", "RESULT", ""),
        # Refused at the counter, refused after acceptance, withdrawn, stopped.
        ([(1, "02 08:00", DUE), (3, "03 08:00", {})], None, "03 08:00", "INTAKE_REFUSED", ""),
        ([(2, "02 08:00", DUE), (3, "03 08:00", {})], "02 08:00", "03 08:00", "REFUSED", "EARLY"),
        (
            [(2, "02 08:00", DUE), (7, "03 08:00", {}), (8, "04 08:00", {})],
            "02 08:00",
            "04 08:00",
            "WITHDRAWN",
            "EARLY",
        ),
        ([(2, "02 08:00", DUE), (8, "04 08:00", {})], "02 08:00", "04 08:00", "STOPPED", "EARLY"),
        # The clock: ended while it stood, ran again with a new due moment, ran again without one.
        (
            [(2, "02 08:00", DUE), (5, "05 08:00", {}), (8, "25 08:00", {})],
            "02 08:00",
            "25 08:00",
            "STOPPED",
            "EARLY",
        ),
        (
            [(2, "02 08:00", DUE), (5, "05 08:00", {}), (4, "25 08:00", DUE), (9, "26 08:00", {})],
            "02 08:00",
            "26 08:00",
            "RESULT",
            "OVERDUE",
        ),
        (
            [(2, "02 08:00", DUE), (5, "05 08:00", {}), (4, "25 08:00", {}), (9, "29 17:30", {})],
            "02 08:00",
            "29 17:30",
            "RESULT",
            "ON_TIME",
        ),
    ],
)
def test_a_row_says_what_the_other_system_told(
    statuses: list[tuple[int, str, dict[str, str]]],
    received: str | None,
    ended: str | None,
    ending: str,
    punctuality: str,
) -> None:
    """Days of March 2026."""
    fact = fact_of(*(a_told(status, f"2026-03-{told}", **known) for status, told, known in statuses))
    moments = [at(f"2026-03-{one}") if one else None for one in (received, ended)]
    assert [fact.received_at, fact.ended_at] == moments
    assert (fact.ending, fact.punctuality) == (Ending(ending), Punctuality(punctuality))
    assert (fact.route, fact.channel, fact.receiving_agency, fact.is_mirror) == ("MINISTRY", "", "", True)


@pytest.mark.parametrize("statuses", [[1], [1, 5], [5], [1, 7], [3, 1]])
def test_one_that_waits_at_the_counter_elsewhere_is_in_no_number(statuses: list[int]) -> None:
    """Papers asked for and a withdrawal are told before acceptance too; a refusal may be taken back."""
    told = [a_told(one, f"2026-03-0{place} 08:00") for place, one in enumerate(statuses, 2)]
    fact = fact_of_mirror(a_mirror(*told))
    assert fact is None or not numbers_of(fact)


def test_a_due_moment_never_told_is_neither_in_time_nor_late_and_in_no_rate() -> None:
    """Open or ended, also where papers were asked for twice."""
    twice = [a_told(one, f"2026-03-0{place} 08:00") for place, one in enumerate((2, 5, 4, 5, 4), 2)]
    going_on = numbers_of(fact_of(*twice))
    ended = numbers_of(fact_of(*twice, a_told(9, "2026-03-20 08:00")))
    received = {Number.RECEIVED, Number.SUBMISSIONS, Number.MIRRORED}
    assert going_on == received | {Number.IN_PROGRESS, Number.IN_PROGRESS_UNDETERMINED}
    assert ended == received | {Number.ENDED, Number.ENDED_MIRRORED, Number.UNDETERMINED}
    zeros = dict.fromkeys([*Number, "components", "components_digitised", "components_reused"], 0)
    for counted in (going_on, ended):
        rates = rates_of({name: int(name in counted) for name in zeros})
        assert {name for name, rate in rates.items() if rate.denominator} == {"online"}


def test_papers_asked_for_twice_are_late_for_the_portal_where_it_was_told_when_due() -> None:
    """Told again while it waits is asked once."""
    told = [
        a_told(2, "2026-03-02 08:00", **DUE),
        a_told(5, "2026-03-03 08:00"),
        a_told(5, "2026-03-03 09:00"),
    ]
    once = fact_of(*told, a_told(9, "2026-03-04 08:00"))
    assert (once.supplements, Number.LATE_BY_PORTAL in numbers_of(once)) == (1, False)
    twice = [a_told(4, "2026-03-04 08:00"), a_told(5, "2026-03-05 08:00"), a_told(9, "2026-03-06 08:00")]
    assert Number.LATE_BY_PORTAL in numbers_of(fact_of(*told, *twice))


def test_a_past_day_is_judged_by_the_other_systems_clock() -> None:
    """Standing from the 5th to the 25th, told all at once on the 30th."""
    came = {"came": "2026-03-30 08:00"}
    fact = fact_of(
        a_told(2, "2026-03-02 08:00", **DUE, **came),
        a_told(5, "2026-03-05 08:00", **came),
        a_told(4, "2026-03-25 08:00", due="2026-03-27 17:30", **came),
    )
    due = at("2026-03-09 17:30")
    assert fact.earlier == (
        Earlier(at("2026-03-05 08:00"), due, None),
        Earlier(at("2026-03-25 08:00"), due, at("2026-03-05 08:00")),
    )
    seen = Period(MARCH.first, date(2026, 3, 20), at("2026-03-21 00:00"))
    assert {Number.PAUSED, Number.IN_TIME} <= numbers_of(fact, seen)
    assert Number.OVERDUE in numbers_of(fact)


def test_one_that_is_a_dossier_of_ours_is_counted_there_and_only_there() -> None:
    """From the beginning it has no row; found out later its row empties and says when."""
    told = [a_told(2, "2026-03-02 08:00", **DUE), a_told(9, "2026-03-05 08:00")]
    assert fact_of_mirror(a_mirror(*told, counted_at=None, dossier_id=ID)) is None
    linked = at("2026-03-04 08:00")
    fact = fact_of(*told, dossier_id=ID, linked_at=linked)
    assert (numbers_of(fact), fact.amended_at) == (set(), linked)
    # A rebuild that read the mirror before puts nothing back.
    assert fact.version > fact_of(*told).version
    assert fact_of_mirror(a_mirror(a_told(1, "2026-03-02 08:00"), dossier_id=ID, linked_at=linked)) is None


def test_a_member_of_a_submission_is_received_and_no_submission_of_its_own() -> None:
    """Known from the beginning it amends nothing; found out on a later day it does."""
    told = a_told(2, "2026-03-02 08:00")
    known = fact_of(told, follows_since=told.received_at)
    assert (known.amended_at, Number.SUBMISSIONS in numbers_of(known)) == (None, False)
    assert Number.RECEIVED in numbers_of(known)
    later = at("2026-03-03 08:00")
    assert fact_of(told, follows_since=later).amended_at == later


def test_mirrors_of_before_amend_what_was_closed_before_they_were_taken_in() -> None:
    """Counted from the day of the command on, whatever day they came."""
    taken = at("2026-05-05 08:00")
    fact = fact_of(a_told(2, "2026-03-02 08:00"), a_told(9, "2026-03-04 08:00"), counted_at=taken)
    assert fact.amended_at == taken


def test_papers_asked_for_on_a_day_that_was_over_amend_it_though_the_clock_stood_already() -> None:
    """Told on the 10th of the 5th: second request of a dossier that stood for money meanwhile."""
    told = [
        a_told(2, "2026-03-02 08:00", due="2026-03-20 17:30"),
        a_told(5, "2026-03-03 08:00"),
        a_told(6, "2026-03-04 08:00"),
    ]
    fact = fact_of(*told, a_told(5, "2026-03-05 08:00", came="2026-03-10 08:00"))
    assert fact.amended_at == at("2026-03-10 08:00")
    fourth, fifth = (Period(day, day, end_of(day)) for day in (date(2026, 3, 4), date(2026, 3, 5)))
    assert [Number.ASKED_AGAIN in numbers_of(fact, day) for day in (fourth, fifth)] == [False, True]


Told = list[Status]
HOURS = st.integers(min_value=0, max_value=24 * 14)


@st.composite
def tellings(draw: st.DrawFn) -> Told:
    """Make up to seven statuses in any order of their own times, each once, coming in over some days."""
    keys = draw(st.lists(st.tuples(st.integers(1, 10), HOURS), min_size=1, max_size=7, unique=True))
    came, told = at("2026-03-02 08:00"), []
    for status, hours in keys:
        came += timedelta(hours=draw(st.integers(0, 60)))
        own = at("2026-03-01 08:00") + timedelta(hours=hours)
        due = draw(st.none() | HOURS.map(lambda more: at("2026-03-03 17:30") + timedelta(hours=more)))
        accepted = draw(st.none() | HOURS.map(lambda more: at("2026-03-01 08:00") + timedelta(hours=more)))
        told.append(Status(status, own, received_at=came, accepted_at=accepted, due_at=due))
    return told


def _days(first: datetime, last: datetime) -> list[Period]:
    """Return periods up to each day, and each day, both judged at their ends."""
    days = [first.date() + timedelta(days=more) for more in range((last - first).days + 1)]
    return [Period(begin, day, end_of(day)) for day in days for begin in {days[0], day}]


@given(tellings(), st.randoms())
def test_statuses_give_the_same_row_in_any_order(told: Told, chance: Any) -> None:
    """Late, early and out of order; only when the past was amended is another question."""
    shuffled = [*told]
    chance.shuffle(shuffled)
    came = [replace(one, received_at=by.received_at) for one, by in zip(shuffled, told, strict=True)]
    rows = [fact_of_mirror(a_mirror(*one, id=ID)) for one in (told, came)]
    found = [_counted(row) for row in rows]
    assert found[0] == found[1]


def _counted(fact: Fact | None) -> Fact | None:
    """Return a row without when it was amended; one that is in no number is as none."""
    if fact is None or (fact.received_at is None and fact.ended_at is None):
        return None
    return replace(fact, amended_at=None)


@given(tellings())
def test_nothing_is_lost_and_nothing_counted_twice(told: Told) -> None:
    """In any period: carried over and received are ended and going on; each end is judged or unknown."""
    fact = fact_of_mirror(a_mirror(*told))
    if fact is None:
        return
    for period in _days(at("2026-02-27 08:00"), at("2026-03-20 08:00")):
        counted = {number: belongs(number, fact, period) for number in Number}
        ended, open_ = counted[Number.ENDED], counted[Number.IN_PROGRESS]
        assert counted[Number.CARRIED_OVER] + counted[Number.RECEIVED] == ended + open_
        judged = (Number.EARLY, Number.ON_TIME, Number.LATE, Number.UNDETERMINED)
        assert ended == sum(counted[number] for number in judged)
        looked = (Number.IN_TIME, Number.OVERDUE, Number.IN_PROGRESS_UNDETERMINED)
        assert open_ == sum(counted[number] for number in looked)


@given(tellings())
def test_what_moves_a_day_that_was_over_is_an_amendment(told: Told) -> None:
    """After each status: where any number of an earlier day is another, the row says so."""
    before: Fact | None = None
    for place, last in enumerate(told, 1):
        mirror: Mirror = a_mirror(*told[:place], id=ID)
        now = fact_of_mirror(mirror)
        assert last.received_at is not None
        over = [
            one for one in _days(at("2026-02-27 08:00"), last.received_at) if one.as_of <= last.received_at
        ]
        if _moved(before, now, over):
            assert now is not None
            assert now.amended_at == last.received_at
        before = now


def _moved(before: Fact | None, now: Fact | None, periods: Sequence[Period]) -> bool:
    return any(_numbers(before, period) != _numbers(now, period) for period in periods)


def _numbers(fact: Fact | None, period: Period) -> set[Number]:
    return numbers_of(fact, period) if fact else set()
