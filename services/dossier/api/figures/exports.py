"""Exports: asked for, followed, fetched."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, encode_cursor
from services.dossier.api.cursors import NEWEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.figures.schemas import ExportIn, ExportOut, ExportsOut
from services.dossier.api.moments import local
from services.dossier.domain.figures.asked import Selection
from services.dossier.domain.figures.export import Export, Format
from services.dossier.use_cases.figures import export_figures

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Thống kê"])
_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {}, _TYPES[Format.XLSX]: {}}, "description": "Tệp kết xuất"}
}


@router.post("/exports", status_code=202)
async def ask_export(body: ExportIn, by: Caller, work: Work, now: Now) -> ExportOut:
    """Kết xuất danh sách hồ sơ của một con số; theo dõi tiến độ ở địa chỉ của nó."""
    export = await export_figures.ask_export(
        body.number,
        body.first,
        body.last,
        format=body.format,
        reason=body.reason,
        selection=Selection(only={cut: list(values) for cut, values in body.only.items()}),
        by=by,
        work=work,
        now=now,
    )
    return _out(export)


@router.get("/exports")
async def list_exports(by: Caller, work: Work, limit: Limit = 20, cursor: Cursor = "") -> ExportsOut:
    """Các tệp tôi đã yêu cầu kết xuất."""
    found = await work.exports.of(by.subject, cursor_place(cursor, NEWEST), limit + 1)
    items = [_out(one) for one in found[:limit]]
    more = encode_cursor(str(items[-1].export_id)) if len(found) > limit else None
    return ExportsOut(items=items, next_cursor=more)


@router.get("/exports/{export_id}")
async def read_export(export_id: UUID, by: Caller, work: Work) -> ExportOut:
    """Tiến độ của một tệp kết xuất."""
    return _out(await export_figures.read_export(export_id, by=by, work=work))


@router.get("/exports/{export_id}/content", response_class=StreamingResponse, responses=_FILE)
async def download_export(export_id: UUID, by: Caller, work: Work, now: Now) -> StreamingResponse:
    """Tải tệp kết xuất; mọi lần tải đều được ghi nhật ký."""
    export = await export_figures.open_export(export_id, by=by, work=work, now=now)
    asked = export.asked
    name = f"thong-ke-{asked['number']}-{asked['first']}-{asked['last']}.{export.format.value}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(export.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(
        work.files.chunks(export.sha256 or b""), media_type=_TYPES[export.format], headers=headers
    )


def _out(export: Export) -> ExportOut:
    asked = export.asked
    return ExportOut(
        export_id=export.id,
        state=export.state,
        format=export.format,
        number=asked["number"],
        first=date.fromisoformat(asked["first"]),
        last=date.fromisoformat(asked["last"]),
        as_of=local(export.as_of) or export.as_of,
        asked_at=local(export.asked_at) or export.asked_at,
        rows_done=export.rows_done,
        rows_all=export.rows_all,
        finished_at=local(export.finished_at),
        size=export.size,
        failure=export.failure,
    )
