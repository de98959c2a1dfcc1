"""The adapter's side: what the portal sends down, and the files it fetches (sections 17.1 to 17.5).

Application failures travel as HTTP 200 with a code; only a caller without the adapter's key, or a body past
all bounds, is turned away by status.
"""

import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any, cast
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.requests import ClientDisconnect

from kernel.core.errors import NotFound, Unauthenticated, Unavailable
from kernel.core.ids import new_id
from kernel.service import JobTick
from kernel.web.edge import PUBLIC
from kernel.web.request import BodyTooLarge, EdgeRequest
from services.gateway.api.body import BrokenOff
from services.gateway.domain.portal.inbound.messages import FAILED
from services.gateway.domain.portal.inbound.reading import UPDATING, is_change_said
from services.gateway.domain.portal.wire.envelope import as_json, asked_code
from services.gateway.domain.portal.wire.outline import Bounds, NoOutline, NotJson, outline_of
from services.gateway.domain.portal.wire.profiles import GENERAL, LAND_TAX, LOOK_UP, PROMOTION
from services.gateway.use_cases.portal.exchange.payments import CarryPayments
from services.gateway.use_cases.portal.ports import FileContent
from services.gateway.use_cases.portal.side import PortalSide

PREFIXES = ("/XrdAdapter/RestService/forward", "/VXPAdapter/RestService/forward")
KEY_HEADER = "x-adapter-key"
_KEPT_PATHS = frozenset({GENERAL, PROMOTION, LAND_TAX})
_SMALL_BYTES = 1_048_576
_HEAD_BYTES = 65_536
_QUESTION_BYTES = 131_072

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
    side, name = portal_side(request), "/".join(part for part in path.split("/") if part)
    if name not in _KEPT_PATHS:
        return await _asked(side, name, await _question(request).body())
    beside = _said_beside(request)
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > side.body_limit:
        raise BodyTooLarge
    # Whose length is not told (chunked, as .NET and Java write it) is small until it is seen to be large.
    body = _body(request, side.body_limit)
    begun = await _read_on(bytearray(), body, _HEAD_BYTES)
    if len(begun) <= _HEAD_BYTES:
        return _answer((await side.intake.receive(name, _whole(begun), beside)).answer)
    async with AsyncExitStack() as places:
        await side.begun.acquire()
        place = places.callback(side.begun.release)
        await _read_on(begun, body, _SMALL_BYTES)
        if len(begun) <= _SMALL_BYTES:
            return _answer((await side.intake.receive(name, _whole(begun), beside)).answer)
        async with side.large:
            # From here on nothing of it is held but a part at a time.
            places.pop_all()
            place()
            return _answer((await side.intake.receive(name, _whole(begun, body), beside)).answer)


def _said_beside(request: Request) -> Mapping[str, str]:
    """Return what the address says of a message: whether it is a change (the road of section 3.2)."""
    said = {name.casefold(): value for name, value in request.query_params.items()}
    return {UPDATING: "True"} if is_change_said(said.get(UPDATING.casefold(), "")) else {}


async def _body(request: Request, limit: int) -> AsyncIterator[bytes]:
    """Yield the body as it comes; raise `BodyTooLarge` past the limit, `BrokenOff` when the sender went."""
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > limit:
                raise BodyTooLarge
            yield piece
    except ClientDisconnect as error:
        raise BrokenOff from error


async def _read_on(begun: bytearray, body: AsyncIterator[bytes], most: int) -> bytearray:
    """Return what has come of a body and what comes, until it is whole or past so many bytes."""
    while len(begun) <= most:
        piece = await anext(body, None)
        if piece is None:
            break
        begun += piece
    return begun


def _question(request: Request) -> EdgeRequest:
    """Return a request whose body is a short question: nobody holds a megabyte for one."""
    bounded = EdgeRequest(request.scope, request.receive)
    bounded.max_body_bytes = _QUESTION_BYTES
    return bounded


async def _whole(begun: bytearray, rest: AsyncIterator[bytes] | None = None) -> AsyncIterator[bytes]:
    yield bytes(begun)
    begun.clear()
    if rest is not None:
        async for piece in rest:
            yield piece


async def ask(path: str, request: Request) -> Response:
    """Answer a question asked with GET, as roads through a gateway ask; a message is never taken this way."""
    side, name = portal_side(request), "/".join(part for part in path.split("/") if part)
    if name in _KEPT_PATHS or name == side.payment_path:
        return _answer({"error_code": FAILED, "message": "| bản tin phải gửi bằng POST"})
    body = await _question(request).body()
    return await _asked(side, name, body or orjson.dumps(dict(request.query_params)))


async def _asked(side: PortalSide, name: str, body: bytes) -> Response:
    if name == LOOK_UP:
        return await _look_up(side, body)
    if side.payments is not None and name == side.payment_path:
        return _answer(await side.payments.receive(_read(body)))
    if side.payments is not None and name == side.bill_path:
        return await _what_is_owed(side.payments, body)
    return _answer({"error_code": FAILED, "message": "| dịch vụ không tồn tại"})


def _read(body: bytes) -> Any:
    """Return what a short body says, None when it is no JSON or past the bounds."""
    try:
        return outline_of(as_json(body), new_id().hex, Bounds()).value()
    except (NotJson, NoOutline):
        return None


async def _what_is_owed(payments: CarryPayments, body: bytes) -> Response:
    code = asked_code(_read(body))
    if not code:
        return _answer({"error_code": -1, "message": []})
    try:
        return _answer(await payments.what_is_owed(code))
    except Unavailable:
        return _answer({"error_code": -1, "message": "hệ thống tạm thời chưa tra cứu được"})


async def _look_up(side: PortalSide, body: bytes) -> Response:
    unknown = {"error_code": "-1", "message": "masohoso not found"}
    asked = _read(body)
    if asked is None:
        return _answer({"error_code": "-1", "message": "nội dung không phải JSON"})
    code = asked_code(asked)
    if not code:
        return _answer(unknown)
    try:
        found = await side.intake.look_up(code)
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
        f"{_prefix}/{{path:path}}",
        ask,
        methods=["GET"],
        response_class=Response,
        openapi_extra=PUBLIC,
        name=f"ask_{_name}",
    )
router.add_api_route(
    "/portal-files/{token}", fetch_file, methods=["GET"], response_class=Response, openapi_extra=PUBLIC
)
