"""Procedures as the public reads them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response

from kernel.web.deps import Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from services.catalog.api.deps import Work
from services.catalog.api.models import Procedure
from services.catalog.api.readers.cacheable import CacheableRoute, last_modified, public_json
from services.catalog.domain.errors import NoSuchProcedure
from services.catalog.domain.identifiers import agency_code, national_code

router = APIRouter(prefix="/v1", route_class=CacheableRoute, tags=["procedures"])


def json_answer(data: Mapping[str, Any], etag: str, if_none_match: str) -> Response:
    """Answer a record with its entity tag, or 304 when the caller has it already."""
    headers = {"ETag": etag, "Cache-Control": "no-cache", **last_modified(data.get("changed_at"))}
    seen = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if etag in seen or "*" in seen:
        return Response(status_code=304, headers=headers)
    told = {name: value for name, value in data.items() if name != "changed_at"}
    return Response(orjson.dumps(told), media_type="application/json", headers=headers)


@router.get(
    "/procedures/{code}",
    openapi_extra=PUBLIC,
    response_model=Procedure,
    responses={**problems(404, 422), 304: {"description": "Chưa thay đổi"}},
)
async def get_procedure(
    code: str,
    work: Work,
    now: Now,
    on: Annotated[date | None, Query(description="Ngày áp dụng; để trống là hôm nay")] = None,
    agency: Annotated[str, Query(max_length=35, description="Cơ quan công bố; để trống là bất kỳ")] = "",
) -> Response:
    """Đọc một thủ tục theo mã quốc gia hoặc mã địa phương hóa, ở phiên bản có hiệu lực ngày đó."""
    national = national_code(code)
    publisher = agency_code(agency) or agency
    found = await work.views.procedure(national, on or now.date(), publisher) if national else None
    if found is None:
        raise NoSuchProcedure
    asked = found.get("identification_level") or work.house.identification_level
    return public_json({**found, "identification_level": asked})
