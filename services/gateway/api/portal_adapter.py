"""The adapter's side: what the portal sends down, and the files it fetches (sections 17.1 to 17.5).

Application failures travel as HTTP 200 with a code; only a caller without the adapter's key, or a body past
all bounds, is turned away by status.
"""

import asyncio
import hmac
from typing import Any, cast
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from kernel.core.errors import NotFound, Unauthenticated, Unavailable
from kernel.service import JobTick
from kernel.web.edge import PUBLIC
from kernel.web.request import EdgeRequest
from services.gateway.domain.portal_inbound import FAILED
from services.gateway.domain.portal_profiles import GENERAL, LAND_TAX, LOOK_UP, PROMOTION
from services.gateway.use_cases.portal_payments import CarryPayments
from services.gateway.use_cases.portal_ports import FileContent
from services.gateway.use_cases.portal_side import PortalSide

PREFIXES = ("/XrdAdapter/RestService/forward", "/VXPAdapter/RestService/forward")
KEY_HEADER = "x-adapter-key"
_KEPT_PATHS = frozenset({GENERAL, PROMOTION, LAND_TAX})
_LARGE_BYTES = 1_048_576
_LARGE = asyncio.Semaphore(4)
"""Bodies carry files in base64: a few large ones at a time keep the process's memory bounded."""

router = APIRouter(tags=["portal"])


def portal_side(request: Request) -> PortalSide:
    """Return the portal's part, if the caller is the province's own adapter."""
    side = cast("PortalSide", request.app.state.runtime.resources.portal)
    given = request.headers.get(KEY_HEADER, "")
    if not side.adapter_key or not hmac.compare_digest(given.encode(), side.adapter_key.encode()):
        raise Unauthenticated
    return side


def _answer(members: Any) -> Response:
    return Response(orjson.dumps(members), media_type="application/json;charset=utf-8")


async def receive(path: str, request: Request) -> Response:
    """Take one message of the portal."""
    side = portal_side(request)
    bounded = EdgeRequest(request.scope, request.receive)
    bounded.max_body_bytes = side.body_limit
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) <= _LARGE_BYTES:
        return await _dealt_with(side, path.strip("/"), bounded)
    async with _LARGE:
        return await _dealt_with(side, path.strip("/"), bounded)


async def _dealt_with(side: PortalSide, name: str, request: EdgeRequest) -> Response:
    body = await request.body()
    if name == LOOK_UP:
        return await _look_up(side, body)
    if side.payments is not None and name == side.payment_path:
        return _answer(await side.payments.receive(_read(body)))
    if side.payments is not None and name == side.bill_path:
        return await _what_is_owed(side.payments, body)
    if name not in _KEPT_PATHS:
        return _answer({"error_code": FAILED, "message": "| dịch vụ không tồn tại"})
    return _answer((await side.intake.receive(name, body)).answer)


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


async def _what_is_owed(payments: CarryPayments, body: bytes) -> Response:
    asked = _read(body)
    code = asked.get("MaHoSo") if isinstance(asked, dict) else None
    if not isinstance(code, str) or not code.strip() or not code.isprintable():
        return _answer({"error_code": -1, "message": []})
    try:
        return _answer(await payments.what_is_owed(code.strip()))
    except Unavailable:
        return _answer({"error_code": -1, "message": "hệ thống tạm thời chưa tra cứu được"})


async def _look_up(side: PortalSide, body: bytes) -> Response:
    unknown = {"error_code": "-1", "message": "masohoso not found"}
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _answer({"error_code": "-1", "message": "nội dung không phải JSON"})
    code = asked.get("masohoso") if isinstance(asked, dict) else None
    if not isinstance(code, str) or not code.strip() or not code.isprintable():
        return _answer(unknown)
    try:
        found = await side.intake.look_up(code.strip())
    except Unavailable:
        return _answer({"error_code": "-1", "message": "hệ thống tạm thời chưa tra cứu được"})
    return _answer(found or unknown)


async def download(attachment_id: UUID, request: Request) -> Response:
    """Stream a file the portal was told of, asked for by its own id."""
    side = portal_side(request)
    runtime = request.app.state.runtime
    async with JobTick(runtime, runtime.clock.now()).open_work() as work:
        found = await work.portal_files.find_attachment(attachment_id)
    return await _file(side, found)


async def fetch_file(token: str, request: Request) -> Response:
    """Stream a file by the address the portal was given."""
    side = portal_side(request)
    runtime = request.app.state.runtime
    async with JobTick(runtime, runtime.clock.now()).open_work() as work:
        found = await work.portal_files.find(token)
    return await _file(side, found)


async def _file(side: PortalSide, found: tuple[UUID, str] | None) -> Response:
    if found is None:
        raise NotFound
    content: FileContent = await side.dossiers.open_file(found[0])
    if content.status != 200:  # noqa: PLR2004 - HTTP's OK.
        await content.close()
        raise NotFound if content.status in {404, 410} else Unavailable
    return StreamingResponse(content.chunks, headers=dict(content.headers))


for _prefix in PREFIXES:
    _name = _prefix.split("/")[1]
    router.add_api_route(
        f"{_prefix}/downloadfile/{{attachment_id}}",
        download,
        methods=["GET"],
        response_class=Response,
        openapi_extra=PUBLIC,
        name=f"download_{_name}",
    )
    router.add_api_route(
        f"{_prefix}/{{path:path}}",
        receive,
        methods=["POST"],
        response_class=Response,
        openapi_extra=PUBLIC,
        name=f"receive_{_name}",
    )
router.add_api_route(
    "/portal-files/{token}", fetch_file, methods=["GET"], response_class=Response, openapi_extra=PUBLIC
)
