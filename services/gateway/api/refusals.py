"""Refusals met before any router: the same problem documents, with how long to wait."""

import structlog
from starlette.responses import Response

from kernel.core.errors import Refusal
from kernel.web import problems
from services.gateway.api.body import TooSlow
from services.gateway.domain.route_match import MethodNotAllowed

_log = structlog.get_logger()


def answer_of(error: Exception) -> Response:
    """Return the answer for an error; what is no refusal is our defect."""
    if isinstance(error, MethodNotAllowed):
        allowed = {"Allow": ", ".join(error.allowed)}
        return problems.problem(405, "method-not-allowed", "Phương thức không được hỗ trợ", headers=allowed)
    if isinstance(error, TooSlow):
        closed = {"Connection": "close"}
        return problems.problem(408, "too-slow", "Dữ liệu gửi lên quá chậm", headers=closed)
    response: Response | None = problems.of_error(error)
    if response is None:
        _log.error("defect", exc_info=error)
        return problems.problem(500, "defect", "Lỗi hệ thống, sự cố đã được ghi nhận")
    wait = getattr(error, "retry_after", 0)
    if wait and isinstance(error, Refusal):
        response.headers["Retry-After"] = str(wait)
    return response
