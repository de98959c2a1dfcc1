"""Buckets, room and breaker: arithmetic on a clock the test holds."""

import pytest

from services.gateway.domain.limits import (
    Breaker,
    Buckets,
    Overloaded,
    Room,
    Streams,
    TooManyRequests,
)
from services.gateway.domain.pace import pace_class
from services.gateway.domain.routes import Priority


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    buckets = Buckets(2, 3)
    for _ in range(3):
        buckets.take("an", 0)
    with pytest.raises(TooManyRequests) as refused:
        buckets.take("an", 0.1)
    assert refused.value.retry_after == 1
    buckets.take("an", 0.5)
    buckets.take("binh", 0.5)


def test_a_bucket_tells_how_long_to_wait() -> None:
    buckets = Buckets(0.1, 1)
    buckets.take("an", 0)
    with pytest.raises(TooManyRequests) as refused:
        buckets.take("an", 2)
    assert refused.value.retry_after == 8


def test_refused_requests_do_not_lengthen_the_wait() -> None:
    buckets = Buckets(1, 1)
    buckets.take("an", 0)
    for tenth in range(1, 10):
        with pytest.raises(TooManyRequests):
            buckets.take("an", tenth / 10)
    buckets.take("an", 1.0001)


def test_the_longest_unused_buckets_are_forgotten() -> None:
    buckets = Buckets(0.001, 1, most=2)
    for who in ("a", "b", "c"):
        buckets.take(who, 0)
    buckets.take("a", 0)
    with pytest.raises(TooManyRequests):
        buckets.take("c", 0)


def test_vital_work_finds_room_where_heavy_work_does_not() -> None:
    room = Room(10)
    for _ in range(5):
        room.enter(Priority.HEAVY)
    with pytest.raises(Overloaded):
        room.enter(Priority.HEAVY)
    for _ in range(3):
        room.enter(Priority.NORMAL)
    with pytest.raises(Overloaded):
        room.enter(Priority.NORMAL)
    room.enter(Priority.VITAL)
    room.enter(Priority.VITAL)
    with pytest.raises(Overloaded):
        room.enter(Priority.VITAL)
    room.leave()
    room.enter(Priority.VITAL)


def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_probe_through() -> None:
    breaker = Breaker(threshold=3, open_seconds=2)
    breaker.failed(0)
    breaker.failed(0)
    breaker.succeeded()
    for _ in range(3):
        assert not breaker.is_open(0)
        breaker.failed(0)
    assert breaker.is_open(1)
    assert not breaker.is_open(2), "the probe"
    assert breaker.is_open(2.1), "the others wait for the probe"
    breaker.succeeded()
    assert not breaker.is_open(2.2)


def test_asking_to_follow_is_slow_and_leaving_is_not() -> None:
    """Nobody fills other people's mailboxes through us; a mail provider ends many subscriptions at once."""
    assert {pace_class(path, None) for path in ("/api/v1/subscriptions", "/theo-doi")} == {"mail"}
    leaving = ("/api/v1/subscriptions/ending", "/theo-doi/ngung/AAAA", "/theo-doi/xac-nhan/AAAA")
    assert {pace_class(path, None) for path in leaving} == {"public"}


def test_streams_are_bounded_in_all_and_of_one_address() -> None:
    streams = Streams(3, 2)
    with streams.held("hall"), streams.held("hall"):
        with pytest.raises(TooManyRequests), streams.held("hall"):
            pass
        with streams.held("other"), pytest.raises(Overloaded), streams.held("third"):
            pass
        assert streams.count == 2
    assert streams.count == 0
