"""What the 48 cases leave open, decided from the rules; and what is refused."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest

from tests.unit.worktime.office import (
    TET,
    a_stop,
    an_office,
    at,
    calendar_days,
    months,
    same_day,
    working_days,
    working_hours,
)
from worktime.calendar import CalendarNotLoaded
from worktime.deadline import (
    ClockStopped,
    add_working_days,
    add_working_minutes,
    apology_for_term,
    apology_latest,
    due_at,
    effective_start,
    term_start,
    working_minutes,
)
from worktime.term import ClockPolicy, DueTimeMode, Stop, Term, Unit
from worktime.zone import VIETNAM

MORNING_SHIFT = "HALF:2026-09-12@07:30-11:30"


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        ("2026-03-03 07:29:59", "2026-03-03 07:30"),
        ("2026-03-03 07:30", "2026-03-03 07:30"),
        ("2026-03-03 11:30", "2026-03-03 11:30"),
        ("2026-03-03 11:30:01", "2026-03-03 13:30"),
        ("2026-03-03 17:30", "2026-03-03 17:30"),
        ("2026-03-03 17:30:00.000001", "2026-03-04 07:30"),
        ("2026-03-07 10:00", "2026-03-09 07:30"),
        ("2026-09-12 11:31", "2026-09-14 07:30"),
    ],
)
def test_r0_a_moment_outside_office_time_starts_at_the_next_opening(moment: str, start: str) -> None:
    assert effective_start(an_office(MORNING_SHIFT), at(moment)) == at(start)


def test_a_moment_given_in_utc_is_counted_on_its_vietnamese_day() -> None:
    early = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # Tuesday 06:30 in Vietnam
    due = due_at(an_office(), early, working_days(1))
    assert due == at("2026-03-04 17:30")
    assert due.tzinfo is VIETNAM


@pytest.mark.parametrize("naive", [datetime(2026, 3, 2, 9)])  # noqa: DTZ001 - what is to be refused.
def test_a_moment_without_a_zone_is_refused_everywhere(naive: datetime) -> None:
    office, aware = an_office(), at("2026-03-02 09:00")
    for ask in (
        lambda: effective_start(office, naive),
        lambda: due_at(office, naive, working_days(1)),
        lambda: apology_latest(office, naive),
        lambda: working_minutes(office, naive, aware),
        lambda: working_minutes(office, aware, naive),
        lambda: add_working_minutes(office, naive, 1),
        lambda: add_working_days(office, naive, 1),
        lambda: Stop(naive, aware),
        lambda: Stop(aware, naive),
    ):
        with pytest.raises(ValueError, match="needs its zone"):
            ask()


def test_r1_due_time_may_keep_the_time_of_receipt() -> None:
    mode = DueTimeMode.SAME_TIME
    assert due_at(an_office(), at("2026-03-02 09:15"), working_days(5), mode=mode) == at("2026-03-09 09:15")


def test_r1_the_same_time_stays_on_the_due_day_and_inside_its_sessions() -> None:
    office = an_office("HALF:2026-03-10@07:30-11:30|HALF:2026-03-11@08:00-09:00;14:00-16:00")
    mode = DueTimeMode.SAME_TIME
    assert due_at(office, at("2026-03-09 15:00"), working_days(1), mode=mode) == at("2026-03-10 11:30")
    assert due_at(office, at("2026-03-09 07:30"), working_days(2), mode=mode) == at("2026-03-11 08:00")
    assert due_at(office, at("2026-03-09 10:00"), working_days(2), mode=mode) == at("2026-03-11 14:00")


def test_the_due_time_mode_speaks_to_whole_working_days_only() -> None:
    start, office = at("2026-03-02 09:15"), an_office()
    for term in (same_day(), calendar_days(3), months(1), working_hours(3), working_days("0.5")):
        assert due_at(office, start, term, mode=DueTimeMode.SAME_TIME) == due_at(office, start, term)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-03 11:30", "1", "2026-03-03 14:30"),
        ("2026-03-03 17:30", "4", "2026-03-04 11:30"),
        ("2026-03-03 13:30", "4", "2026-03-03 17:30"),
        ("2026-03-03 09:00", "2.25", "2026-03-03 11:15"),
        ("2026-03-03 09:00:20", "0.01", "2026-03-03 09:00:56"),
        ("2026-03-03 12:00", "0", "2026-03-03 13:30"),
    ],
)
def test_r2_hours_run_from_the_moment_and_may_end_with_a_session(start: str, hours: str, due: str) -> None:
    assert due_at(an_office(), at(start), working_hours(hours)) == at(due)


def test_r2_a_fraction_of_a_day_is_of_eight_hours_whatever_the_office_works() -> None:
    office = an_office(hours="08:00-12:00;13:00-16:00")
    assert due_at(office, at("2026-03-03 08:00"), working_days("1.5")) == at("2026-03-04 14:00")
    assert due_at(office, at("2026-03-03 08:00"), working_days("1.0")) == at("2026-03-04 16:00")


@pytest.mark.parametrize(
    ("accepted", "cutoff", "due"),
    [
        ("2026-03-03 15:00", time(15), "2026-03-03 17:30"),
        ("2026-03-03 15:00:01", time(15), "2026-03-04 17:30"),
        ("2026-03-03 15:00:01", None, "2026-03-04 17:30"),  # the law's own 15:00
        ("2026-03-03 16:00", time(16, 30), "2026-03-03 17:30"),
        ("2026-03-03 12:40", time(13), "2026-03-03 17:30"),  # accepted in time, at lunch
        ("2026-03-03 18:00", time(15), "2026-03-04 17:30"),  # one day later, not two
        ("2026-03-07 16:00", time(15), "2026-03-09 17:30"),  # Saturday afternoon is before Monday 15:00
        ("2026-09-11 15:01", time(15), "2026-09-12 11:30"),  # the shift is the next working day
        ("2026-09-12 11:00", time(15), "2026-09-12 11:30"),
    ],
)
def test_r3_the_cut_off_is_strict_and_holds_the_moment_of_acceptance(
    accepted: str, cutoff: time | None, due: str
) -> None:
    assert due_at(an_office(MORNING_SHIFT), at(accepted), same_day(cutoff)) == at(due)


def test_r3_the_term_starts_on_the_day_it_is_due() -> None:
    assert term_start(an_office(), at("2026-03-03 15:01"), same_day()) == at("2026-03-04 07:30")


def test_a_cut_off_says_nothing_to_other_units() -> None:
    term = Term(Decimal(1), Unit.WORKING_DAY, time(15))
    assert due_at(an_office(), at("2026-03-03 16:00"), term) == at("2026-03-04 17:30")


def test_r4_days_count_from_the_effective_start() -> None:
    assert due_at(an_office(), at("2026-03-07 10:00"), calendar_days(2)) == at("2026-03-11 17:30")


def test_r4_is_not_additive_as_the_end_rolls_forward() -> None:
    """5 + 5 days from a Monday: Saturday rolls to Monday first, so two terms end later than one of 10."""
    office, monday = an_office(), at("2026-03-02 09:00")
    in_one = due_at(office, monday, calendar_days(10))
    in_two = due_at(office, due_at(office, monday, calendar_days(5)), calendar_days(5))
    assert (in_one, in_two) == (at("2026-03-12 17:30"), at("2026-03-16 17:30"))


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-12-31 09:00", 2, "2027-03-01 17:30"),  # 28/02/2027 is a Sunday
        ("2028-01-31 09:00", 1, "2028-02-29 17:30"),  # leap year
        ("2028-02-29 09:00", 12, "2029-02-28 17:30"),
        ("2026-11-16 09:00", 1, "2026-12-16 17:30"),
        ("2026-11-16 09:00", 14, "2028-01-17 17:30"),  # Sunday rolls
        ("2026-03-02 09:00", 0, "2026-03-02 17:30"),
    ],
)
def test_r5_months_keep_the_day_number_or_take_the_last_day(start: str, count: int, due: str) -> None:
    assert due_at(an_office(), at(start), months(count)) == at(due)


def test_r6_a_pause_moves_a_month_by_its_calendar_days_before_the_roll() -> None:
    stop = a_stop("2026-03-18 10:00", "2026-03-20 10:00")
    assert due_at(an_office(), at("2026-03-16 09:00"), months(1), [stop]) == at("2026-04-20 17:30")


def test_r6_a_pause_of_a_same_day_term_moves_it_by_working_days_as_r1() -> None:
    office, start = an_office(), at("2026-03-06 09:00")
    within = a_stop("2026-03-06 10:00", "2026-03-06 14:00")
    over_the_weekend = a_stop("2026-03-06 10:00", "2026-03-09 09:00")
    assert due_at(office, start, same_day(), [within]) == at("2026-03-06 17:30")
    assert due_at(office, start, same_day(), [over_the_weekend]) == at("2026-03-09 17:30")


def test_r6_the_stop_moment_keeps_its_saturday_and_the_resume_moment_does_not() -> None:
    office, start = an_office(), at("2026-03-05 09:00")
    stop = a_stop("2026-03-07 10:00", "2026-03-08 10:00")  # Saturday to Sunday: resumes Monday
    assert due_at(office, start, working_days(3), [stop]) == at("2026-03-11 17:30")
    assert due_at(office, start, calendar_days(5), [stop]) == at("2026-03-12 17:30")
    assert due_at(office, start, working_hours(24), [stop]) == due_at(office, start, working_hours(24))


def test_r6_a_make_up_day_and_a_shift_count_as_stopped_working_days() -> None:
    office = an_office("WORK:2026-08-22|HALF:2026-08-29@07:30-11:30")
    stop = a_stop("2026-08-21 10:00", "2026-08-31 10:00")
    # 22, 24-28, 29, 31: eight working days on top of one; the ninth after 21/8 is 1/9
    assert due_at(office, at("2026-08-21 09:00"), working_days(1), [stop]) == at("2026-09-01 17:30")


@pytest.mark.parametrize(
    "term", [working_days(10), working_hours(80), calendar_days(15), months(1), same_day()]
)
@pytest.mark.parametrize("policy", ClockPolicy)
def test_stops_that_overlap_or_repeat_count_their_time_once(term: Term, policy: ClockPolicy) -> None:
    office, start = an_office(TET), at("2026-02-09 09:00")
    one = a_stop("2026-02-11 10:00", "2026-02-25 09:00")
    pieces = [
        a_stop("2026-02-12 08:00", "2026-02-25 09:00"),
        a_stop("2026-02-11 10:00", "2026-02-13 16:00"),
        a_stop("2026-02-11 10:00", "2026-02-13 16:00"),
    ]
    assert due_at(office, start, term, pieces, policy) == due_at(office, start, term, [one], policy)


def test_r6_a_stop_begun_before_the_last_one_took_effect_again_counts_no_day_twice() -> None:
    """Resumed on Saturday (so from Monday) and stopped on Sunday: Monday is one day, not two."""
    office, start = an_office(), at("2026-03-02 09:00")
    stops = [a_stop("2026-03-05 10:00", "2026-03-07 20:00"), a_stop("2026-03-08 10:00", "2026-03-10 09:00")]
    one = a_stop("2026-03-05 10:00", "2026-03-10 09:00")
    for term in (working_days(10), calendar_days(15)):
        assert due_at(office, start, term, stops) == due_at(office, start, term, [one])


@pytest.mark.parametrize("policy", ClockPolicy)
@pytest.mark.parametrize("term", [working_days(10), working_hours(80), calendar_days(15)])
def test_what_was_stopped_before_the_start_counts_nothing(term: Term, policy: ClockPolicy) -> None:
    office, start = an_office(), at("2026-03-04 09:00")
    earlier = a_stop("2026-02-02 09:00", "2026-02-05 09:00")
    until_the_start = a_stop("2026-02-23 09:00", "2026-03-04 09:00")
    assert due_at(office, start, term, [earlier, until_the_start], policy) == due_at(office, start, term)


def test_r6_a_stop_that_began_before_the_start_counts_from_the_start() -> None:
    office, start = an_office(), at("2026-03-04 09:00")
    astride, within = (
        a_stop(begins, "2026-03-06 09:00") for begins in ("2026-02-23 09:00", "2026-03-04 09:00")
    )
    for term in (working_days(10), working_hours(80), calendar_days(15)):
        assert due_at(office, start, term, [astride]) == due_at(office, start, term, [within])


def test_a_stop_after_the_due_moment_keeps_a_late_dossier_as_late_as_it_was() -> None:
    office, start = an_office(), at("2026-03-03 07:30")
    stop = a_stop("2026-03-03 14:00", "2026-03-04 14:00")
    due = due_at(office, start, working_hours(2), [stop])
    done = at("2026-03-04 15:00")
    late_without_the_stop = working_minutes(office, at("2026-03-03 09:30"), at("2026-03-03 14:00")) + 60
    assert working_minutes(office, due, done) == late_without_the_stop


@pytest.mark.parametrize("policy", ClockPolicy)
def test_while_a_stop_lasts_there_is_no_due_moment(policy: ClockPolicy) -> None:
    stops = [a_stop("2026-03-03 10:00", "2026-03-04 10:00"), a_stop("2026-03-05 10:00")]
    with pytest.raises(ClockStopped, match="2026-03-05T10:00:00"):
        due_at(an_office(), at("2026-03-02 09:00"), working_days(5), stops, policy)


def test_a_resume_before_its_stop_is_refused() -> None:
    with pytest.raises(ValueError, match="before it stopped"):
        a_stop("2026-03-05 10:00", "2026-03-05 09:59")


@pytest.mark.parametrize("term", [working_days(3), working_hours(5), calendar_days(5), months(1), same_day()])
def test_r7_the_last_resume_begins_the_whole_term_anew(term: Term) -> None:
    office, start = an_office(), at("2026-03-02 09:00")
    stops = [a_stop("2026-03-10 09:00", "2026-03-13 15:30"), a_stop("2026-03-03 10:00", "2026-03-04 10:00")]
    due = due_at(office, start, term, stops, ClockPolicy.RESTART)
    assert due == due_at(office, at("2026-03-13 15:30"), term)


def test_r7_a_resume_at_night_begins_with_the_next_opening() -> None:
    stop = a_stop("2026-03-05 10:00", "2026-03-07 20:00")
    due = due_at(an_office(), at("2026-03-02 09:00"), working_hours(4), [stop], ClockPolicy.RESTART)
    assert due == at("2026-03-09 11:30")


@pytest.mark.parametrize("unit", [Unit.CALENDAR_DAY, Unit.MONTH, Unit.SAME_DAY])
def test_a_fraction_is_refused_where_the_law_knows_none(unit: Unit) -> None:
    with pytest.raises(ValueError, match="whole numbers only"):
        Term(Decimal("0.5"), unit)


@pytest.mark.parametrize("value", ["-1", "-0.5", "100001", "NaN", "sNaN", "Infinity"])
def test_a_length_that_is_no_length_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="number from 0 to"):
        working_days(value)


def test_a_float_and_a_numbered_same_day_are_refused() -> None:
    with pytest.raises(TypeError, match="not float"):
        Term(0.1, Unit.WORKING_HOUR)
    with pytest.raises(ValueError, match="takes no number"):
        Term(Decimal(1), Unit.SAME_DAY)


def test_a_term_past_all_years_is_not_loaded_rather_than_a_crash() -> None:
    for term in (months(99_000), working_hours(100_000), calendar_days(100_000)):
        with pytest.raises(CalendarNotLoaded):
            due_at(an_office(), at("9990-01-04 09:00"), term)


def test_the_apology_is_a_working_day_before_the_due_date_shift_or_not() -> None:
    office = an_office(MORNING_SHIFT + "|" + TET)
    assert apology_latest(office, at("2026-09-14 17:30")) == at("2026-09-12 11:30")
    assert apology_latest(office, at("2026-02-23 17:30")) == at("2026-02-13 17:30")


@pytest.mark.parametrize("term", [working_hours(40), working_days("1.5"), same_day(), working_days(0)])
def test_no_apology_day_for_terms_shorter_than_a_day_before(term: Term) -> None:
    office = an_office()
    assert apology_for_term(office, due_at(office, at("2026-03-02 09:00"), term), term) is None


def test_whole_day_terms_have_an_apology_day() -> None:
    assert apology_for_term(an_office(), at("2026-03-09 17:30"), months(1)) == at("2026-03-06 17:30")


def test_working_days_are_added_and_taken_away_at_the_same_time_of_day() -> None:
    office = an_office(MORNING_SHIFT)
    assert add_working_days(office, at("2026-09-11 10:00"), 2) == at("2026-09-14 10:00")
    assert add_working_days(office, at("2026-09-14 17:30"), -1) == at("2026-09-12 11:30")
    assert add_working_days(office, at("2026-09-13 10:00"), 0) == at("2026-09-14 07:30")


def test_minutes_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forward only"):
        add_working_minutes(an_office(), at("2026-03-02 09:00"), -1)
    with pytest.raises(ValueError, match="is before"):
        working_minutes(an_office(), at("2026-03-02 09:01"), at("2026-03-02 09:00"))
