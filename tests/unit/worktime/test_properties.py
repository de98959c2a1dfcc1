"""What holds for every calendar and every term, against oracles that count by stepping."""

from datetime import date, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.worktime.office import (
    DAYS,
    FIRST,
    a_stop,
    an_office,
    calendars,
    moments,
    stops_between,
    terms,
    working_days,
    working_hours,
)
from worktime.calendar import WorkCalendar
from worktime.deadline import (
    add_working_days,
    add_working_minutes,
    apology_latest,
    due_at,
    effective_start,
    working_minutes,
    working_time,
)
from worktime.term import ClockPolicy, DueTimeMode, Stop, Term

MINUTE = timedelta(minutes=1)
modes, policies = st.sampled_from(DueTimeMode), st.sampled_from(ClockPolicy)


def is_open(office: WorkCalendar, at: datetime) -> bool:
    """Say whether the moment lies in a session, both ends included, from the written hours alone."""
    hours = office.hours_on(at.date())
    return hours is not None and any(s.opens <= at.time() <= s.closes for s in hours.sessions)


def works_from(office: WorkCalendar, at: datetime) -> bool:
    """Say whether the minute that begins here is office time."""
    hours = office.hours_on(at.date())
    return hours is not None and any(s.opens <= at.time() < s.closes for s in hours.sessions)


@given(calendars(), moments(), moments(), terms(), modes)
def test_due_never_comes_earlier_for_a_later_start(
    office: WorkCalendar, a: datetime, b: datetime, term: Term, mode: DueTimeMode
) -> None:
    early, late = sorted([a, b])
    assert due_at(office, early, term, mode=mode) <= due_at(office, late, term, mode=mode)


@given(calendars(), moments(0, 20), moments(0, 20), terms(), stops_between(20, 40), policies)
def test_due_never_comes_earlier_for_a_later_start_with_stops(
    office: WorkCalendar, a: datetime, b: datetime, term: Term, stops: list[Stop], policy: ClockPolicy
) -> None:
    early, late = sorted([a, b])
    assert due_at(office, early, term, stops, policy) <= due_at(office, late, term, stops, policy)


@given(calendars(), moments(), terms(), stops_between(0, DAYS), policies, modes)
def test_due_is_never_outside_office_time_nor_before_the_effective_start(
    office: WorkCalendar,
    start: datetime,
    term: Term,
    stops: list[Stop],
    policy: ClockPolicy,
    mode: DueTimeMode,
) -> None:
    due = due_at(office, start, term, stops, policy, mode)
    assert is_open(office, due)
    assert due >= effective_start(office, start)


@given(calendars(), moments(), terms(), stops_between(0, DAYS))
def test_a_pause_never_brings_the_due_moment_forward(
    office: WorkCalendar, start: datetime, term: Term, stops: list[Stop]
) -> None:
    assert due_at(office, start, term, stops) >= due_at(office, start, term)


@given(calendars(), moments(), terms(), st.lists(moments(), max_size=3), policies, modes)
def test_a_stop_of_no_length_changes_nothing(
    office: WorkCalendar,
    start: datetime,
    term: Term,
    at: list[datetime],
    policy: ClockPolicy,
    mode: DueTimeMode,
) -> None:
    stops = [Stop(moment, moment) for moment in at]
    assert due_at(office, start, term, stops, policy, mode) == due_at(office, start, term, mode=mode)


@given(calendars(), moments(), terms(), stops_between(0, DAYS), policies, st.randoms())
def test_the_order_of_stops_changes_nothing(
    office: WorkCalendar,
    start: datetime,
    term: Term,
    stops: list[Stop],
    policy: ClockPolicy,
    random: st.randoms,
) -> None:
    shuffled = random.sample(stops, len(stops))
    assert due_at(office, start, term, shuffled, policy) == due_at(office, start, term, stops, policy)


@given(calendars(), moments(), st.integers(0, 15), st.integers(0, 15))
def test_whole_working_days_add_up(office: WorkCalendar, start: datetime, m: int, n: int) -> None:
    in_two = due_at(office, due_at(office, start, working_days(m)), working_days(n))
    assert in_two == due_at(office, start, working_days(m + n))


@given(calendars(), moments(), st.decimals(0, 40, places=2), st.decimals(0, 40, places=2))
def test_working_hours_add_up(office: WorkCalendar, start: datetime, m: str, n: str) -> None:
    in_two = due_at(office, due_at(office, start, working_hours(m)), working_hours(n))
    assert in_two == due_at(office, start, working_hours(m + n))


@settings(max_examples=40, deadline=None)
@given(calendars(), st.integers(0, 20 * 1440), st.integers(0, 6 * 1440))
def test_working_minutes_are_what_counting_minute_by_minute_gives(
    office: WorkCalendar, offset: int, length: int
) -> None:
    a = datetime.fromisoformat(f"{FIRST}T00:00:00+07:00") + offset * MINUTE
    a = effective_start(an_office(), a) if offset % 2 else a
    counted = sum(works_from(office, a + n * MINUTE) for n in range(length))
    assert working_minutes(office, a, a + length * MINUTE) == counted


@settings(max_examples=60)
@given(moments(0, 30), st.integers(1, 12), st.sets(st.integers(0, 50), max_size=12))
def test_whole_working_days_are_what_stepping_day_by_day_gives(
    start: datetime, count: int, holidays: set[int]
) -> None:
    off = {FIRST + timedelta(days=n) for n in holidays}
    office = an_office("|".join(f"OFF:{day}" for day in off))
    day, left = effective_start(office, start).date(), count
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in off
    assert due_at(office, start, working_days(count)) == datetime.fromisoformat(f"{day}T17:30:00+07:00")


@given(calendars(), moments(), moments(), moments())
def test_office_time_adds_up_over_a_split(
    office: WorkCalendar, one: datetime, two: datetime, three: datetime
) -> None:
    a, b, c = sorted([one, two, three])
    assert working_time(office, a, b) + working_time(office, b, c) == working_time(office, a, c)


@given(calendars(), moments(), st.integers(0, 5000))
def test_the_minutes_added_are_the_minutes_found(office: WorkCalendar, start: datetime, minutes: int) -> None:
    end = add_working_minutes(office, start, minutes)
    assert working_minutes(office, start, end) == minutes
    assert is_open(office, end)


@given(calendars(), moments(), st.integers(1, 5000))
def test_minutes_end_no_later_than_they_need(office: WorkCalendar, start: datetime, minutes: int) -> None:
    """At a session's end the term is over; it does not wait for the next opening."""
    end = add_working_minutes(office, start, minutes)
    just_before = end - timedelta(microseconds=1)
    assert working_time(office, start, just_before) < minutes * MINUTE


@given(calendars(), moments(), moments(), st.integers(-8, 8))
def test_moving_by_working_days_keeps_the_order_and_lands_in_office_time(
    office: WorkCalendar, a: datetime, b: datetime, days: int
) -> None:
    early, late = (add_working_days(office, moment, days) for moment in sorted([a, b]))
    assert early <= late
    assert is_open(office, early)


@given(calendars(), moments(), st.integers(1, 20))
def test_the_apology_day_is_the_last_working_day_before_the_due_date(
    office: WorkCalendar, start: datetime, days: int
) -> None:
    due = due_at(office, start, working_days(days))
    apology = apology_latest(office, due)
    assert apology.date() < due.date()
    assert is_open(office, apology)
    assert office.working_days(apology.date(), due.date()) == 1
    assert apology >= effective_start(office, start)


@given(calendars(), moments(), terms(), stops_between(0, DAYS))
def test_loaded_years_around_the_answer_do_not_change_it(
    office: WorkCalendar, start: datetime, term: Term, stops: list[Stop]
) -> None:
    due = due_at(office, start, term, stops)
    assume(due.year < 2030)
    loaded = WorkCalendar.from_seasons(
        office.seasons, office.exceptions, (date(2025, 11, 1), date(2031, 5, 5))
    )
    assert due_at(loaded, start, term, stops) == due


def test_months_do_not_add_up_as_months_differ_in_length() -> None:
    """R5, as R4, is not additive: 30 January + 1 month + 1 month is not 30 January + 2 months."""
    office, start = an_office(), datetime.fromisoformat("2026-01-30T09:00:00+07:00")
    month, two = Term(1, "MONTH"), Term(2, "MONTH")
    assert due_at(office, due_at(office, start, month), month) > due_at(office, start, two)


def test_the_shortest_stop_outside_office_time_moves_a_day_term_as_the_rule_says() -> None:
    """R6 is not continuous: one second on a Saturday ends on Monday, and Monday is in (Saturday, Monday]."""
    office, start = an_office(), datetime.fromisoformat("2026-03-05T09:00:00+07:00")
    stop = a_stop("2026-03-07 10:00:00", "2026-03-07 10:00:01")
    plain = due_at(office, start, working_days(5))
    assert due_at(office, start, working_days(5), [stop]) == add_working_days(office, plain, 1)
