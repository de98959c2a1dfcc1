"""Feeds of changes for feed readers: everything, or of one sector, agency or procedure."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from services.catalog.api.deps import Work
from services.catalog.api.readers.cacheable import CACHED, CacheableRoute, last_modified
from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.domain.readers.errors import NoSuchFeed
from services.catalog.domain.readers.feed import Feed, write_feed

router = APIRouter(prefix="/v1/feeds", route_class=CacheableRoute, tags=["feeds"])

Before = Annotated[int | None, Query(ge=1, le=2**53, description="Chỉ thay đổi cũ hơn; theo liên kết next")]
Code = Annotated[str, Path(max_length=100)]
_PAGE = 50
_ATOM: dict[int | str, dict[str, Any]] = {
    **CACHED,
    200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}},
}
_OPTIONS: dict[str, Any] = {"openapi_extra": PUBLIC, "response_class": Response}


async def _feed(work: Work, scope: str, code: str, title: str, path: str, before: int | None) -> Response:
    found = await work.readers.entries(scope, code, before, _PAGE + 1)
    entries = found[:_PAGE]
    feed = Feed(
        subject=f"{scope}:{code}",
        title=title,
        path=f"/api/v1/feeds/{path}",
        entries=entries,
        before=before,
        next_before=entries[-1].id if len(found) > _PAGE else None,
    )
    newest = max((entry.published_at for entry in entries), default=None)
    return Response(
        write_feed(feed, work.house.public_url),
        media_type="application/atom+xml",
        headers=last_modified(newest),
    )


async def _of(work: Work, scope: str, code: str | None, said: str, path: str, before: int | None) -> Response:
    name = await work.readers.subject(scope, code) if code else None
    if name is None or code is None:
        raise NoSuchFeed
    return await _feed(work, scope, code, f"{said}: {name}", f"{path}/{code}", before)


@router.get("/procedures", responses={**problems(422), **_ATOM}, **_OPTIONS)
async def feed_all(work: Work, before: Before = None) -> Response:
    """Mọi thay đổi thủ tục (Atom)."""
    return await _feed(work, "", "", "Thay đổi thủ tục hành chính", "procedures", before)


@router.get("/sectors/{code}", responses={**problems(404, 422), **_ATOM}, **_OPTIONS)
async def feed_sector(code: Code, work: Work, before: Before = None) -> Response:
    """Thay đổi thủ tục của một lĩnh vực (Atom)."""
    return await _of(work, "sector", code, "Thay đổi thủ tục lĩnh vực", "sectors", before)


@router.get("/agencies/{code}", responses={**problems(404, 422), **_ATOM}, **_OPTIONS)
async def feed_agency(code: Code, work: Work, before: Before = None) -> Response:
    """Thay đổi thủ tục của một cơ quan (Atom)."""
    return await _of(work, "agency", agency_code(code), "Thay đổi thủ tục của", "agencies", before)


@router.get("/procedures/{code}", responses={**problems(404, 422), **_ATOM}, **_OPTIONS)
async def feed_procedure(code: Code, work: Work, before: Before = None) -> Response:
    """Thay đổi của một thủ tục (Atom)."""
    return await _of(work, "procedure", national_code(code), "Thay đổi của thủ tục", "procedures", before)
