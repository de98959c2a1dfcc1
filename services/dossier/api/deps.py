"""What endpoints ask for, and the problems every route may answer with."""

from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel

from kernel.web.deps import Caller, IfMatch, Now, current_work
from services.dossier.use_cases import ports

__all__ = ["PROBLEMS", "Caller", "IfMatch", "Now", "Work"]

Work = Annotated[ports.Work, Depends(current_work)]


class FieldProblem(BaseModel):
    """Which field is wrong, and why (Vietnamese)."""

    path: str
    reason: str


class Problem(BaseModel):
    """A refusal (RFC 9457); `code` is stable, texts are for people."""

    type: str
    status: int
    code: str
    title: str
    detail: str | None = None
    errors: list[FieldProblem] | None = None


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "model": Problem,
    }


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("Không đọc được, hoặc thiếu Idempotency-Key"),
    401: _problem("Chưa đăng nhập"),
    403: _problem("Không có quyền"),
    404: _problem("Không tìm thấy, hoặc không được biết"),
    409: _problem("Trạng thái không cho phép"),
    412: _problem("Phiên bản đã xem là cũ"),
    413: _problem("Quá lớn"),
    415: _problem("Loại tệp không được chấp nhận"),
    422: _problem("Dữ liệu chưa hợp lệ"),
    428: _problem("Thiếu If-Match"),
    503: _problem("Tạm thời chưa phục vụ được"),
}
