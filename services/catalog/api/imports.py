"""Documents come into the catalogue."""

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from kernel.web.deps import Caller, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.request import MAX_JSON_DEPTH, Unreadable
from services.catalog.api.deps import Work
from services.catalog.api.models import ImportBody, ImportItem, ImportReport
from services.catalog.domain.errors import MayNotImport
from services.catalog.use_cases.import_document import import_document

router = APIRouter(prefix="/v1", route_class=EdgeRoute, tags=["imports"])

MAX_BODY_BYTES = 32 * 1024 * 1024
_BODY: dict[str, Any] = {
    "x-max-body-bytes": MAX_BODY_BYTES,
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": ImportBody.model_json_schema()}},
    },
}


def read_json(raw: bytes) -> Any:
    """Return a large body's value; raise `Unreadable` for what the database could not keep.

    The kernel reads small bodies on the event loop; a national catalogue is read beside it.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Unreadable from error
    if b"\\u0000" in raw or _is_too_deep(value):
        raise Unreadable
    return value


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_JSON_DEPTH):
        level = [
            part
            for item in level
            for part in (item.values() if isinstance(item, dict) else item)
            if isinstance(part, dict | list)
        ]
        if not level:
            return False
    return True


@router.post(
    "/imports",
    openapi_extra=_BODY,
    response_model=ImportReport,
    responses=problems(400, 401, 403, 412, 413, 422),
)
async def create_import(
    request: Request,
    caller: Caller,
    work: Work,
    now: Now,
    dry_run: Annotated[bool, Query(description="Chỉ kiểm tra, không ghi")] = False,
) -> Response:
    """Nhập tài liệu danh mục: tất cả hoặc không gì cả; nhập lại cùng tài liệu không thay đổi gì."""
    if not caller.has_role("catalog.import", "CATALOG_EDITOR"):
        raise MayNotImport
    document = await asyncio.to_thread(read_json, await request.body())
    report = await import_document(document, by=caller, dry_run=dry_run, work=work, now=now)
    items = [
        ImportItem(kind=item.kind, code=item.code, outcome=item.outcome, reasons=item.reasons)
        for item in report.items
    ]
    answer = ImportReport(dry_run=report.is_dry_run, counts=report.counts, items=items)
    return Response(answer.model_dump_json(), media_type="application/json")
