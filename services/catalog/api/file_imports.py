"""How far a file of procedures is on its way in, and what became of each of its rows."""

import csv
import io
import zlib
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from kernel.web.deps import Caller
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.request import BodyTooLarge, Unreadable
from services.catalog.api.deps import Work
from services.catalog.use_cases.importing.bring_file import find_import
from services.catalog.use_cases.importing.ports import FileImport, ImportState

router = APIRouter(prefix="/v1", route_class=EdgeRoute, tags=["imports"])

_MOST_UNPACKED = 256 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ImportRow(BaseModel):
    """What became of one row; `row` counts from 1, without the header."""

    row: int
    code: str
    name: str
    outcome: str
    reasons: list[str]
    dirt: list[str]


class ImportDirt(BaseModel):
    """A kind of dirt, how many rows have it, and examples."""

    kind: str
    what: str
    count: int
    examples: list[str]


class FileImportReport(BaseModel):
    """A file on its way in; `counts` has `rows` and the outcomes, which sum up to them."""

    id: UUID
    state: ImportState
    format: str
    dry_run: bool
    asked_at: datetime
    ended_at: datetime | None
    done: int
    total: int
    counts: dict[str, int]
    dirt: list[ImportDirt]
    problem: dict[str, Any] | None
    rows: list[ImportRow]


def report_of(found: FileImport) -> FileImportReport:
    """Return what callers see of an import."""
    return FileImportReport(
        id=found.id,
        state=found.state,
        format=found.form.value,
        dry_run=found.is_dry_run,
        asked_at=found.asked_at,
        ended_at=found.ended_at,
        done=found.done,
        total=found.total,
        counts=dict(found.counts),
        dirt=[ImportDirt.model_validate(one) for one in found.dirt],
        problem=dict(found.problem) if found.problem else None,
        rows=[ImportRow.model_validate(one) for one in found.report],
    )


def unpacked(content: bytes, encoding: str) -> bytes:
    """Return a packed body, told by its header or its first bytes; bounded, for strangers send bombs."""
    if encoding.strip().lower() not in {"gzip", "x-gzip"} and not content.startswith(_GZIP):
        return content
    machine = zlib.decompressobj(wbits=31)
    try:
        found = machine.decompress(content, _MOST_UNPACKED)
    except zlib.error as error:
        raise Unreadable from error
    if machine.unconsumed_tail:
        raise BodyTooLarge
    if not machine.eof:
        raise Unreadable
    return found


def safe_cell(value: object) -> str:
    """Return a cell no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


@router.get("/imports/{import_id}", response_model=FileImportReport, responses=problems(401, 403, 404, 422))
async def get_import(import_id: UUID, caller: Caller, work: Work) -> Response:
    """Xem một lần nhập tệp: đã làm bao nhiêu dòng, mỗi dòng ra sao."""
    found = await find_import(import_id, by=caller, work=work)
    headers = {"Cache-Control": "no-store"}
    return Response(report_of(found).model_dump_json(), media_type="application/json", headers=headers)


@router.get(
    "/imports/{import_id}/report.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}, **problems(401, 403, 404, 422)},
)
async def get_import_report(import_id: UUID, caller: Caller, work: Work) -> Response:
    """Tải báo cáo từng dòng dạng CSV, mở được bằng Excel."""
    found = await find_import(import_id, by=caller, work=work)
    table = io.StringIO()
    lines = csv.writer(table)
    lines.writerow(("Dòng", "Mã", "Tên", "Kết quả", "Lý do", "Dữ liệu bẩn"))
    for row in report_of(found).rows:
        cells = (row.row, row.code, row.name, row.outcome, "; ".join(row.reasons), "; ".join(row.dirt))
        lines.writerow([safe_cell(cell) for cell in cells])
    headers = {
        "Content-Disposition": f'attachment; filename="nhap-{import_id}.csv"',
        "Cache-Control": "no-store",
    }
    return Response("\ufeff" + table.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
