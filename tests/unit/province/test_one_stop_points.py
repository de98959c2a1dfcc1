"""The sample province has one-stop points, so that the front desk can be tried in a running system."""

from typing import Any

import pytest

from province.read import read, read_points
from services.catalog.api.place_models import PointBody

DOCUMENT = read()
AGENCIES = {one["code"]: one for one in DOCUMENT["agencies"]}


@pytest.mark.parametrize("point", read_points(), ids=lambda point: point["code"])
def test_a_point_is_one_the_catalogue_takes(point: dict[str, Any]) -> None:
    """Of an agency that works, with a calendar there is, and a manager who keeps its counters."""
    body = PointBody.model_validate({name: value for name, value in point.items() if name != "code"})
    agency = AGENCIES[body.agency]
    assert agency["valid_to"] is None
    assert {*body.coverage.agencies} <= {*AGENCIES}
    assert body.calendar in {one["code"] for one in DOCUMENT["calendars"]}
    managers = [one for one in DOCUMENT["staff"] if "ONE_STOP_MANAGER" in one["roles"]]
    assert body.agency in {one["agency"] for one in managers}


def test_the_centre_and_every_commune_have_one() -> None:
    """Each point once."""
    points = read_points()
    communes = {
        one["code"] for one in AGENCIES.values() if one["level"] == "COMMUNE" and one["valid_to"] is None
    }
    assert {one["agency"] for one in points} == communes | {"H99.02"}
    assert len({one["code"] for one in points}) == len(points)
