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
from services.catalog.api.file_imports import FileImportReport, report_of, unpacked
from services.catalog.api.models import ImportBody, ImportItem, ImportReport
from services.catalog.domain.document import is_document
from services.catalog.domain.errors import MayNotImport
from services.catalog.domain.sources.reading_files import Format, format_of
from services.catalog.use_cases.import_document import import_document
from services.catalog.use_cases.importing.bring_file import bring_file

router = APIRouter(prefix="/v1", route_class=EdgeRoute, tags=["imports"])

MAX_BODY_BYTES = 32 * 1024 * 1024
_BODY: dict[str, Any] = {
    "x-max-body-bytes": MAX_BODY_BYTES,
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ImportBody.model_json_schema()},
            **{
                media: {"schema": {"type": "string", "format": "binary"}}
                for media in (
                    "text/csv",
                    "application/x-ndjson",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                )
            },
        },
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
    level = [value] if isinstance(value, dict | list) else []
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
    response_model=ImportReport | FileImportReport,
    responses={202: {"model": FileImportReport}, **problems(400, 401, 403, 412, 413, 422)},
)
async def create_import(
    request: Request,
    caller: Caller,
    work: Work,
    now: Now,
    form: Annotated[str, Query(alias="format", max_length=100, description="csv, jsonl, json, xlsx")] = "",
    dry_run: Annotated[bool, Query(description="Chỉ kiểm tra, không ghi")] = False,
    set_aside: Annotated[
        bool, Query(description="Tệp: bỏ riêng các dòng bị từ chối, ghi mọi dòng còn lại trong một lần")
    ] = False,
    wait: Annotated[bool, Query(description="Tệp: đặt false để nhận 202 và xem tiến độ")] = True,
) -> Response:
    """Nhập tài liệu danh mục, hoặc tệp CSV, JSONL, JSON, XLSX, câu trả lời của Cổng Dịch vụ công quốc gia.

    Tất cả hoặc không gì cả; nhập lại cùng nội dung không thay đổi gì. Tệp lớn được nhận (202) và làm dần.
    """
    if not caller.has_role("catalog.import", "CATALOG_EDITOR"):
        raise MayNotImport
    sent = await request.body()
    content = await asyncio.to_thread(unpacked, sent, request.headers.get("content-encoding", ""))
    kind = format_of(content, request.headers.get("content-type", ""), form)
    if kind is Format.JSON and not form:
        document = await asyncio.to_thread(read_json, content)
        if is_document(document) or not _has_rows(document):
            return await _take_document(document, caller, work, now, dry_run=dry_run)
    found = await bring_file(
        content,
        kind,
        sent=sent,
        by=caller,
        dry_run=dry_run,
        sets_aside=set_aside,
        waits=not wait,
        work=work,
        now=now,
    )
    is_over = found.ended_at is not None
    headers = {} if is_over else {"Location": f"/v1/imports/{found.id}"}
    return Response(
        report_of(found).model_dump_json(),
        status_code=200 if is_over else 202,
        media_type="application/json",
        headers=headers,
    )


def _has_rows(value: Any) -> bool:
    """Tell whether JSON looks like a list of records or an answer of the national portal."""
    if isinstance(value, list):
        return bool(value)
    return isinstance(value, dict) and not value.keys().isdisjoint({"result", "MATTHC", "error_code"})


async def _take_document(document: Any, caller: Caller, work: Work, now: Now, *, dry_run: bool) -> Response:
    report = await import_document(document, by=caller, dry_run=dry_run, work=work, now=now)
    items = [
        ImportItem(kind=item.kind, code=item.code, outcome=item.outcome, reasons=item.reasons)
        for item in report.items
    ]
    answer = ImportReport(dry_run=report.is_dry_run, counts=report.counts, items=items)
    return Response(answer.model_dump_json(), media_type="application/json")
