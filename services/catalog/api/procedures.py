"""Procedures as the public reads them."""

from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query, Response

from kernel.web.deps import Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from kernel.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.models import Procedure, ProcedurePage
from services.catalog.domain.errors import NoSuchProcedure
from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.use_cases.ports import Search
from services.catalog.use_cases.search_procedures import search_procedures

router = APIRouter(prefix="/v1", route_class=EdgeRoute, tags=["procedures"])

Word = Annotated[str, Query(max_length=100)]


def json_answer(data: Any, etag: str, if_none_match: str) -> Response:
    """Answer a record with its entity tag, or 304 when the caller has it already."""
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    seen = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if etag in seen or "*" in seen:
        return Response(status_code=304, headers=headers)
    return Response(orjson.dumps(data), media_type="application/json", headers=headers)


@router.get("/procedures", openapi_extra=PUBLIC, response_model=ProcedurePage, responses=problems(422))
async def list_procedures(
    work: Work,
    now: Now,
    q: Annotated[
        str, Query(max_length=500, description="Câu hỏi, có dấu hoặc không; hoặc phần đầu của mã")
    ] = "",
    sector: Word = "",
    agency: Word = "",
    level: Word = "",
    online_level: Word = "",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Response:
    """Tìm thủ tục đang có hiệu lực, đúng nhất trước, kèm số lượng theo từng bộ lọc."""
    last = decode_cursor(cursor, float, str)
    search = Search(
        text=q,
        sector=sector,
        agency=agency,
        level=level,
        online_level=online_level,
        limit=limit,
        after=(last[0], last[1]) if last else None,
    )
    found = dict(await search_procedures(search, work=work, today=now.date()))
    items = found["items"]
    following = (
        encode_cursor(float(items[limit - 1]["score"]), items[limit - 1]["code"])
        if len(items) > limit
        else None
    )
    answer = {**found, "items": items[:limit], "next_cursor": following}
    return Response(orjson.dumps(answer), media_type="application/json")


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
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Đọc một thủ tục theo mã quốc gia hoặc mã địa phương hóa, ở phiên bản có hiệu lực ngày đó."""
    national = national_code(code)
    publisher = agency_code(agency) or agency
    found = await work.views.procedure(national, on or now.date(), publisher) if national else None
    if found is None:
        raise NoSuchProcedure
    return json_answer(found, f'"{found["version"]}"', if_none_match)
