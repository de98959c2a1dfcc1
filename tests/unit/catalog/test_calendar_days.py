"""Swaps balance, decisions compose, files keep what was decided, forecasts decide nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.catalog.clients.public_holidays import propose_year
from services.catalog.domain.calendars.composing import carried_over, composed, working_days_by_month
from services.catalog.domain.calendars.faults import faults_of, swap_faults
from services.catalog.domain.calendars.watch import warnings
from services.dossier.domain.definitions import calendar_of as dossier_calendar

USUAL = "07:30-11:30;13:30-17:30"
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def a_year(*days: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"code": "default", "year": 2026, "office_hours": USUAL, "exceptions": list(days), **more}


def a_decision(*days: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"number": "1/QĐ", "reason": "Bão", "days": list(days), "seasons": [], **more}


def a_pair(off: date, work: date) -> list[dict[str, Any]]:
    return [
        {"day": off.isoformat(), "status": "OFF", "swap_with": work.isoformat()},
        {"day": work.isoformat(), "status": "WORK", "swap_with": off.isoformat()},
    ]


@given(pairs=st.lists(st.tuples(DAYS, DAYS), max_size=6))
def test_swaps_that_balance_leave_as_many_days_worked_and_no_other_is_taken(
    pairs: list[tuple[date, date]],
) -> None:
    days = [one for off, work in pairs for one in a_pair(off, work)]
    year = a_year(*{one["day"]: one for one in days}.values())
    assume(len({day for pair in pairs for day in pair}) == 2 * len(pairs))
    balanced = all(off.weekday() < 5 <= work.weekday() for off, work in pairs)
    assert (swap_faults(year["exceptions"]) == []) is balanced
    if balanced:
        assert sum(working_days_by_month(year)) == sum(working_days_by_month(a_year()))


@given(day=DAYS)
def test_a_swap_without_its_partner_is_no_swap(day: date) -> None:
    lonely = a_pair(day, day + timedelta(days=1))[:1]
    assert [fault.code for fault in swap_faults(lonely)] == ["swap-without-pair"]


@given(closed=st.lists(DAYS, unique=True, max_size=8), filed=st.lists(DAYS, unique=True, max_size=8))
def test_a_new_file_keeps_every_closure_decided_since(closed: list[date], filed: list[date]) -> None:
    closures = [{"day": day.isoformat(), "status": "OFF"} for day in closed]
    held = composed(a_year(), [a_decision(one) for one in closures])
    shipped = a_year(*({"day": day.isoformat(), "status": "OFF"} for day in filed))
    after = carried_over(shipped, held)
    assert after is not None
    assert {one["day"] for one in after["exceptions"]} == {day.isoformat() for day in (*closed, *filed)}
    assert carried_over(shipped, after) == after


@given(day=DAYS)
def test_a_reopening_gives_back_what_the_week_makes_of_a_day(day: date) -> None:
    text = day.isoformat()
    decisions = [
        a_decision({"day": text, "status": "OFF"}),
        a_decision({"day": text, "status": "USUAL"}),
    ]
    assert composed(a_year(), decisions)["exceptions"] == []


def test_a_forecast_never_replaces_what_is_announced() -> None:
    announced = a_year(status_of_source="ANNOUNCED")
    forecast = a_year({"day": "2026-05-04", "status": "OFF"}, status_of_source="PROPOSED")
    assert carried_over(forecast, announced) is None
    assert carried_over(announced, forecast) == announced
    assert carried_over(forecast, {}) == forecast


def test_the_forecast_knows_the_law_and_says_what_it_does_not_know() -> None:
    proposed = propose_year(2027)
    days = {one["day"]: one for one in proposed.days}
    assert {"2027-01-01", "2027-04-16", "2027-04-30", "2027-09-02", "2027-11-24"} <= days.keys()
    assert "holidays" in proposed.source
    assert any("06/02/2027" in note for note in proposed.notes)
    record = {"code": "default", "year": 2027, "office_hours": USUAL, "exceptions": list(proposed.days)}
    assert faults_of(record) == []


def test_the_dossier_service_counts_by_the_same_seasons() -> None:
    season = {"valid_from": "2026-04-16", "valid_to": "2026-10-15", "office_hours": "07:00-11:30;14:00-17:30"}
    calendar = dossier_calendar([a_year(seasons=[season])])
    assert calendar is not None
    spoken = {str(calendar.hours_on(date(2026, month, 15))) for month in (6, 7, 9)}
    assert spoken == {"07:00-11:30;14:00-17:30"}
    assert str(calendar.hours_on(date(2026, 4, 15))) == str(calendar.hours_on(date(2026, 10, 16))) == USUAL


@pytest.mark.parametrize(
    ("today", "years"),
    [(date(2026, 9, 30), set()), (date(2026, 10, 1), {2027}), (date(2026, 12, 31), {2027})],
)
def test_next_year_is_asked_for_from_october(today: date, years: set[int]) -> None:
    held = [{"code": "default", "year": 2026, "status_of_source": "ANNOUNCED"}]
    assert {one["year"] for one in warnings(held, {"default": 3}, today)} == years
