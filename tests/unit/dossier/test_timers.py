"""When people are told of what waits: suspensions past their day, results left, replies not counted yet."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kernel.core.clock import VIETNAM
from kernel.core.ids import new_id
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.holdings import Result
from services.dossier.domain.states import State
from services.dossier.domain.stops import ClockStop, ClockStops
from services.dossier.domain.timers import Timer, timers, watch_next
from services.dossier.domain.work.elsewhere import Elsewhere
from services.dossier.store.limits import read_limits
from tests.unit.dossier.test_states import a_dossier
from tests.unit.dossier.test_stops import CALENDAR

LIMITS = read_limits()
SIGNED = Result(
    name="Giấy xác nhận",
    number="1/XN",
    outcome="GRANTED",
    signed_by="Bà Tâm",
    issued_at=datetime(2026, 3, 3, 10, tzinfo=VIETNAM),
    attachment_ids=(new_id(),),
    is_signed_digitally=True,
)


def at(text: str) -> datetime:
    """Return a moment of Viet Nam."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def suspended(until: str | None, over: str | None = None) -> Dossier:
    """Return a dossier whose clock stands on a ground of law since 3 March."""
    dossier = a_dossier(State.SUSPENDED)
    stop = ClockStop(at("2026-03-03T09:00"), state="SUSPENDED", until=at(until) if until else None)
    stops = ClockStops((stop,))
    dossier.stops = stops.over(at(over)) if over else stops
    return dossier


def ready(issued: str, due: str, **known: object) -> Dossier:
    """Return a dossier whose result waits at the counter."""
    dossier = a_dossier(State.RESULT_READY)
    dossier.ended_at, dossier.due_at = at(issued), at(due)
    dossier.result = replace(SIGNED, is_signed_digitally=False)
    for name, value in known.items():
        setattr(dossier, name, value)
    return dossier


def test_a_suspension_is_told_of_a_day_before_its_last_day_ends_and_once_that_has() -> None:
    ends = at("2026-03-20T23:59:59")
    assert timers(suspended("2026-03-20T00:00"), LIMITS) == [
        Timer("SUSPENSION_NEAR", ends - timedelta(days=1), ends),
        Timer("SUSPENSION_LATE", ends + timedelta(seconds=1), ends),
    ]


def test_a_suspension_nobody_named_an_end_of_is_looked_at_again_after_thirty_days() -> None:
    review = at("2026-04-02T23:59:59")
    assert timers(suspended(None), LIMITS) == [
        Timer("SUSPENSION_NEAR", review - timedelta(days=1), review),
        Timer("SUSPENSION_LATE", review + timedelta(seconds=1), review),
    ]
    assert watch_next(suspended(None), LIMITS, at("2026-03-04T08:00")) == review - timedelta(days=1)


@pytest.mark.parametrize("until", ["2027-03-04T00:00", "2126-03-20T00:00", "2199-12-31T00:00"])
def test_a_suspension_whose_end_is_too_far_is_looked_at_again_after_a_year(until: str) -> None:
    """A year written wrong must not leave it unseen for a century; the last day that counts is itself."""
    ends = at("2027-03-03T23:59:59")
    late = Timer("SUSPENSION_LATE", ends + timedelta(seconds=1), ends)
    assert timers(suspended(until), LIMITS)[-1] == late
    assert timers(suspended("2027-03-03T00:00"), LIMITS)[-1] == late


@pytest.mark.parametrize("until", ["2026-03-20T00:00", None])
def test_a_suspension_that_waits_for_a_year_to_be_decided_only_is_told_of_to_nobody(
    until: str | None,
) -> None:
    dossier = suspended(until, over="2026-03-10T08:00")
    assert timers(dossier, LIMITS) == []
    assert watch_next(dossier, LIMITS, at("2026-03-04T08:00")) is None


@pytest.mark.parametrize(
    ("dossier", "since", "left"),
    [
        (ready("2026-03-03T10:00", "2026-03-02T17:30"), "2026-03-03T10:00", "2026-03-10T07:30"),
        (ready("2026-03-03T10:00", "2026-03-06T17:30"), "2026-03-06T17:30", "2026-03-13T07:30"),
        (
            ready("2026-03-03T10:00", "2026-03-02T17:30", result_delivery="ELECTRONIC"),
            "2026-03-03T10:00",
            "2026-03-10T07:30",
        ),
        (
            ready("2026-03-03T10:00", "2026-03-02T17:30", reappointed_due_at=at("2026-03-09T17:30")),
            "2026-03-09T17:30",
            "2026-03-16T07:30",
        ),
    ],
    ids=[
        "late",
        "before the day it was promised for",
        "on paper, asked for electronically",
        "before the day promised with an apology",
    ],
)
def test_a_result_is_left_after_five_working_days_from_when_it_could_be_fetched(
    dossier: Dossier, since: str, left: str
) -> None:
    assert timers(dossier, LIMITS, CALENDAR) == [Timer("RESULT_LEFT", at(left), at(since))]


def test_a_result_in_a_year_not_decided_is_told_of_all_the_same_and_about_the_same_moment() -> None:
    """Once the year is decided nobody is told of it a second time."""
    dossier = ready("2027-12-30T10:00", "2027-12-30T17:30")
    assert timers(dossier, LIMITS, CALENDAR) == [
        Timer("RESULT_LEFT", at("2028-01-04T00:00"), at("2027-12-30T17:30"))
    ]


@pytest.mark.parametrize(
    "dossier",
    [
        ready("2026-03-03T10:00", "2026-03-02T17:30", result_delivery="POST"),
        ready("2026-03-03T10:00", "2026-03-02T17:30", result_delivery="ELECTRONIC", result=SIGNED),
        ready(
            "2026-03-03T10:00",
            "2026-03-02T17:30",
            elsewhere=Elsewhere("MINISTRY", "BTP", "1", at("2026-03-02T08:00"), "Cơ quan khác xử lý"),
        ),
    ],
    ids=["by post", "electronically", "issued by another system"],
)
def test_nobody_is_reminded_to_fetch_what_does_not_wait_at_our_counter(dossier: Dossier) -> None:
    assert timers(dossier, LIMITS, CALENDAR) == []


def test_what_is_counted_by_the_calendar_is_looked_at_before_it_can_come() -> None:
    """The row carries no calendar: whoever looks has it."""
    dossier = ready("2026-03-03T10:00", "2026-03-02T17:30")
    assert watch_next(dossier, LIMITS, at("2026-03-03T10:00")) == at("2026-03-08T00:00")
    uncounted, now = a_dossier(State.SUBMITTED), at("2026-03-03T10:00")
    assert watch_next(uncounted, LIMITS, now) == now


def test_a_reply_that_could_not_be_counted_is_once_the_year_is_decided() -> None:
    dossier = a_dossier(State.SUBMITTED)
    dossier.submitted_at = at("2026-03-03T10:00")
    assert timers(dossier, LIMITS, None) == []
    due = at("2026-03-04T10:00")
    assert [(one.kind, one.due_at) for one in timers(dossier, LIMITS, CALENDAR)] == [
        ("REPLY_NEAR", due),
        ("REPLY_LATE", due),
    ]
