"""How much the door is used, told to those who answer for it; small numbers are not told."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from kernel.core.caller import CallerKind
from kernel.core.errors import Forbidden
from kernel.web.deps import Caller, Now, current_work
from kernel.web.described import a_file, problems
from kernel.web.edge import EdgeRoute
from services.gateway.domain.usage.kinds import Kind
from services.gateway.use_cases.usage.read_usage import Cut, UsageTold, read_usage

router = APIRouter(
    prefix="/api/v1", route_class=EdgeRoute, responses=problems(400, 401, 403, 422), tags=["usage"]
)
Work = Annotated[Any, Depends(current_work)]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEAD = ("Tháng", "Loại", "Theo", "Giá trị", "Số lượt")
_KINDS = {
    "VISIT": "Lượt truy cập",
    "PAGE": "Lượt xem trang",
    "SEARCH": "Lượt tìm thủ tục",
    "PROCEDURE": "Lượt xem thủ tục",
    "FORM": "Lượt mở biểu mẫu",
    "LOOK_UP": "Lượt tra cứu hồ sơ",
    "LOOK_UP_MISSED": "Lượt tra cứu không thấy",
    "SIGN_IN": "Lượt đăng nhập",
    "SUBMISSION": "Hồ sơ đã nộp",
}
_CUTS = {
    Cut.KIND: "Loại",
    Cut.DAY: "Ngày",
    Cut.CHANNEL: "Kênh",
    Cut.PROCEDURE: "Thủ tục",
    Cut.AGENCY: "Cơ quan",
}


class UsageCell(BaseModel):
    """One cell; an empty `key` is what has no such thing (a look-up that found nothing has no agency)."""

    key: str
    count: int


class UsageOut(BaseModel):
    """A month by one cut.

    Cells under `smallest` are not listed; they are in `rest`, which is never one cell alone. A month that is
    not over (`is_running`) is told without today, in multiples of `smallest`, rounded down.
    """

    month: str
    first: date
    last: date
    by: Cut
    kind: Kind | None
    agency: str | None
    is_running: bool
    smallest: int
    total: int | None
    rest: int | None
    items: list[UsageCell]


async def _told(
    by: Caller,
    work: Work,
    now: Now,
    request: Request,
    month: Annotated[str, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="Tháng, YYYY-MM")],
    cut: Annotated[Cut, Query(alias="by", description="Chiều thống kê")] = Cut.KIND,
    kind: Annotated[Kind | None, Query(description="Loại lượt; bỏ trống chỉ khi xem theo loại")] = None,
) -> UsageOut:
    if by.kind is not CallerKind.STAFF:
        raise Forbidden
    smallest = request.app.state.runtime.resources.usage.smallest
    told = await read_usage(month, cut=cut, kind=kind, by=by, tables=work.usage, smallest=smallest, now=now)
    return _out(month, cut, kind, told)


def _out(month: str, cut: Cut, kind: Kind | None, told: UsageTold) -> UsageOut:
    return UsageOut(
        month=month,
        first=told.first,
        last=told.last,
        by=cut,
        kind=kind,
        agency=told.agency,
        is_running=told.is_running,
        smallest=told.smallest,
        total=told.table.total,
        rest=told.table.rest,
        items=[UsageCell(key=key, count=count) for key, count in sorted(told.table.cells.items())],
    )


Asked = Annotated[UsageOut, Depends(_told)]


@router.get("/usage")
async def read_usage_figures(told: Asked) -> UsageOut:
    """Lượt truy cập, tra cứu, tìm kiếm, đăng nhập, nộp hồ sơ của một tháng; không có dữ liệu cá nhân."""
    return told


@router.get("/usage.csv", response_class=Response, responses=a_file("text/csv"))
async def read_usage_csv(told: Asked, request: Request) -> Response:
    """Như trên, tệp CSV."""
    return _file(request.app.state.runtime.resources.usage.as_csv(_rows(told)), "text/csv", told, "csv")


@router.get("/usage.xlsx", response_class=Response, responses=a_file(_XLSX))
async def read_usage_xlsx(told: Asked, request: Request) -> Response:
    """Như trên, tệp XLSX."""
    return _file(request.app.state.runtime.resources.usage.as_xlsx(_rows(told)), _XLSX, told, "xlsx")


def _rows(told: UsageOut) -> list[tuple[str | int, ...]]:
    kind, cut = _KINDS.get(told.kind or "", "Tất cả"), _CUTS[told.by]
    rows: list[tuple[str | int, ...]] = [_HEAD]
    for cell in told.items:
        key = _KINDS.get(cell.key, cell.key) if told.by is Cut.KIND else cell.key or "(không có)"
        rows.append((told.month, kind, cut, key, cell.count))
    if told.rest:
        rows.append((told.month, kind, cut, "Còn lại", told.rest))
    if told.total is not None:
        rows.append((told.month, kind, cut, "Tổng", told.total))
    return rows


def _file(content: bytes, media: str, told: UsageOut, ending: str) -> Response:
    name = f"luot-su-dung-{told.month}-{told.by.value}.{ending}"
    return Response(
        content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
