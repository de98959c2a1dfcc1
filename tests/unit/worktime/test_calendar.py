"""What is a working day, at which hours, and where knowledge ends."""

from datetime import date, time
from itertools import pairwise

import pytest

from tests.unit.worktime.office import USUAL, an_office, at, working_days
from worktime.calendar import CalendarNotLoaded, DayException, OfficeHours, Season, Session, WorkCalendar
from worktime.deadline import apology_latest, due_at, working_minutes

OF_2026 = (date(2026, 1, 1), date(2026, 12, 31))
HOLIDAYS_2026 = "|".join(
    ["OFF:2026-01-01", "OFF:2026-01-02", "WORK:2026-01-10"]
    + [f"OFF:2026-02-{day}" for day in range(16, 21)]
    + ["OFF:2026-04-27", "OFF:2026-04-30", "OFF:2026-05-01", "OFF:2026-08-31", "WORK:2026-08-22"]
    + ["OFF:2026-09-01", "OFF:2026-09-02", "OFF:2026-11-24"]
)


def test_the_months_of_2026_have_the_working_days_of_the_domain_table() -> None:
    office = an_office(HOLIDAYS_2026)
    firsts = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]
    # (last day of the month before, last day of the month]
    before = [date.fromordinal(first.toordinal() - 1) for first in firsts]
    counts = [office.working_days(a, b) for a, b in pairwise(before)]
    assert counts == [21, 15, 22, 20, 20, 22, 23, 21, 20, 22, 20, 23]


@pytest.mark.parametrize("text", ["WORK:2026-08-22|OFF:2026-08-22", "OFF:2026-08-22|WORK:2026-08-22"])
def test_a_make_up_day_wins_over_a_day_off_in_either_order(text: str) -> None:
    assert an_office(text).is_working_day(date(2026, 8, 22))


@pytest.mark.parametrize(
    "kinds",
    [("HALF", "OFF", "WORK"), ("OFF", "HALF", "WORK"), ("WORK", "OFF", "HALF"), ("WORK", "HALF", "OFF")],
)
def test_a_shift_with_its_own_hours_wins_over_all_in_any_order(kinds: tuple[str, ...]) -> None:
    text = "|".join(f"{k}:2026-09-12" + ("@07:30-11:30" if k == "HALF" else "") for k in kinds)
    assert str(an_office(text).hours_on(date(2026, 9, 12))) == "07:30-11:30"


def test_exceptions_are_read_with_spaces_lower_case_and_two_sessions() -> None:
    office = an_office(" half: 2026-09-12 @ 13:30-15:00 ; 7:30 – 11:30 | off:2026-09-14 |")
    assert str(office.hours_on(date(2026, 9, 12))) == "07:30-11:30;13:30-15:00"
    assert office.hours_on(date(2026, 9, 14)) is None


def test_exceptions_are_written_as_they_are_read() -> None:
    text = "OFF:2026-02-16|WORK:2026-08-22|HALF:2026-09-12@07:30-11:30;13:30-15:00"
    assert "|".join(str(exception) for exception in an_office(text).exceptions) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("CLOSED:2026-02-16", "CLOSED"),
        ("OFF", "OFF"),
        ("OFF:2026-02-30", "2026-02-30"),
        ("HALF:2026-09-12", "needs its own sessions"),
        ("HALF:2026-09-12@", "at least one session"),
        ("OFF:2026-09-12@07:30-11:30", "has no hours"),
        ("HALF:2026-09-12@11:30-07:30", "opens before it closes"),
        ("HALF:2026-09-12@07:30-11:30|HALF:2026-09-12@13:30-17:30", "two sets of hours"),
    ],
)
def test_an_exception_that_makes_no_sense_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        an_office(text)


@pytest.mark.parametrize(
    "text", ["", "  ;", "07:30", "07:30-11:30-13:30", "7h30-11h30", "25:00-26:00", "07:30-12:00;11:00-17:00"]
)
def test_office_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"session|time of day"):
        OfficeHours.parse(text)


def test_office_hours_are_kept_in_their_order_whatever_order_they_come_in() -> None:
    assert str(OfficeHours.parse("13:30-17:30; 07:30-11:30")) == USUAL
    assert OfficeHours.parse(USUAL) == OfficeHours(
        [Session(time(13, 30), time(17, 30)), Session(time(7, 30), time(11, 30))]
    )


def test_a_due_date_past_the_loaded_year_is_not_guessed() -> None:
    office = an_office(HOLIDAYS_2026, covers=OF_2026)
    assert due_at(office, at("2026-12-30 09:00"), working_days(1)) == at("2026-12-31 17:30")
    with pytest.raises(CalendarNotLoaded, match="2026-12-31"):
        due_at(office, at("2026-12-30 09:00"), working_days(2))


def test_no_question_before_the_loaded_days_is_answered() -> None:
    office = an_office(HOLIDAYS_2026, covers=OF_2026)
    with pytest.raises(CalendarNotLoaded):
        due_at(office, at("2025-12-31 09:00"), working_days(1))
    with pytest.raises(CalendarNotLoaded):
        apology_latest(office, at("2026-01-05 17:30"))
    with pytest.raises(CalendarNotLoaded):
        working_minutes(office, at("2025-12-31 09:00"), at("2026-01-05 17:30"))


def test_a_calendar_loaded_from_the_middle_of_a_year_knows_nothing_before() -> None:
    office = an_office(covers=(date(2026, 3, 2), date(2027, 3, 5)))
    assert due_at(office, at("2026-03-02 09:00"), working_days(5)) == at("2026-03-09 17:30")
    with pytest.raises(CalendarNotLoaded):
        office.is_working_day(date(2026, 2, 27))
    with pytest.raises(CalendarNotLoaded):
        due_at(office, at("2027-03-05 09:00"), working_days(1))


def test_nothing_is_counted_through_a_year_missing_between_loaded_ones() -> None:
    starts = [(date(year, 1, 1), OfficeHours.parse(USUAL)) for year in (2026, 2028)]
    office = WorkCalendar.of_years((2028, 2026), starts)
    assert due_at(office, at("2026-12-29 09:00"), working_days(2)) == at("2026-12-31 17:30")
    assert due_at(office, at("2028-01-03 09:00"), working_days(1)) == at("2028-01-04 17:30")
    with pytest.raises(CalendarNotLoaded, match="2027"):
        due_at(office, at("2026-12-29 09:00"), working_days(3))
    with pytest.raises(CalendarNotLoaded):
        office.working_days(date(2026, 12, 31), date(2028, 1, 3))
    with pytest.raises(CalendarNotLoaded):
        working_minutes(office, at("2026-12-31 09:00"), at("2028-01-03 09:00"))
    with pytest.raises(CalendarNotLoaded):
        office.hours_on(date(2027, 6, 1))


SUMMER, WINTER = OfficeHours.parse("07:00-11:30;13:30-17:00"), OfficeHours.parse("07:30-11:30;13:00-17:00")


def test_the_season_of_the_due_day_decides_its_closing_and_of_the_start_its_opening() -> None:
    office = WorkCalendar.from_seasons(
        [
            Season(date(2026, 10, 15), OfficeHours.parse("08:00-11:30;13:00-17:30")),
            (date(2026, 4, 15), SUMMER),
        ]
    )
    assert due_at(office, at("2026-10-13 06:30"), working_days(1)) == at("2026-10-14 17:00")
    assert due_at(office, at("2026-10-13 06:30"), working_days(2)) == at("2026-10-15 17:30")
    # 30 minutes of summer, 3 h 30 of the winter morning
    assert working_minutes(office, at("2026-10-14 16:30"), at("2026-10-15 12:00")) == 240


def test_days_before_the_first_season_are_not_loaded() -> None:
    office = WorkCalendar.from_seasons([(date(2026, 4, 15), SUMMER), (date(2026, 10, 15), WINTER)])
    with pytest.raises(CalendarNotLoaded):
        office.hours_on(date(2026, 4, 14))


def test_a_make_up_day_has_the_hours_of_its_season_unless_it_names_its_own() -> None:
    exceptions = [DayException.parse("WORK:2026-08-22"), DayException.parse("WORK:2026-08-29@08:00-10:00")]
    office = WorkCalendar.from_seasons([(date(2026, 4, 15), SUMMER)], exceptions)
    assert office.hours_on(date(2026, 8, 22)) == SUMMER
    assert str(office.hours_on(date(2026, 8, 29))) == "08:00-10:00"


def test_two_seasons_on_one_day_and_no_season_are_refused() -> None:
    with pytest.raises(ValueError, match="same day"):
        WorkCalendar.from_seasons([(date(2026, 4, 15), SUMMER), (date(2026, 4, 15), WINTER)])
    with pytest.raises(ValueError, match="needs office hours"):
        WorkCalendar.from_seasons([])


def test_covers_in_the_wrong_order_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        an_office(covers=(date(2026, 12, 31), date(2026, 1, 1)))
