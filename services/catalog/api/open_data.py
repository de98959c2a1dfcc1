"""The whole public catalogue as open data, streamed: JSON for programs, CSV for tables."""

import csv
import io
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from kernel.core.clock import VIETNAM
from kernel.web.deps import Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC, EdgeRoute
from services.catalog.api.deps import Work
from services.catalog.api.file_imports import safe_cell
from services.catalog.use_cases.open_data import COLUMNS, LICENCE, SOURCE, open_cells, open_record

router = APIRouter(prefix="/v1/open-data", route_class=EdgeRoute, tags=["open data"])

_PAGE = 200
_ANSWERS: dict[int | str, dict[str, Any]] = {304: {"description": "Chưa thay đổi"}, **problems(422)}

Lines = Callable[[AsyncIterator[Mapping[str, Any]]], AsyncIterator[bytes]]


_DOCUMENT = {
    "type": "object",
    "required": ["licence", "source", "as_of", "count", "procedures"],
    "properties": {
        "licence": {"type": "object", "additionalProperties": {"type": "string"}},
        "source": {"type": "string"},
        "as_of": {"type": "string", "format": "date"},
        "count": {"type": "integer"},
        "procedures": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "name", "version", "valid_from"],
                "properties": {
                    "code": {"type": "string"},
                    "name": {"type": "string"},
                    "version": {"type": "integer"},
                    "valid_from": {"type": "string", "format": "date"},
                },
            },
        },
    },
}


@router.get(
    "/procedures.json",
    openapi_extra=PUBLIC,
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": _DOCUMENT}}}, **_ANSWERS},
)
async def get_open_procedures_json(
    request: Request, work: Work, now: Now, if_none_match: Annotated[str, Header()] = ""
) -> Response:
    """Tải toàn bộ thủ tục đang công khai dạng JSON, kèm giấy phép sử dụng và nguồn."""
    state = await work.open_data.state(now.date())
    head = orjson.dumps(
        {
            "licence": LICENCE,
            "source": SOURCE,
            "as_of": now.date().isoformat(),
            "count": state["procedures"],
        }
    )[:-1]

    async def lines(rows: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[bytes]:
        yield head + b',"procedures":['
        mark = b"\n"
        async for row in rows:
            yield mark + orjson.dumps(open_record(row))
            mark = b",\n"
        yield b"\n]}\n"

    return _answer(request, state, now, if_none_match, "application/json", lines)


@router.get(
    "/procedures.csv",
    openapi_extra=PUBLIC,
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}, **_ANSWERS},
)
async def get_open_procedures_csv(
    request: Request,
    work: Work,
    now: Now,
    bom: Annotated[bool, Query(description="Thêm dấu BOM để Excel nhận ra UTF-8")] = False,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Tải toàn bộ thủ tục đang công khai dạng CSV; ô không bao giờ thành công thức."""
    state = await work.open_data.state(now.date())

    async def lines(rows: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[bytes]:
        yield ("\ufeff" if bom else "").encode() + _line(COLUMNS)
        async for row in rows:
            yield _line([safe_cell(cell) for cell in open_cells(row)])

    return _answer(
        request, state, now, if_none_match, f"text/csv; charset=utf-8{'; bom' if bom else ''}", lines
    )


def _answer(
    request: Request,
    state: Mapping[str, Any],
    now: datetime,
    if_none_match: str,
    media_type: str,
    lines: Lines,
) -> Response:
    """Stream what changed since; the day is part of the tag, for a day may switch versions by itself."""
    packs = "gzip" in request.headers.get("accept-encoding", "").lower()
    flavour = ("-bom" if media_type.endswith("bom") else "") + ("-gzip" if packs else "")
    tag = f'"{state["digest"]}{flavour}"'
    headers = {"ETag": tag, "Vary": "Accept-Encoding", "Cache-Control": "public, max-age=300"}
    if state["written_at"] is not None:
        changed = max(state["written_at"], datetime.combine(state["begun_on"], time(), VIETNAM))
        headers["Last-Modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
    seen = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    if tag in seen or "*" in seen:
        return Response(status_code=304, headers=headers)
    found = lines(_rows(request, now.date()))
    if packs:
        headers["Content-Encoding"] = "gzip"
        found = _packed(found)
    return StreamingResponse(found, media_type=media_type.removesuffix("; bom"), headers=headers)


async def _rows(request: Request, today: date) -> AsyncIterator[Mapping[str, Any]]:
    """Yield every version in force; its unit of work lives as long as the stream, not as the request."""
    runtime = request.app.state.runtime
    after = ("", 0)
    while True:
        async with runtime.unit_of_work() as unit:
            page = await runtime.open_work(unit).open_data.page(today, after, _PAGE)
        for row in page:
            yield row
        if len(page) < _PAGE:
            return
        after = (page[-1]["code"], page[-1]["version"])


async def _packed(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    machine = zlib.compressobj(6, zlib.DEFLATED, 31)
    async for part in parts:
        if packed := machine.compress(part):
            yield packed
    yield machine.flush()


def _line(cells: Any) -> bytes:
    table = io.StringIO()
    csv.writer(table).writerow(cells)
    return table.getvalue().encode()
