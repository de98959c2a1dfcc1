"""Any number of stops, in any order of causes: what the clock may and may not do."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from services.dossier.domain.course import PAPERS_MISSING, Cause
from services.dossier.domain.deadlines import (
    answer_by,
    counted_anew,
    decision_due,
    handover_due,
    promised_by,
    running_again,
)
from services.dossier.domain.definitions import Channel, Procedure, calendar_of
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import CalendarMissing, NothingAnswered, StillOwed, SupplementLimit
from services.dossier.domain.holdings import Draft
from services.dossier.domain.limits import GENERAL
from services.dossier.domain.moves import pauses, supplements
from services.dossier.domain.obligations import Obligation, Payment
from services.dossier.domain.states import Clock, Move, State
from services.dossier.domain.supplements import Supplement
from services.dossier.domain.timers import timers
from services.dossier.domain.waiting import Decision
from services.dossier.store.limits import read_limits
from tests.unit.dossier.test_states import a_dossier
from worktime.deadline import due_at
from worktime.term import ClockPolicy, DueTimeMode, Stop, Term, Unit

LIMITS = read_limits()
CALENDAR = calendar_of(
    [
        {"code": "default", "year": year, "office_hours": "07:30-11:30;13:30-17:30", "exceptions": []}
        for year in (2026, 2027)
    ]
)
ACCEPTED = datetime(2026, 3, 3, 1, tzinfo=UTC)
KINDS = ("SUPPLEMENT", "PAYMENT", "SUSPENSION")


def a_procedure(days: int, policy: ClockPolicy) -> Procedure:
    """Return a procedure of so many working days."""
    term = Term(Decimal(days), Unit.WORKING_DAY)
    return Procedure(
        code="1.004873",
        version=1,
        name="x",
        sector="s",
        route="PROVINCE",
        is_submitted_here=True,
        is_open=True,
        portal_url="",
        is_boundary_free=True,
        performing_agencies=frozenset(),
        is_for_communes=True,
        channels={"ONLINE": Channel(term=term, fees=())},
        components={},
        results=(),
        process="",
        clock_policy=policy,
        due_time_mode=DueTimeMode.END_OF_DAY,
        max_supplements=9,
    )


def stop_and_go(dossier: Dossier, kind: str, at: datetime, until: datetime, procedure: Procedure) -> None:
    """Let the clock stand for one cause, and run again."""
    if kind == "SUPPLEMENT":
        asked = Supplement(({},), "x", at, "x", until, is_intake=False)
        supplements.ask(dossier, asked, limit=99, total=99, cause=PAPERS_MISSING)
        supplements.answer(dossier, Move.ANSWER_SUPPLEMENT, at=until)
        move = Move.RESUME
    elif kind == "PAYMENT":
        owed = Obligation(new_id(), "x", 10, "x", "x", at, "x")
        pauses.ask_payment(dossier, owed, Cause("APPLICANT_PAYMENT", "APPLICANT"))
        dossier.obligations = dossier.obligations.paid(owed.id, Payment("BL", 10, until))
        move = Move.SETTLE_PAYMENT
    else:
        pauses.suspend(dossier, Cause("DISPUTE", "APPLICANT"), at=at, legal_basis="x", until=None)
        move = Move.END_SUSPENSION
    assert dossier.clock is Clock.STOPPED
    pauses.resume(dossier, move, running_again(dossier, procedure, CALENDAR, LIMITS, at=until))
    assert dossier.clock is Clock.RUNNING


def accepted(days: int, policy: ClockPolicy) -> tuple[Dossier, Procedure]:
    """Return a dossier under way with its due moment, and its procedure."""
    procedure = a_procedure(days, policy)
    dossier = a_dossier(State.PROCESSING)
    dossier.accepted_at = ACCEPTED
    assert CALENDAR is not None
    dossier.due_at = due_at(CALENDAR, ACCEPTED, procedure.channels["ONLINE"].term)
    dossier.original_due_at = dossier.due_at
    return dossier, procedure


gaps = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(1, 6000), st.integers(1, 9000)), min_size=1, max_size=6
)


@settings(max_examples=60, deadline=None)
@given(days=st.integers(1, 30), stops=gaps, policy=st.sampled_from(ClockPolicy))
def test_the_due_moment_after_any_stops_is_what_the_counting_rules_say_of_all_of_them(
    days: int, stops: list[tuple[str, int, int]], policy: ClockPolicy
) -> None:
    """Whatever the causes: counted from the acceptance with every stop, never step by step."""
    dossier, procedure = accepted(days, policy)
    at, first, seen = ACCEPTED, dossier.due_at, dossier.due_at
    for kind, run, stand in stops:
        at += timedelta(minutes=run)
        until = at + timedelta(minutes=stand)
        stop_and_go(dossier, kind, at, until, procedure)
        assert dossier.due_at is not None
        assert seen is not None
        assert dossier.due_at >= seen, "a stop never brings the due moment nearer"
        seen, at = dossier.due_at, until
    assert CALENDAR is not None
    pairs = [Stop(one.stopped_at, one.resumed_at) for one in dossier.stops]
    term = procedure.channels["ONLINE"].term
    assert dossier.due_at == due_at(CALENDAR, ACCEPTED, term, pairs, policy)
    assert dossier.original_due_at == first
    assert [one.belongs_to for one in dossier.stops] == ["APPLICANT"] * len(stops)


@given(days=st.integers(1, 20), later=st.integers(1, 9), stops=gaps)
def test_a_new_date_that_was_promised_moves_by_the_working_days_the_due_moment_moves_by(
    days: int, later: int, stops: list[tuple[str, int, int]]
) -> None:
    """R6 for both: a pause of minutes moves neither."""
    dossier, procedure = accepted(days, ClockPolicy.PAUSE)
    assert CALENDAR is not None
    assert dossier.due_at is not None
    dossier.reappointed_due_at = CALENDAR.working_day_after(dossier.due_at.date(), later).closing
    at = ACCEPTED
    for kind, run, stand in stops:
        at += timedelta(minutes=run)
        stop_and_go(dossier, kind, at, at + timedelta(minutes=stand), procedure)
        at += timedelta(minutes=stand)
        assert dossier.reappointed_due_at == CALENDAR.working_day_after(dossier.due_at.date(), later).closing


def test_a_new_date_that_was_promised_in_hours_moves_by_office_time() -> None:
    dossier, procedure = accepted(1, ClockPolicy.PAUSE)
    term = Term(Decimal(6), Unit.WORKING_HOUR)
    procedure = replace(procedure, channels={"ONLINE": Channel(term=term, fees=())})
    assert CALENDAR is not None
    dossier.due_at = due_at(CALENDAR, ACCEPTED, term)
    assert dossier.due_at == datetime(2026, 3, 3, 16, tzinfo=VIETNAM)
    dossier.reappointed_due_at = datetime(2026, 3, 5, 17, 30, tzinfo=VIETNAM)
    stop_and_go(dossier, "SUSPENSION", ACCEPTED, ACCEPTED + timedelta(minutes=90), procedure)
    assert dossier.due_at == datetime(2026, 3, 3, 17, 30, tzinfo=VIETNAM)
    assert dossier.reappointed_due_at == datetime(2026, 3, 6, 9, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("closed", "due", "expected"),
    [
        ((), "2026-02-24T17:30", "2026-02-26T17:30"),
        (("2026-02-26",), "2026-02-24T17:30", "2026-02-27T17:30"),
        (("2026-02-24", "2026-02-25", "2026-02-26"), "2026-02-27T17:30", "2026-02-27T17:30"),
        (("2026-02-26", "2026-02-27"), "2026-02-24T17:30", "2026-03-02T17:30"),
        (("2026-02-25",), "2026-03-03T17:30", "2026-03-03T17:30"),
    ],
    ids=["nothing closed", "its day", "its day and the due one", "before a weekend", "due later than it"],
)
def test_a_new_date_that_was_promised_stays_on_a_day_that_is_worked(
    closed: tuple[str, ...], due: str, expected: str
) -> None:
    exceptions = [{"day": day, "status": "OFF"} for day in closed]
    calendar = calendar_of(
        [{"code": "x", "year": 2026, "office_hours": "07:30-11:30;13:30-17:30", "exceptions": exceptions}]
    )
    promised = datetime(2026, 2, 26, 17, 30, tzinfo=VIETNAM)
    moved = promised_by(calendar, promised, datetime.fromisoformat(due).replace(tzinfo=VIETNAM))
    assert moved == datetime.fromisoformat(expected).replace(tzinfo=VIETNAM)


@settings(max_examples=40, deadline=None)
@given(parts=st.lists(st.integers(1, 100), min_size=1, max_size=5), again=st.integers(0, 4))
def test_a_payment_counts_once_however_often_it_is_told(parts: list[int], again: int) -> None:
    """The clock runs when the sum is reached, not for a receipt told twice."""
    dossier, procedure = accepted(5, ClockPolicy.PAUSE)
    owed = Obligation(new_id(), "x", sum(parts), "x", "x", ACCEPTED, "x")
    pauses.ask_payment(dossier, owed, Cause("APPLICANT_PAYMENT", "APPLICANT"))
    until = ACCEPTED + timedelta(days=1)
    for number, part in enumerate(parts):
        with pytest.raises(StillOwed):
            pauses.resume(
                dossier, Move.SETTLE_PAYMENT, running_again(dossier, procedure, CALENDAR, LIMITS, at=until)
            )
        for _ in range(again + 1):
            dossier.obligations = dossier.obligations.paid(owed.id, Payment(f"BL-{number}", part, until))
        assert dossier.owed == sum(parts[number + 1 :])
    assert dossier.owed == 0
    pauses.resume(dossier, Move.SETTLE_PAYMENT, running_again(dossier, procedure, CALENDAR, LIMITS, at=until))
    assert dossier.state is State.PROCESSING


def test_a_clock_that_would_run_past_the_loaded_years_is_refused_not_guessed() -> None:
    """Next year's calendar missing is said, and nothing has changed."""
    dossier, procedure = accepted(20, ClockPolicy.RESTART)
    pauses.suspend(dossier, Cause("DISPUTE", "APPLICANT"), at=ACCEPTED, legal_basis="x", until=None)
    late = datetime(2027, 12, 20, 2, tzinfo=UTC)
    version = dossier.version
    with pytest.raises(CalendarMissing):
        pauses.resume(
            dossier, Move.END_SUSPENSION, running_again(dossier, procedure, CALENDAR, LIMITS, at=late)
        )
    assert (dossier.state, dossier.version) == (State.SUSPENDED, version)


LIMIT_CASES = [
    # stage, basis, day, how many, days to answer
    ("INTAKE", GENERAL, date(2026, 3, 3), 1, 30),
    ("INTAKE", "ANSWER_INSUFFICIENT", date(2026, 3, 3), 1, 30),
    ("PROCESSING", GENERAL, date(2026, 3, 3), 1, 30),
    ("PROCESSING", "SPECIAL_LAW", date(2026, 3, 3), 1, 30),
]


@pytest.mark.parametrize(("stage", "basis", "day", "most", "days"), LIMIT_CASES, ids=str)
def test_limits_are_asked_by_stage_ground_and_day(
    stage: str, basis: str, day: date, most: int, days: int
) -> None:
    """And each names its source."""
    rule = LIMITS.supplement(stage, basis, day)
    assert (rule.most, rule.answer_days) == (most, days)
    assert rule.source


def test_a_limit_that_changes_holds_from_its_day_on() -> None:
    """The row that began last and has not ended; the day before has the old one."""
    old = LIMITS.reappointments[0]
    new = replace(old, value=Decimal(2), valid_from=date(2027, 1, 1))
    changed = replace(LIMITS, reappointments=[new, old])
    assert changed.most_reappointments(date(2026, 12, 31)) == 1
    assert changed.most_reappointments(date(2027, 1, 1)) == 2


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        (["INTAKE GENERAL", "INTAKE GENERAL"], SupplementLimit),
        (["INTAKE ANSWER_INSUFFICIENT"], NothingAnswered),
        (["INTAKE GENERAL", "INTAKE ANSWER_INSUFFICIENT", "PROCESSING GENERAL"], SupplementLimit),
        (["INTAKE GENERAL", "PROCESSING GENERAL", "PROCESSING SPECIAL_LAW"], SupplementLimit),
        (["PROCESSING GENERAL", "PROCESSING SPECIAL_LAW", "PROCESSING SPECIAL_LAW"], SupplementLimit),
        (["PROCESSING GENERAL", "PROCESSING GENERAL"], SupplementLimit),
    ],
)
def test_one_dossier_is_sent_back_twice_at_most_over_all_stages_and_grounds(
    asked: list[str], refused: type[Exception]
) -> None:
    """NĐ 63/2010 Đ.20.4: the last of these is refused, those before it are not."""
    dossier = a_dossier(State.SUBMITTED)
    day, at = ACCEPTED.date(), ACCEPTED
    for turn, one in enumerate(asked, 1):
        stage, basis = one.split()
        is_intake = stage == "INTAKE"
        rule = LIMITS.supplement(stage, basis, day)
        limits = {"limit": rule.most, "total": LIMITS.most_supplements(day)}
        supplement = Supplement(({},), "x", at, "x", at, is_intake=is_intake, basis=basis)
        if not is_intake:
            dossier.state = State.PROCESSING
        with pytest.raises(refused) if turn == len(asked) else nullcontext():
            if is_intake:
                supplements.ask_at_intake(dossier, supplement, **limits)
            else:
                supplements.draft(dossier, Draft(({},), "x", "x", "x", at, 30, basis=basis), **limits)
                supplements.ask(dossier, supplement, **limits, cause=PAPERS_MISSING)
        if turn < len(asked):
            move = Move.ANSWER_INTAKE_SUPPLEMENT if is_intake else Move.ANSWER_SUPPLEMENT
            supplements.answer(dossier, move, at=at)
            assert len(dossier.supplements) == turn


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        ("2026-03-03T07:30", "2026-03-03T17:30"),
        ("2026-03-03T15:00", "2026-03-03T17:30"),
        ("2026-03-03T15:01", "2026-03-04T08:30"),
        ("2026-03-03T18:00", "2026-03-04T08:30"),
        ("2026-03-06T16:00", "2026-03-09T08:30"),
        ("2026-03-07T09:00", "2026-03-09T08:30"),
    ],
)
def test_papers_are_handed_over_the_same_day_and_after_fifteen_hours_early_on_the_next(
    accepted: str, due: str
) -> None:
    """NĐ 61/2018 Đ.18: to the minute, over a weekend, and of what comes on a day off."""
    at = datetime.fromisoformat(accepted).replace(tzinfo=VIETNAM)
    assert handover_due(CALENDAR, at, LIMITS) == datetime.fromisoformat(due).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("asked", "days", "until"),
    [
        ("2026-03-03T09:00", 3, "2026-03-06"),
        ("2026-03-04T09:00", 3, "2026-03-09"),
        ("2026-02-11T23:30", 3, "2026-02-23"),
        ("2026-02-11T23:30", 2, "2026-02-13"),
        ("2027-12-30T09:00", 5, "2028-01-04"),
    ],
    ids=["a day that is worked", "a Saturday", "Tết", "the day before Tết", "no calendar of that year yet"],
)
def test_the_time_to_answer_ends_on_a_day_that_is_worked(asked: str, days: int, until: str) -> None:
    """Bộ luật Dân sự Đ.148 k.5: a term that ends on a day off ends with the next working day."""
    off = [{"day": f"2026-02-{day}", "status": "OFF"} for day in range(16, 23)]
    calendar = calendar_of(
        [
            {"code": "x", "year": year, "office_hours": "07:30-11:30;13:30-17:30", "exceptions": given}
            for year, given in ((2026, off), (2027, []))
        ]
    )
    at = datetime.fromisoformat(asked).replace(tzinfo=VIETNAM)
    assert answer_by(calendar, at, days) == datetime.fromisoformat(f"{until}T23:59:59").replace(
        tzinfo=VIETNAM
    )
    assert answer_by(None, at, days).date() == at.date() + timedelta(days=days)


def test_a_decision_is_told_of_also_where_the_calendar_does_not_say_until_when() -> None:
    """A year not decided hides no decision, nor does a row of before: days of the clock count."""
    assert decision_due(CALENDAR, ACCEPTED, Decision.WITHDRAWAL, LIMITS) == ACCEPTED + timedelta(days=1)
    last_day = datetime(2027, 12, 31, 10, tzinfo=VIETNAM)
    assert decision_due(CALENDAR, last_day, Decision.WITHDRAWAL, LIMITS) == last_day + timedelta(days=1)
    dossier = a_dossier(State.WITHDRAWAL_REQUESTED)
    dossier.withdrawal_asked_at = last_day
    told = {one.kind: one.due_at for one in timers(dossier, LIMITS)}
    assert told == dict.fromkeys(("WITHDRAWAL_NEAR", "WITHDRAWAL_LATE"), last_day + timedelta(days=1))


def test_a_moment_within_a_dossier_is_counted_anew_only_over_days_that_changed() -> None:
    """Never to another moment that means the same, nor where it was over, or a calendar does not reach."""
    storm = [{"day": "2026-03-06", "status": "OFF"}]
    year = {"code": "x", "year": 2026, "office_hours": "07:30-11:30;13:30-17:30"}
    before, after = (calendar_of([{**year, "exceptions": days}]) for days in ([], storm))
    wednesday, friday = (datetime(2026, 3, day, 16, tzinfo=VIETNAM) for day in (4, 6))
    assert counted_anew(friday, wednesday, before, after) == friday + timedelta(days=3)
    for due, since, old, new in (
        (friday, wednesday, before, before),
        (wednesday.replace(hour=20), wednesday, before, after),
        (wednesday, friday, before, after),
        (friday, wednesday, None, after),
        (friday.replace(year=2027), wednesday, before, after),
    ):
        assert counted_anew(due, since, old, new) == due
