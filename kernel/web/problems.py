"""Refusals and defects as application/problem+json; the only place that knows HTTP statuses."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from kernel.core.errors import Kind, Refusal, Unavailable
from kernel.postgres.engine import BROKEN_WORLD

STATUS = {
    Kind.UNREADABLE: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.GONE: 410,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED_TYPE: 415,
    Kind.INVALID: 422,
    Kind.PRECONDITION_REQUIRED: 428,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
_PLAIN = {
    404: ("not-found", "Không tìm thấy"),
    405: ("method-not-allowed", "Phương thức không được hỗ trợ"),
    413: ("too-large", "Dữ liệu gửi lên quá lớn"),
}
_WRONG = {
    "missing": "Thiếu giá trị bắt buộc",
    "extra_forbidden": "Trường này không được chấp nhận",
    "enum": "Giá trị không nằm trong danh mục cho phép",
    "literal_error": "Giá trị không nằm trong danh mục cho phép",
    "string_too_short": "Chuỗi quá ngắn",
    "string_too_long": "Chuỗi quá dài",
    "string_pattern_mismatch": "Không đúng định dạng",
    "uuid_parsing": "Không đúng định dạng mã định danh",
    "int_parsing": "Phải là số nguyên",
    "string_type": "Phải là chuỗi ký tự",
    "int_type": "Phải là số nguyên",
    "list_type": "Phải là danh sách",
    "too_long": "Danh sách quá dài",
    "too_short": "Danh sách quá ngắn",
}
_LONGER_THAN = {
    "string_too_long": "tối đa {} ký tự",
    "too_long": "tối đa {} mục mỗi lần gửi",
}
_REFUSED_BY_POSTGRES = (asyncpg.DataError, asyncpg.CharacterNotInRepertoireError)
_log = structlog.get_logger()


class ProblemResponse(Response):
    """A problem document (RFC 9457) with a stable code."""

    media_type = "application/problem+json"


def problem(
    status: int,
    code: str,
    title: str,
    *,
    detail: str = "",
    errors: Sequence[dict[str, str]] = (),
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> ProblemResponse:
    """Return a problem; nothing of the request is repeated in it."""
    body: dict[str, Any] = {
        "type": f"urn:motcua:problem:{code}",
        "status": status,
        "code": code,
        "title": title,
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = list(errors)
    body.update(extra or {})
    return ProblemResponse(orjson.dumps(body), status_code=status, headers=headers)


def of_refusal(refusal: Refusal) -> ProblemResponse:
    """Return the problem of a refusal."""
    headers = {"Retry-After": "2"} if refusal.kind in {Kind.UNAVAILABLE, Kind.TOO_MANY} else None
    if refusal.kind is Kind.UNAUTHENTICATED:
        headers = {"WWW-Authenticate": "Bearer"}
    return problem(
        STATUS[refusal.kind],
        refusal.code,
        refusal.title,
        detail=refusal.detail,
        errors=[{"path": path, "reason": reason} for path, reason in refusal.fields],
        extra=refusal.extra,
        headers=headers,
    )


def of_validation(error: RequestValidationError) -> ProblemResponse:
    """Return 400 for a body that cannot be read and 422 for fields that are wrong, without echoing them."""
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return problem(400, "unreadable", "Nội dung gửi lên không đọc được")
    errors = [
        {
            "path": ".".join(str(part) for part in item["loc"] if part != "body") or "body",
            "reason": _reason(item),
        }
        for item in found[:50]
    ]
    return problem(422, "invalid", "Dữ liệu chưa hợp lệ", errors=errors)


def _reason(item: Mapping[str, Any]) -> str:
    """Return what is wrong with a field, with the limit where that is what it passes: how else to go on."""
    said = _WRONG.get(item["type"], "Giá trị chưa hợp lệ")
    most = item.get("ctx", {}).get("max_length")
    limit = _LONGER_THAN.get(item["type"])
    return f"{said}: {limit.format(most)}" if limit and most is not None else said


def of_error(error: Exception) -> ProblemResponse | None:
    """Return the problem of any error this system raises on purpose; None for a defect."""
    # FastAPI wraps whatever reading the body raised.
    refusal = error.__cause__ if isinstance(error, HTTPException) else error
    if isinstance(refusal, Refusal):
        return of_refusal(refusal)
    if isinstance(error, RequestValidationError):
        return of_validation(error)
    if isinstance(error, HTTPException):
        code, title = _PLAIN.get(error.status_code, ("refused", "Yêu cầu bị từ chối"))
        headers = dict(error.headers) if error.headers else None
        if error.status_code == 400:  # noqa: PLR2004 - FastAPI's own "cannot parse the body".
            code, title = "unreadable", "Nội dung gửi lên không đọc được"
        return problem(error.status_code, code, title, headers=headers)
    if isinstance(error, _REFUSED_BY_POSTGRES):
        return problem(422, "invalid", "Dữ liệu chưa hợp lệ")
    if isinstance(error, BROKEN_WORLD):
        _log.warning("world_broken", error=repr(error))
        return of_refusal(Unavailable())
    return None


def install(app: FastAPI) -> None:
    """Turn every error of an app into a problem."""

    async def answer(_: Request, error: Exception) -> Response:
        response = of_error(error)
        if response is None:
            _log.error("defect", exc_info=error)
            return problem(500, "defect", "Lỗi hệ thống, sự cố đã được ghi nhận")
        return response

    # Each expected kind by name: what only the handler of `Exception` catches is raised again as a defect.
    expected = (Refusal, RequestValidationError, HTTPException, *_REFUSED_BY_POSTGRES, *BROKEN_WORLD)
    for kind in (*expected, Exception):
        app.add_exception_handler(kind, answer)
