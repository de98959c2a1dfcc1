"""Where ministries' and sector systems post what happened to their dossiers, each with its own key."""

import asyncio
import hmac
from typing import Any, cast
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from kernel.core.errors import Kind, Refusal, Unauthenticated
from kernel.web.described import problems
from kernel.web.edge import PUBLIC
from kernel.web.request import EdgeRequest
from services.gateway.domain.connectors.source import PushWay, Source, Way
from services.gateway.domain.limits import Buckets
from services.gateway.use_cases.connectors.side import ConnectorSide

KEY_HEADER = "x-connector-key"
_LARGE_BYTES = 1_048_576
_LARGE = asyncio.Semaphore(4)
_PACE = Buckets(20, 100)
"""Posts a second of one source, and how many at once."""

router = APIRouter(tags=["connectors"])


class NotReadableHere(Refusal):
    """The body was kept, and nothing of it could be read (422)."""

    code = "not-readable"
    kind = Kind.INVALID
    title = "Không đọc được dữ liệu gửi đến"


class ConnectorPushed(BaseModel):
    """Every row that was sent, counted: what is new, changed or unchanged; refused ones wait for people."""

    delivery_id: UUID
    rows: int
    new: int
    changed: int
    unchanged: int
    refused: int


def _source(request: Request, name: str) -> tuple[ConnectorSide, Source, PushWay]:
    """Return the source whose key was shown; unknown names and wrong keys are one refusal."""
    side = cast("ConnectorSide", request.app.state.runtime.resources.connectors)
    source = side.sources.get(name)
    way = source.push if source else None
    given = request.headers.get(KEY_HEADER, "").encode()
    wanted = (way.key if way else "").encode()
    is_right = hmac.compare_digest(given, wanted)
    if source is None or way is None or not wanted or not is_right:
        raise Unauthenticated
    return side, source, way


async def push_statuses(source: str, request: Request) -> Response:
    """Nhận trạng thái hồ sơ do hệ thống của bộ, ngành gửi đến; gửi lại không thêm gì."""
    side, found, way = _source(request, source)
    _PACE.take(found.name, asyncio.get_running_loop().time())
    bounded = EdgeRequest(request.scope, request.receive)
    bounded.max_body_bytes = way.most_bytes
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) <= _LARGE_BYTES:
        return await _taken(side, found, await bounded.body())
    async with _LARGE:
        return await _taken(side, found, await bounded.body())


async def _taken(side: ConnectorSide, source: Source, body: bytes) -> Response:
    delivery_id = await side.take_in.keep(source.name, Way.PUSH, body)
    account = await side.take_in.read(delivery_id)
    if account is not None and account.reason:
        raise NotReadableHere(account.reason, extra={"delivery_id": str(delivery_id)})
    # Another process may have read it meanwhile: it is kept either way, and that is what is promised.
    counts = {
        "rows": account.rows if account else 0,
        "new": account.new if account else 0,
        "changed": account.changed if account else 0,
        "unchanged": account.unchanged if account else 0,
        "refused": account.refused if account else 0,
    }
    told: dict[str, Any] = {"delivery_id": str(delivery_id), **counts}
    return Response(orjson.dumps(told), status_code=202, media_type="application/json")


router.add_api_route(
    "/connectors/{source}/statuses",
    push_statuses,
    methods=["POST"],
    status_code=202,
    response_class=Response,
    responses={202: {"model": ConnectorPushed, "description": "Đã giữ"}, **problems(401, 413, 422, 429)},
    openapi_extra=PUBLIC,
)
