"""Sheets to print and fragments to embed: the same words of a procedure as paper and as HTML."""

import asyncio
from datetime import date
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kernel.web.deps import Caller, Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from services.catalog.api.deps import Work
from services.catalog.api.readers.cacheable import CACHED, CacheableRoute, last_modified
from services.catalog.domain.errors import NoSuchEntry, NoSuchProcedure
from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.domain.items import ItemKind
from services.catalog.domain.readers.sheet import process_sheet_of, sheet_of
from services.catalog.use_cases.workflows.reading import version_on

router = APIRouter(prefix="/v1/procedures", route_class=CacheableRoute, tags=["readers"])
process_router = APIRouter(prefix="/v1/processes", route_class=EdgeRoute, tags=["readers"])

Code = Annotated[str, Path(max_length=60)]
On = Annotated[date | None, Query(description="Ngày áp dụng; để trống là hôm nay")]
Agency = Annotated[str, Query(max_length=35, description="Cơ quan công bố; để trống là bất kỳ")]
# Runs nothing and loads nothing wherever it is shown; agency sites may frame it.
_POLICY = (
    "default-src 'none'; form-action 'none'; base-uri 'none';"
    " sandbox allow-popups allow-top-navigation-by-user-activation"
)
_PDF: dict[str, Any] = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
_HTML: dict[str, Any] = {"content": {"text/html": {"schema": {"type": "string"}}}}
_READ = {**problems(404, 422), **CACHED}
_pages = Environment(
    loader=FileSystemLoader(File(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


async def _procedure(code: str, on: date, agency: str, work: Work) -> tuple[dict[str, Any], dict[str, str]]:
    national = national_code(code)
    publisher = agency_code(agency) or agency
    found = await work.views.procedure(national, on, publisher) if national else None
    if found is None:
        raise NoSuchProcedure
    page = f"{work.house.public_url}/thu-tuc/{found['code']}"
    return {**sheet_of(found), "page": page, "form": found.get("form") or ""}, last_modified(
        found.get("changed_at")
    )


@router.get("/{code}/sheet", openapi_extra=PUBLIC, response_class=Response, responses={**_READ, 200: _PDF})
async def print_procedure_sheet(
    code: Code, work: Work, now: Now, on: On = None, agency: Agency = ""
) -> Response:
    """Phiếu thủ tục để in và niêm yết (PDF), có mã QR dẫn tới bản đang áp dụng."""
    content, headers = await _procedure(code, on or now.date(), agency, work)
    printed = await asyncio.to_thread(work.house.press.procedure_sheet, content)
    name = f'inline; filename="{content["code"]}.pdf"'
    return Response(printed, media_type="application/pdf", headers={**headers, "Content-Disposition": name})


@router.get(
    "/{code}/fragment", openapi_extra=PUBLIC, response_class=Response, responses={**_READ, 200: _HTML}
)
async def embed_procedure(code: Code, work: Work, now: Now, on: On = None, agency: Agency = "") -> Response:
    """Đoạn HTML để nhúng vào trang của cơ quan: không mã lệnh, không kiểu dáng, tên lớp có phiên bản."""
    content, headers = await _procedure(code, on or now.date(), agency, work)
    text = _pages.get_template("fragment.html").render(d=content, site=work.house.public_url)
    return Response(
        text,
        media_type="text/html; charset=utf-8",
        headers={**headers, "Content-Security-Policy": _POLICY, "Content-Language": "vi"},
    )


@process_router.get(
    "/{code}/sheet.pdf", response_class=Response, responses={**problems(401, 403, 404, 422), 200: _PDF}
)
async def print_process_sheet(code: Code, caller: Caller, work: Work, now: Now, on: On = None) -> Response:
    """Quy trình nội bộ dưới dạng tài liệu theo ISO (PDF); cho người đã đăng nhập, như chính quy trình."""
    del caller
    today = now.date()
    process = await version_on(ItemKind.PROCESS, code, on or today, work=work, today=today)
    if not process.get("steps"):
        raise NoSuchEntry
    printed = await asyncio.to_thread(work.house.press.process_sheet, process_sheet_of(process))
    return Response(printed, media_type="application/pdf")
