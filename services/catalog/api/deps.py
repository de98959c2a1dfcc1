"""What the catalogue's endpoints ask for."""

from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel

from kernel.web.deps import current_work
from services.catalog.use_cases import ports

Work = Annotated[ports.Work, Depends(current_work)]


class Problem(BaseModel):
    """A refusal (RFC 9457): `code` never changes, `title` and `detail` are for people."""

    type: str
    status: int
    code: str
    title: str
    detail: str = ""
    errors: list[dict[str, str]] = []


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problem documents a route may answer with."""
    texts = {
        400: "Không đọc được yêu cầu",
        401: "Chưa đăng nhập",
        403: "Không có quyền",
        404: "Không tìm thấy",
        412: "Dữ liệu đã thay đổi",
        413: "Dữ liệu quá lớn",
        422: "Dữ liệu chưa hợp lệ",
        503: "Tạm thời chưa phục vụ được",
    }
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": texts[status], "content": content} for status in sorted({*statuses, 503})}
