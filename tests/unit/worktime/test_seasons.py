"""Seasons: other hours from a day to a day, the usual ones around them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worktime.calendar import WorkCalendar
from worktime.office_hours import OfficeHours
from worktime.seasons import Stretch, season_starts

USUAL = OfficeHours.parse("07:30-11:30;13:30-17:30")
SUMMER = OfficeHours.parse("07:00-11:30;14:00-17:30")
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(first=DAYS, last=DAYS, day=DAYS)
def test_a_day_has_the_hours_of_its_season(first: date, last: date, day: date) -> None:
    if last < first:
        first, last = last, first
    starts = season_starts(2026, USUAL, [Stretch(first, last, SUMMER)])
    calendar = WorkCalendar.from_seasons(starts, (), (date(2026, 1, 1), date(2026, 12, 31)))
    expected = SUMMER if first <= day <= last else USUAL
    assert calendar.hours_on(day) == (expected if day.weekday() < 5 else None)


@given(first=DAYS, length=st.integers(0, 60), shift=st.integers(0, 60))
def test_seasons_that_share_a_day_are_refused(first: date, length: int, shift: int) -> None:
    last, second = first + timedelta(days=length), first + timedelta(days=shift)
    ends = second + timedelta(days=3)
    if max(last, ends) > date(2026, 12, 31):
        return
    stretches = [Stretch(first, last, SUMMER), Stretch(second, ends, USUAL)]
    if second <= last:
        with pytest.raises(ValueError, match="share"):
            season_starts(2026, USUAL, stretches)
    else:
        assert season_starts(2026, USUAL, stretches)[0][0] == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [("2025-12-01", "2026-02-01", "lies in it"), ("2026-05-01", "2026-04-01", "ends before")],
)
def test_a_season_lies_in_its_year_and_in_order(first: str, last: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        season_starts(2026, USUAL, [Stretch(date.fromisoformat(first), date.fromisoformat(last), SUMMER)])
