"""What every OpenAPI document says of refusals: the same problem document, in its own media type."""

from typing import Any

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457; `code` is stable, `title` and `detail` are Vietnamese and for people",
    "required": ["type", "status", "code", "title"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "reason"],
                "properties": {"path": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}
_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_MEANINGS = {
    "400": "Không đọc được, hoặc thiếu Idempotency-Key",
    "401": "Chưa đăng nhập hoặc phiên đã hết hạn",
    "403": "Không có quyền thực hiện",
    "404": "Không tìm thấy, hoặc không được biết",
    "409": "Trạng thái không cho phép",
    "412": "Dữ liệu đã thay đổi",
    "413": "Dữ liệu gửi lên quá lớn",
    "415": "Loại tệp không được chấp nhận",
    "422": "Dữ liệu chưa hợp lệ",
    "428": "Thiếu If-Match",
    "429": "Quá nhiều lần",
    "503": "Tạm thời chưa phục vụ được",
}
_ALWAYS = ("400", "422", "503")
_SIGNED_IN = ("401", "403")
_NAMED = ("404",)
_WRITES = ("412", "413")
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_REPLACED = ("HTTPValidationError", "ValidationError")
_CLIENT_ERROR = 400


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` of a route for refusals beyond those any route of its kind may give."""
    return {status: {"description": _MEANINGS[str(status)]} for status in statuses}


def a_file(media: str) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` of a route whose 200 is a file of this type."""
    return {200: {"content": {media: {"schema": {"type": "string", "format": "binary"}}}}}


def describe_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with every refusal the edge may give, besides those the operation names itself."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in _METHODS:
                operation["responses"] = _responses(path, method, operation)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _REPLACED:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    return document


def _responses(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    usual = [*_ALWAYS]
    usual += _SIGNED_IN if operation.get("security") != [] else ()
    usual += _NAMED if "{" in path else ()
    usual += _WRITES if method != "get" else ()
    told = {status: _MEANINGS[status] for status in usual}
    found = operation["responses"]
    told |= {status: answer["description"] for status, answer in found.items() if _is_refusal(status)}
    refusals = {status: {"description": text, "content": _CONTENT} for status, text in told.items()}
    return {
        **{status: answer for status, answer in found.items() if not _is_refusal(status)},
        **dict(sorted(refusals.items())),
    }


def _is_refusal(status: str) -> bool:
    return status.isdecimal() and int(status) >= _CLIENT_ERROR
