"""A development stack begins on a working Tuesday at 08:00 and never goes back in time."""

from datetime import datetime, timedelta

import pytest

from kernel.core.clock import VIETNAM
from stack.moment import SeenMoments, start_instant
from worktime.calendar import WorkCalendar

CALENDAR = WorkCalendar.parse("07:30-11:30;13:30-17:30", "OFF:2026-11-24|OFF:2026-02-17")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("real", "start"),
    [
        ("2026-11-22T23:50", "2026-11-17T08:00"),  # a Sunday night
        ("2026-11-25T10:00", "2026-11-17T08:00"),  # the Tuesday before is a holiday
        ("2026-03-03T07:00", "2026-03-03T08:00"),
        ("2026-02-19T12:00", "2026-02-10T08:00"),  # in Tết
    ],
)
def test_a_new_stack_begins_on_the_last_working_tuesday(real, start):
    assert start_instant(at(real), None, CALENDAR) == at(start)


@pytest.mark.parametrize(
    ("seen", "start"),
    [
        ("2026-03-03T09:00:00", "2026-03-03T09:00:05"),
        ("2026-03-03T18:00:00", "2026-03-04T07:30:00"),
        ("2026-03-06T20:00:00", "2026-03-09T07:30:00"),
        ("2026-02-01T09:00:00", "2026-03-03T08:00:00"),
    ],
)
def test_a_stack_started_again_goes_on_from_what_it_has_seen(seen, start):
    assert start_instant(at("2026-03-03T12:00"), at(seen), CALENDAR) == at(start)


def test_what_was_seen_is_kept(tmp_path):
    seen = SeenMoments(tmp_path)
    assert seen.last() is None
    seen.note(at("2026-03-03T09:00"))
    assert SeenMoments(tmp_path).last() == at("2026-03-03T09:00")
    assert seen.last() + timedelta(0) == at("2026-03-03T09:00")
