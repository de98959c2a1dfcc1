"""Sectors, calendars and interlinked groups."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response

from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.models import Calendar, InterlinkedGroup, Sector
from services.catalog.api.procedures import json_answer
from services.catalog.api.readers.cacheable import CacheableRoute, public_json
from services.catalog.domain.errors import NoSuchEntry
from services.catalog.domain.items import ItemKind

router = APIRouter(prefix="/v1", route_class=CacheableRoute, tags=["registers"])

Code = Annotated[str, Path(max_length=100)]
Seen = Annotated[str, Header(alias="If-None-Match")]
_ONE: dict[int | str, dict[str, Any]] = {**problems(404, 422), 304: {"description": "Chưa thay đổi"}}


async def _page(work: Work, kind: ItemKind, limit: int, cursor: str) -> Response:
    last = decode_cursor(cursor, str)
    found = await work.views.entries(kind, last[0] if last else "", limit + 1)
    following = encode_cursor(found[limit - 1]["code"]) if len(found) > limit else None
    return public_json({"items": list(found[:limit]), "next_cursor": following})


async def _one(work: Work, kind: ItemKind, code: str, seen: str) -> Response:
    found = await work.views.entry(kind, code) if code else None
    if found is None:
        raise NoSuchEntry
    return json_answer(found, f'"{found["version"]}"', seen)


@router.get("/sectors", openapi_extra=PUBLIC, response_model=Page[Sector], responses=problems(422))
async def list_sectors(work: Work, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """Danh sách lĩnh vực."""
    return await _page(work, ItemKind.SECTOR, limit, cursor)


@router.get("/calendars/{code}/{year}", openapi_extra=PUBLIC, response_model=Calendar, responses=_ONE)
async def get_calendar(
    code: Code, year: Annotated[int, Path(ge=2000, le=2100)], work: Work, seen: Seen = ""
) -> Response:
    """Lịch làm việc một năm: giờ hành chính và những ngày khác thường."""
    return await _one(work, ItemKind.CALENDAR, f"{code}:{year}", seen)


@router.get(
    "/interlinked-groups",
    openapi_extra=PUBLIC,
    response_model=Page[InterlinkedGroup],
    responses=problems(422),
)
async def list_interlinked_groups(work: Work, limit: Limit = 100, cursor: Cursor = "") -> Response:
    """Các nhóm thủ tục liên thông."""
    return await _page(work, ItemKind.INTERLINKED_GROUP, limit, cursor)
