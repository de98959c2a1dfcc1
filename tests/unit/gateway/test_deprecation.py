"""Addresses that go, and how long they stay."""

from datetime import date, datetime

import pytest

from kernel.core.clock import VIETNAM
from services.gateway.domain.deprecation import AddressRetired, deprecation_headers, refuse_retired
from services.gateway.domain.policy import ANYBODY
from services.gateway.domain.routes import ROUTES, Route
from services.gateway.domain.routes.row import LEAST_MONTHS, months_between

OLD = Route(
    "GET",
    "/api/v1/procedures",
    "catalog",
    ANYBODY,
    deprecated_on=date(2026, 1, 1),
    sunset_on=date(2026, 7, 1),
    successor="/api/v2/procedures",
)


def test_every_answer_of_a_deprecated_address_says_since_when_until_when_and_what_instead():
    assert deprecation_headers(OLD) == [
        (b"deprecation", b"@1767200400"),
        (b"sunset", b"Tue, 30 Jun 2026 17:00:00 GMT"),
        (b"link", b'</api/v2/procedures>; rel="successor-version"'),
    ]
    assert deprecation_headers(Route("GET", "/api/v1/procedures", "catalog", ANYBODY)) == []


def test_it_answers_until_its_last_day_and_never_after():
    refuse_retired(OLD, datetime(2026, 6, 30, 23, 59, tzinfo=VIETNAM))
    with pytest.raises(AddressRetired) as refused:
        refuse_retired(OLD, datetime(2026, 7, 1, tzinfo=VIETNAM))
    assert refused.value.extra == {"successor": "/api/v2/procedures"}


def test_no_route_of_the_table_goes_faster_than_the_policy_says():
    for route in ROUTES:
        assert (route.sunset_on is None) or route.deprecated_on is not None
        if route.deprecated_on and route.sunset_on:
            assert months_between(route.deprecated_on, route.sunset_on) >= LEAST_MONTHS, route.path


@pytest.mark.parametrize(
    ("sunset", "is_refused"),
    [(date(2026, 6, 30), True), (date(2026, 7, 1), False), (date(2027, 1, 1), False)],
)
def test_a_row_that_goes_too_fast_is_refused_where_it_is_written(sunset, is_refused):
    def write() -> Route:
        return Route("GET", "/x", "catalog", ANYBODY, deprecated_on=date(2026, 1, 1), sunset_on=sunset)

    if is_refused:
        with pytest.raises(ValueError, match="6 months"):
            write()
    else:
        assert write().sunset_on == sunset
