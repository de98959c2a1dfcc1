"""Information pages: drafted and approved by editors, read by anybody."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from kernel.web.deps import Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.readers.cacheable import CACHED, CacheableRoute, public_json
from services.catalog.api.readers.models import PageAnswer, PageBrief
from services.catalog.api.workflows.drafts import draft_router
from services.catalog.domain.identifiers import national_code
from services.catalog.domain.items import ItemKind
from services.catalog.domain.readers.errors import NoSuchPage

router = APIRouter(prefix="/v1/pages", route_class=CacheableRoute, tags=["pages"])
draft_routes = draft_router(ItemKind.PAGE, "page", "page-drafts")


@router.get("", openapi_extra=PUBLIC, response_model=Page[PageBrief], responses={**problems(422), **CACHED})
async def list_pages(
    work: Work,
    procedure: Annotated[str, Query(max_length=60, description="Chỉ trang nói về thủ tục này")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Response:
    """Trang thông tin đang công bố."""
    last = decode_cursor(cursor, str)
    about = (national_code(procedure) or procedure) if procedure else ""
    found = await work.readers.listed("page", about, last[0] if last else "", limit + 1)
    following = encode_cursor(found[limit - 1]["code"]) if len(found) > limit else None
    return public_json({"items": list(found[:limit]), "next_cursor": following})


@router.get(
    "/{code}", openapi_extra=PUBLIC, response_model=PageAnswer, responses={**problems(404, 422), **CACHED}
)
async def get_page(
    code: Annotated[str, Path(max_length=100)],
    work: Work,
    now: Now,
    on: Annotated[date | None, Query(description="Ngày áp dụng; để trống là hôm nay")] = None,
) -> Response:
    """Đọc một trang thông tin."""
    found = await work.workflows.version(ItemKind.PAGE, [code], on or now.date(), now.date())
    if found is None:
        raise NoSuchPage
    return public_json(found)
