"""The directory as a map: agencies with dated boundaries, one-stop points with coordinates (RFC 7946)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from kernel.web.deps import Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from services.catalog.api.deps import Work
from services.catalog.api.readers.cacheable import CACHED, CacheableRoute, public_json
from services.catalog.api.readers.models import FeatureCollection
from services.catalog.domain.readers.geometry import boundary_of

router = APIRouter(prefix="/v1/directory", route_class=CacheableRoute, tags=["directory"])

_TOLD = ("what", "code", "name", "agency", "kind", "level", "address", "phone", "valid_from", "valid_to")


class GeoJson(JSONResponse):
    """A body of RFC 7946."""

    media_type = "application/geo+json"


@router.get(
    "",
    openapi_extra=PUBLIC,
    response_model=FeatureCollection,
    response_class=GeoJson,
    responses={**problems(422), **CACHED},
)
async def get_directory(
    work: Work,
    now: Now,
    on: Annotated[date | None, Query(description="Ngày tra cứu; để trống là hôm nay")] = None,
    what: Annotated[str, Query(pattern="^(AGENCY|ONE_STOP_POINT)?$")] = "",
) -> Response:
    """Cơ quan và điểm một cửa hoạt động ngày đó, dạng GeoJSON."""
    found = await work.readers.directory(on or now.date())
    features = [_feature(one) for one in found if not what or one["what"] == what]
    return public_json({"type": "FeatureCollection", "features": features}, GeoJson.media_type)


def _feature(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": one["id"],
        "geometry": boundary_of(one["boundary"]) or _point(one["longitude"], one["latitude"]),
        "properties": {name: one[name] for name in _TOLD},
    }


def _point(longitude: Any, latitude: Any) -> dict[str, Any] | None:
    if not isinstance(longitude, int | float) or not isinstance(latitude, int | float):
        return None
    return {"type": "Point", "coordinates": [longitude, latitude]}
