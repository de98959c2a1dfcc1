"""One-stop points, administrative units present and former, mergers of hamlets."""

import asyncio
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Path, Query, Request, Response

from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from kernel.web.deps import Caller, Now
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.imports import MAX_BODY_BYTES, read_json
from services.catalog.api.place_models import (
    AdministrativeUnit,
    AdministrativeUnits,
    HamletMergerBody,
    Point,
    PointBody,
    UnitsBody,
    UnitsReport,
)
from services.catalog.api.readers.cacheable import CacheableRoute
from services.catalog.domain.agencies.changes import Decision
from services.catalog.domain.agencies.errors import NoSuchEntry
from services.catalog.domain.errors import MayNotImport
from services.catalog.domain.identifiers import agency_code
from services.catalog.use_cases.agencies.places import keep_point
from services.catalog.use_cases.agencies.units import load_units, merge_hamlets_of

router = APIRouter(prefix="/v1", route_class=CacheableRoute, tags=["places"])

PointCode = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
UnitCode = Annotated[str, Path(max_length=60)]
Day = Annotated[date | None, Query(description="Ngày tra cứu")]
_WRITES = problems(400, 401, 403, 404, 409, 412, 422, 428)
_UNITS: dict[str, Any] = {
    "x-max-body-bytes": MAX_BODY_BYTES,
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": UnitsBody.model_json_schema()}},
    },
}


@router.get("/one-stop-points", openapi_extra=PUBLIC, response_model=Page[Point], responses=problems(422))
async def list_one_stop_points(
    work: Work,
    now: Now,
    limit: Limit = 50,
    cursor: Cursor = "",
    on: Day = None,
    kind: Annotated[str, Query(max_length=30)] = "",
    agency: Annotated[str, Query(max_length=50)] = "",
    near: Annotated[str, Query(max_length=40, description="vĩ độ,kinh độ: gần nhất trước")] = "",
) -> Response:
    """Điểm một cửa đang phục vụ: của một cơ quan, một loại, hoặc gần nhất."""
    last = decode_cursor(cursor, str)
    found = await work.points.listed(
        after=last[0] if last else "",
        limit=limit + 1,
        on=on or now.astimezone(VIETNAM).date(),
        kind=kind,
        agency=(agency_code(agency) or agency) if agency else "",
        near=_place(near),
    )
    is_more = len(found) > limit and not near
    following = encode_cursor(found[limit - 1]["code"]) if is_more else None
    body = {"items": list(found[:limit]), "next_cursor": following}
    return Response(orjson.dumps(body), media_type="application/json")


@router.put("/one-stop-points/{code}", response_model=Point, responses=_WRITES)
async def put_one_stop_point(
    code: PointCode,
    body: PointBody,
    caller: Caller,
    work: Work,
    now: Now,
    if_match: Annotated[str, Header(description="Phiên bản đã xem; bỏ trống khi lập mới")] = "",
) -> Response:
    """Lập hoặc sửa một điểm một cửa: loại, hiện đại hay không, tọa độ, số liệu phục vụ, lịch làm việc."""
    text = if_match.removeprefix("W/").strip('"')
    if text and (not text.isdecimal() or len(text) > 18):  # noqa: PLR2004 - bigint's digits.
        raise Invalid(fields=[("If-Match", "Phải là phiên bản đã xem")])
    data, version = await keep_point(
        code, body.model_dump(mode="json"), seen=int(text or 0), by=caller, work=work, now=now
    )
    answer = {**data, "version": version}
    return Response(orjson.dumps(answer), media_type="application/json", headers={"ETag": f'"{version}"'})


@router.get("/one-stop-points/{code}/officers", responses=problems(401, 422))
async def list_officers_at_point(
    code: PointCode, _: Caller, work: Work, now: Now, on: Day = None
) -> dict[str, list[dict[str, Any]]]:
    """Cán bộ được cử đến ngồi tại một điểm một cửa và cơ quan của từng người."""
    day = on or now.astimezone(VIETNAM).date()
    return {"items": [dict(item) for item in await work.points.officers(code, day)]}


@router.post(
    "/administrative-units/imports",
    openapi_extra=_UNITS,
    responses=problems(400, 401, 403, 412, 413, 422),
)
async def import_administrative_units(
    request: Request,
    caller: Caller,
    work: Work,
    dry_run: Annotated[bool, Query(description="Chỉ kiểm tra, không ghi")] = False,
) -> UnitsReport:
    """Nhập đơn vị hành chính hiện nay và trước đây, kèm nguồn; tất cả hoặc không gì cả."""
    if not caller.has_role("catalog.import", "CATALOG_EDITOR"):
        raise MayNotImport
    document = await asyncio.to_thread(read_json, await request.body())
    report = await load_units(document, by=caller, dry_run=dry_run, work=work)
    return UnitsReport(
        dry_run=dry_run,
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        refused=[{"place": place, "reasons": list(reasons)} for place, reasons in report.refused],
    )


@router.get(
    "/administrative-units",
    openapi_extra=PUBLIC,
    responses=problems(422),
)
async def list_administrative_units(
    work: Work,
    q: Annotated[str, Query(max_length=200, description="Tên hoặc mã, cũ hoặc mới, có dấu hoặc không")] = "",
    level: Annotated[str, Query(max_length=20)] = "",
    parent: Annotated[str, Query(max_length=60)] = "",
    former: Annotated[bool | None, Query(description="Chỉ đơn vị trước đây, hoặc chỉ hiện nay")] = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[AdministrativeUnit]:
    """Tìm đơn vị hành chính theo tên hoặc mã cũ, mới; đơn vị cũ cho biết đơn vị nào kế thừa."""
    last = decode_cursor(cursor, float, str)
    found = await work.ground.found(
        text=" ".join(q.split()),
        level=level,
        parent=parent,
        is_former=former,
        after=(last[0], last[1]) if last else (0.0, ""),
        limit=limit + 1,
    )
    row = found[limit - 1] if len(found) > limit else None
    following = encode_cursor(float(row["score"]), row["key"]) if row is not None else None
    items = [AdministrativeUnit.model_validate(item["data"]) for item in found[:limit]]
    return Page[AdministrativeUnit](items=items, next_cursor=following)


@router.get(
    "/administrative-units/{code}",
    openapi_extra=PUBLIC,
    responses=problems(404, 422),
)
async def get_administrative_unit(code: UnitCode, work: Work) -> AdministrativeUnits:
    """Mọi đơn vị mang mã này theo thời gian, kế thừa và tiền thân."""
    found = await work.ground.unit(code)
    if not found:
        raise NoSuchEntry
    return AdministrativeUnits(items=[AdministrativeUnit.model_validate(item) for item in found])


@router.post("/hamlet-mergers", status_code=201, responses=_WRITES)
async def create_hamlet_merger(
    body: HamletMergerBody, caller: Caller, work: Work, now: Now
) -> AdministrativeUnits:
    """Sáp nhập thôn, tổ dân phố của một xã theo nghị quyết."""
    units = await merge_hamlets_of(
        body.commune,
        ended=body.ended,
        code=body.code,
        name=body.name,
        effective_on=body.effective_on,
        is_correction=body.is_correction,
        decision=Decision(body.decision.number, body.decision.signed_on),
        by=caller,
        work=work,
        today=now.astimezone(VIETNAM).date(),
    )
    named = [{**unit, "successors": [{"code": code} for code in unit["successors"]]} for unit in units]
    return AdministrativeUnits(items=[AdministrativeUnit.model_validate(unit) for unit in named])


def _place(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError as error:
        raise Invalid(fields=[("near", "Phải là vĩ độ,kinh độ")]) from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 - the globe.
        raise Invalid(fields=[("near", "Phải là vĩ độ,kinh độ")])
    return latitude, longitude
