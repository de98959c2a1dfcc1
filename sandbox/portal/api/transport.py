"""How an answer travels, and all the ways in which it may fail to."""

import asyncio
from collections.abc import Callable
from typing import cast

import orjson
from fastapi import Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.portal.desk import Desk
from sandbox.portal.faults import Switchboard
from sandbox.portal.wire import Json, Unreadable, read_json

_DEFAULT_HTML_STATUS = 502
_MEGABYTE = 1_000_000


class CutConnection(Response):
    """Begins an answer and breaks off: the caller cannot know whether its call was applied."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI's signature.
        """Send half an answer and return, which makes the server close the connection."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"512")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"error_', "more_body": True})


def json_answer(members: object) -> Response:
    """Write JSON in UTF-8; application errors too travel with HTTP 200 (section 3.3)."""
    return Response(orjson.dumps(members), media_type="application/json;charset=utf-8")


def code_spelling(desk: Desk, service: str) -> str:
    """Return how `error_code` is spelled in this answer."""
    return str(desk.state.switchboard.take("error_code_as", service) or desk.state.settings.error_code_as)


def state_desk(request: Request) -> Desk:
    """Return the desk of the application that serves this request."""
    return cast("Desk", request.app.state.desk)


async def read_body(request: Request, desk: Desk) -> object:
    """Read a JSON body within the limit; `Unreadable` otherwise."""
    body = await request.body()
    if len(body) > desk.state.settings.body_limit_mb * _MEGABYTE:
        raise Unreadable("the body is too large")
    return read_json(body)


async def answer_with_faults(desk: Desk, service: str, work: Callable[[], Json]) -> Response:
    """Do the work unless a fault stands before it, and send its answer unless a fault stands behind it."""
    board = desk.state.switchboard
    before = _fault_before(board, service)
    if before is not None:
        return before
    members = work()
    delay_ms = board.take("slow_ms", service)
    if delay_ms is not None:
        await asyncio.sleep(delay_ms / 1000)
    lost = board.take("lose_answer_after_applying", service)
    if lost is not None:
        return CutConnection() if lost == "cut" else PlainTextResponse("Gateway Time-out", 504)
    return json_answer(members)


def _fault_before(board: Switchboard, service: str) -> Response | None:
    down = board.take("down", service)
    if down is not None:
        return CutConnection() if down == "cut" else PlainTextResponse("Service Unavailable", 503)
    html = board.take("html_5xx", service)
    if html is None:
        return None
    status = _DEFAULT_HTML_STATUS if isinstance(html, bool) or not isinstance(html, int) else html
    return HTMLResponse(f"<html><body><h1>{status}</h1><hr>nginx</body></html>", status)
