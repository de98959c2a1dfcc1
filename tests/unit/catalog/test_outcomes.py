"""The working time of ended dossiers: what the clock stood is not counted."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from kernel.core.clock import VIETNAM
from services.catalog.domain.outcomes import DAY_MINUTES, Ended, worked_minutes
from worktime.calendar import OfficeHours, WorkCalendar

CALENDAR = WorkCalendar(
    OfficeHours.parse("07:30-11:30;13:30-17:30"), (), (date(2026, 1, 1), date(2026, 12, 31))
)


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=VIETNAM)


def a_dossier(**more: Any) -> Ended:
    """Return one accepted on Tuesday morning and ended on Thursday noon."""
    given: dict[str, Any] = {
        "accepted_at": moment(3, 7, 30),
        "ended_at": moment(5, 11, 30),
        "original_due_at": moment(10, 17, 30),
        "due_at": moment(10, 17, 30),
        **more,
    }
    return Ended(dossier_id=UUID(int=1), sequence=5, procedure="1.004873", agency="H99.201", **given)


def test_two_days_and_a_half_are_counted_in_office_minutes() -> None:
    assert worked_minutes(a_dossier(), CALENDAR) == 2.5 * DAY_MINUTES


def test_a_weekend_counts_nothing() -> None:
    friday_to_monday = a_dossier(accepted_at=moment(6, 16, 30), ended_at=moment(9, 8, 30))
    assert worked_minutes(friday_to_monday, CALENDAR) == 120


def test_what_a_stop_took_is_left_out() -> None:
    stopped = a_dossier(ended_at=moment(12, 11, 30), due_at=moment(16, 17, 30))
    assert worked_minutes(stopped, CALENDAR) == (7.5 - 4) * DAY_MINUTES


@pytest.mark.parametrize(
    ("missing", "calendar"),
    [
        ({"accepted_at": None}, CALENDAR),
        ({}, None),
        ({"is_reappointed": True}, CALENDAR),
        ({"is_correction": True}, CALENDAR),
        ({"accepted_at": datetime(2025, 12, 30, 8, tzinfo=VIETNAM)}, CALENDAR),
    ],
    ids=["never accepted", "no calendar", "an extension was granted", "a correction", "a year not loaded"],
)
def test_what_cannot_be_told_is_not_told(missing: dict[str, Any], calendar: WorkCalendar | None) -> None:
    assert worked_minutes(a_dossier(**missing), calendar) is None
