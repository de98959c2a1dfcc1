"""The national exchange's side of the portal (sections 3.1, 4 and 5): login and one address for all calls."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from sandbox.portal.api.transport import (
    answer_with_faults,
    code_spelling,
    json_answer,
    read_body,
    state_desk,
)
from sandbox.portal.desk import Desk
from sandbox.portal.wire import Answer, Json, Unreadable, as_text

LOGIN_PATH = "/mapi/login"
LOGIN = "login"
"""The name a fault's service filter uses for the login."""

router = APIRouter(include_in_schema=False)


@router.post("/XrdAdapter/RestService/forward/{path:path}")
@router.post("/VXPAdapter/RestService/forward/{path:path}")
async def forward(path: str, request: Request) -> Response:
    """Pass a call on to the provider that `dstcode` names, in a header or in the query."""
    desk = state_desk(request)
    destination = request.headers.get("dstcode") or request.query_params.get("dstcode") or ""
    if destination != desk.state.settings.dstcode:
        return PlainTextResponse("Không tìm thấy dịch vụ đích (dstcode)", 404)
    return await _provider("/" + path.lstrip("/"), request)


@router.post("/mapi/{path:path}")
async def direct(path: str, request: Request) -> Response:
    """Answer a call that reaches the provider without an exchange."""
    return await _provider("/mapi/" + path, request)


async def _provider(path: str, request: Request) -> Response:
    desk = state_desk(request)
    if path != LOGIN_PATH and path not in desk.state.settings.call_paths:
        return PlainTextResponse("Not Found", 404)
    if not request.headers.get("content-type", "").startswith("application/json"):
        return PlainTextResponse("Unsupported Media Type", 415)
    try:
        fields = await read_body(request, desk)
    except Unreadable:
        return PlainTextResponse("Bad Request", 400)
    if not isinstance(fields, dict):
        refused = Answer(desk.state.settings.code_invalid, "Nội dung yêu cầu phải là đối tượng JSON")
        return json_answer(refused.members(code_spelling(desk, "")))
    if path == LOGIN_PATH:
        return await answer_with_faults(desk, LOGIN, lambda: _login_answer(desk, fields))
    service = as_text(fields.get("service"))
    return await answer_with_faults(desk, service, lambda: _service_answer(desk, service, fields))


def _login_answer(desk: Desk, fields: Json) -> Json:
    answer, session = desk.log_in(fields)
    members = answer.members(code_spelling(desk, LOGIN))
    return {**members, "session": session} if session else members


def _service_answer(desk: Desk, service: str, fields: Json) -> Json:
    return desk.serve_with_session(fields).members(code_spelling(desk, service))
