"""Boundaries as GeoJSON has them (RFC 7946): taken as they are given when they are sound, else left out."""

from collections.abc import Mapping
from typing import Any

_MOST_POSITIONS = 20_000
_LEAST_RING = 4
_WEST, _EAST, _SOUTH, _NORTH = 102.0, 118.0, 6.0, 24.0
"""Viet Nam with its islands; a position elsewhere has its members the wrong way round."""


def boundary_of(value: object) -> dict[str, Any] | None:
    """Return a Polygon or MultiPolygon of closed rings in Viet Nam, with nothing else in it, or None."""
    if not isinstance(value, Mapping) or value.get("type") not in {"Polygon", "MultiPolygon"}:
        return None
    coordinates = value.get("coordinates")
    polygons = [coordinates] if value["type"] == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        return None
    if any(not isinstance(polygon, list) or not polygon for polygon in polygons):
        return None
    rings = [ring for polygon in polygons for ring in polygon]
    if not all(_is_ring(ring) for ring in rings) or sum(map(len, rings)) > _MOST_POSITIONS:
        return None
    return {"type": value["type"], "coordinates": coordinates}


def _is_ring(ring: object) -> bool:
    return (
        isinstance(ring, list)
        and len(ring) >= _LEAST_RING
        and all(_is_position(one) for one in ring)
        and ring[0] == ring[-1]
    )


def _is_position(one: object) -> bool:
    if not isinstance(one, list) or len(one) != 2:  # noqa: PLR2004 - longitude and latitude.
        return False
    if any(isinstance(part, bool) or not isinstance(part, int | float) for part in one):
        return False
    return bool(_WEST <= one[0] <= _EAST and _SOUTH <= one[1] <= _NORTH)
