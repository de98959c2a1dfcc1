"""The headers of answers in the door's document: what may be told besides a body, and when."""

from collections.abc import Mapping
from typing import Any

from services.gateway.domain.routes import Route

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer", "minimum": 0}


def _header(description: str, schema: Mapping[str, Any] = _TEXT) -> dict[str, Any]:
    return {"description": description, "schema": dict(schema)}


HEADERS: Mapping[str, Mapping[str, Any]] = {
    "Access-Control-Allow-Origin": _header("Trang của ai được đọc câu trả lời này"),
    "Cache-Control": _header("Câu trả lời được giữ bao lâu"),
    "Content-Disposition": _header("Tên tệp để tải về"),
    "Content-Language": _header("Ngôn ngữ của nội dung"),
    "Deprecation": _header("Từ khi nào không nên dùng địa chỉ này nữa (RFC 9745)"),
    "ETag": _header("Dấu của nội dung, hoặc phiên bản để gửi lại trong If-Match"),
    "Idempotency-Replayed": _header("true: câu trả lời đầu tiên của cùng khóa, không làm lại"),
    "Last-Modified": _header("Lần thay đổi cuối"),
    "Link": _header("Địa chỉ thay thế: rel=successor-version"),
    "Location": _header("Nơi đọc điều vừa được tạo"),
    "Retry-After": _header("Số giây nên chờ rồi hãy gửi lại", _WHOLE),
    "Sunset": _header("Ngày địa chỉ này ngừng phục vụ (RFC 8594)"),
    "Tus-Resumable": _header("Phiên bản tus"),
    "Upload-Expires": _header("Khi nào phần đã tải lên bị xóa"),
    "Upload-Length": _header("Độ dài cả tệp", _WHOLE),
    "Upload-Offset": _header("Số byte đã nhận", _WHOLE),
    "Vary": _header("Câu trả lời đổi theo những header này của yêu cầu"),
    "X-Correlation-Id": _header("Mã của yêu cầu này, để hỏi lại"),
}
"""Those the document names; a door that answers another one is found by a test."""

_JSON = "application/json"
_SUCCESS, _REFUSALS = 200, 400
_MADE = frozenset({"201", "202"})
_LATER = frozenset({"429", "503"})
_PARTS = "/api/v1/uploads"


def with_headers(responses: Mapping[str, Any], route: Route) -> dict[str, Any]:
    """Return the answers of an operation with the headers each may carry."""
    return {
        status: {
            **answer,
            "headers": {
                **answer.get("headers", {}),
                **{name: {"$ref": f"#/components/headers/{name}"} for name in _names(status, answer, route)},
            },
        }
        for status, answer in responses.items()
    }


def _names(status: str, answer: Mapping[str, Any], route: Route) -> list[str]:
    found = {"X-Correlation-Id", "Cache-Control", "Vary"}
    if route.deprecated_on is not None:
        found |= {"Deprecation", "Sunset", "Link"}
    if status in _LATER:
        found.add("Retry-After")
    if status.isdecimal() and _SUCCESS <= int(status) < _REFUSALS and not route.is_stream:
        found |= _of_reading(answer, route) if route.method == "GET" else _of_writing(status)
        if route.path.startswith(_PARTS):
            found |= {"Tus-Resumable", "Upload-Expires", "Upload-Length", "Upload-Offset"}
    return sorted(found)


def _of_reading(answer: Mapping[str, Any], route: Route) -> set[str]:
    found = {"ETag", "Last-Modified"}
    if set(answer.get("content", ())) - {_JSON}:
        found |= {"Content-Disposition", "Content-Language"}
    if route.is_embeddable:
        found.add("Access-Control-Allow-Origin")
    return found


def _of_writing(status: str) -> set[str]:
    return {"ETag", "Idempotency-Replayed"} | ({"Location"} if status in _MADE else set())
