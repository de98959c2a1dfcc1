"""A provincial gateway in front of the portal (section 3.2): one path per service, answers encoded twice."""

import base64
import hmac
from collections.abc import Callable

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from sandbox.portal.api.transport import answer_with_faults, code_spelling, read_body, state_desk
from sandbox.portal.desk import READS, WRITES, Desk
from sandbox.portal.wire import Json, Unreadable

STATUS_TYPE = "2"


def gateway_router(root: str) -> APIRouter:
    """Return the gateway's routes under its root, which differs from province to province."""
    router = APIRouter(prefix=root.rstrip("/"), include_in_schema=False)
    router.get("/{name}")(_read)
    router.post("/getfile")(_file)
    router.post("/{name}")(_write)
    return router


def _admits(request: Request, desk: Desk) -> bool:
    key = desk.state.settings.gateway_key
    return key is None or hmac.compare_digest(request.headers.get("SecurityKey", "").encode(), key.encode())


async def _read(name: str, request: Request) -> Response:
    """GET: the query carries the service's own parameters."""
    desk = state_desk(request)
    if not _admits(request, desk):
        return PlainTextResponse("Unauthorized", 401)
    if name not in READS:
        return PlainTextResponse("Not Found", 404)
    query = dict(request.query_params)
    agency = query.get("maDonVi") or desk.state.settings.province_agency
    return await answer_with_faults(desk, name, _wrapped(desk, name, agency, {**query, "service": name}))


async def _write(name: str, request: Request) -> Response:
    """POST: the body is bare data; agency and mode stand in the query or in the address."""
    desk = state_desk(request)
    if not _admits(request, desk):
        return PlainTextResponse("Unauthorized", 401)
    service, implied = _service_of(desk, name)
    if service not in WRITES:
        return PlainTextResponse("Not Found", 404)
    try:
        data = await read_body(request, desk)
    except Unreadable:
        return PlainTextResponse("Bad Request", 400)
    query = dict(request.query_params)
    agency = query.get("MaDinhDanhDV") or desk.state.settings.province_agency
    fields = {**query, **implied, "service": service, "data": data}
    return await answer_with_faults(desk, service, _wrapped(desk, service, agency, fields))


def _service_of(desk: Desk, name: str) -> tuple[str, Json]:
    settings = desk.state.settings
    named: dict[str, tuple[str, Json]] = {
        settings.gateway_create_path: ("DongBoHoSoMC", {"isUpdating": "False"}),
        settings.gateway_update_path: ("DongBoHoSoMC", {"isUpdating": "True"}),
        settings.gateway_progress_path: ("CapNhatTienDoHoSoMC", {}),
        settings.gateway_status_path: ("DongBoTrangThaiHoSo", {"type": STATUS_TYPE}),
        "DongBoTrangThaiHoSo": ("DongBoTrangThaiHoSo", {"type": STATUS_TYPE}),
    }
    return named.get(name, (name, {}))


def _wrapped(desk: Desk, service: str, agency: str, fields: Json) -> Callable[[], Json]:
    def work() -> Json:
        members = desk.serve(service, agency, fields).members(code_spelling(desk, service))
        return {"error_code": members["error_code"], "message": orjson.dumps(members).decode()}

    return work


async def _file(request: Request) -> Response:
    """Answer the base64 text of a file the province sent an address of: here a small text naming it."""
    desk = state_desk(request)
    if not _admits(request, desk):
        return PlainTextResponse("Unauthorized", 401)
    try:
        asked = await read_body(request, desk)
    except Unreadable:
        return PlainTextResponse("Bad Request", 400)
    address = asked.get("DuongDan") if isinstance(asked, dict) else None
    if not isinstance(address, str) or not address:
        return JSONResponse({"error_code": -1, "message": "Thiếu trường bắt buộc DuongDan"})
    return PlainTextResponse(base64.b64encode(f"Tệp mẫu của {address}".encode()))
