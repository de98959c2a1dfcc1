"""Boundaries: sound ones are shown as they are, nothing else is."""

from typing import Any

import pytest

from services.catalog.domain.readers.geometry import boundary_of

RING = [[105.8, 21.0], [105.9, 21.0], [105.9, 21.1], [105.8, 21.0]]


@pytest.mark.parametrize(
    "sound",
    [
        {"type": "Polygon", "coordinates": [RING]},
        {"type": "MultiPolygon", "coordinates": [[RING], [RING, RING]]},
    ],
)
def test_a_sound_boundary_is_kept(sound: dict[str, Any]) -> None:
    assert boundary_of({**sound, "onload": "alert(1)"}) == sound


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "POLYGON((0 0))",
        {"type": "Point", "coordinates": [105, 21]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [RING[:3]]},
        {"type": "Polygon", "coordinates": [RING[:-1]]},
        {"type": "Polygon", "coordinates": [[[21.0, 105.8]] * 4]},
        {"type": "Polygon", "coordinates": [[["105", "21"]] * 4]},
        {"type": "Polygon", "coordinates": [[[True, True]] * 4]},
        {"type": "Polygon", "coordinates": [[[float("nan"), 21.0]] * 4]},
        {"type": "Polygon", "coordinates": [RING * 10_000]},
        {"type": "MultiPolygon", "coordinates": [None]},
    ],
)
def test_what_is_no_boundary_is_not_shown(bad: Any) -> None:
    assert boundary_of(bad) is None
