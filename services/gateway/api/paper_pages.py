"""The page that the QR code of a paper opens: what the paper is, who issued it, whether it still counts."""

from datetime import datetime
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kernel.core.clock import VIETNAM
from services.gateway.api.html import page
from services.gateway.use_cases.door import Door
from services.gateway.use_cases.paper_check import DigestWrong, PaperUnknown, check_paper

router = APIRouter(include_in_schema=False)
_TITLE = "Kiểm tra giấy tờ"


@router.get("/xac-minh/{token}", response_class=HTMLResponse)
async def show_paper(token: str, request: Request) -> HTMLResponse:
    """Show what is proved; with `sha256` also whether the file in hand is the one that was issued."""
    door: Door = request.app.state.runtime.resources
    digest = request.query_params.get("sha256", "")[:200]
    try:
        found = await check_paper(
            token,
            digest,
            upstream=door.upstream,
            correlation_id=str(request.scope["state"]["correlation_id"]),
        )
    except PaperUnknown as unknown:
        return page(_TITLE, f"<h1>{_TITLE}</h1>" + _wrong(unknown.title), status=404)
    except DigestWrong as wrong:
        return page(_TITLE, f"<h1>{_TITLE}</h1>" + _wrong(wrong.title) + _form(), status=422)
    return page(_TITLE, f"<h1>{escape(found['title'])}</h1>" + _fate(found) + _rows(found) + _form())


def _wrong(text: str) -> str:
    return f'<p class="wrong" role="alert">{escape(text)}</p>'


def _fate(found: dict[str, Any]) -> str:
    """Say first what counts most."""
    if found["matches"] is False:
        return _wrong("Tệp trong tay KHÔNG phải là tệp đã phát hành: nội dung đã bị thay đổi.")
    if found["is_recalled"]:
        return _wrong("Văn bản này đã bị thu hồi.")
    if found["is_superseded"]:
        return _wrong("Văn bản này đã được thay thế bằng bản mới hơn.")
    same = " Tệp trong tay đúng là tệp đã phát hành." if found["matches"] else ""
    return f'<p role="status"><strong>Văn bản do hệ thống phát hành, đang còn giá trị.{same}</strong></p>'


def _rows(found: dict[str, Any]) -> str:
    issued = datetime.fromisoformat(found["issued_at"]).astimezone(VIETNAM)
    rows: tuple[tuple[str, str], ...] = (
        ("Số", found["number"]),
        ("Mã hồ sơ", found["dossier_code"]),
        ("Cơ quan", found["agency"]),
        ("Người ký, người phát hành", found["issued_by"]),
        ("Thời gian phát hành", issued.strftime("%H:%M ngày %d/%m/%Y")),
        ("SHA-256 của tệp đã phát hành", found["sha256"]),
    )
    rows += tuple(("Ký số", _signed(one)) for one in found.get("signatures", ()))
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    return f"<dl>{listed}</dl>"


def _signed(one: dict[str, Any]) -> str:
    """Say who signed when, and by whose clock."""
    if not one["signed_at"]:
        return f"{one['signer']}, không ghi thời điểm"
    at = datetime.fromisoformat(one["signed_at"]).astimezone(VIETNAM).strftime("%H:%M:%S ngày %d/%m/%Y")
    if one["time_source"] != "TIMESTAMP":
        return f"{one['signer']}, {at} theo lời người ký, không có dấu thời gian"
    return (
        f"{one['signer']}, {at} theo dấu thời gian của {one['time_stamped_by']} (PAdES-{one['level'] or 'T'})"
    )


def _form() -> str:
    return (
        '<form method="get"><label for="sha256">SHA-256 của tệp bạn đang giữ (không bắt buộc)</label>'
        '<input id="sha256" name="sha256" maxlength="100" autocomplete="off">'
        "<p><button>Đối chiếu</button></p></form>"
    )
