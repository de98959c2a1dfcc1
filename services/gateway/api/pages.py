"""The page that the QR code of form 01 opens: look a dossier up without an account."""

from datetime import datetime
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kernel.core.clock import VIETNAM
from kernel.core.errors import NotFound
from services.gateway.api.forms import form_of
from services.gateway.api.html import page
from services.gateway.api.tracking import looked_up
from services.gateway.domain.headers import client_address, forwarded_for
from services.gateway.domain.usage.kinds import Channel
from services.gateway.use_cases.door import Door
from services.gateway.use_cases.look_up import TooManyFailures

router = APIRouter(include_in_schema=False)
_MAX_CODE = 64


@router.get("/", response_class=RedirectResponse)
async def lead_in() -> RedirectResponse:
    """Lead whoever types the bare address, as messages and papers print it, to the look-up."""
    return RedirectResponse("/tra-cuu", status_code=303)


@router.get("/tra-cuu", response_class=HTMLResponse)
async def show_look_up(request: Request) -> HTMLResponse:
    """Show the form, with the code the QR carries; the secret is typed, so that no address holds it."""
    code = request.query_params.get("code", "")[:_MAX_CODE]
    return page("Tra cứu hồ sơ", _form(code))


@router.get("/qr/{token}", response_class=RedirectResponse)
async def follow_qr(token: str) -> RedirectResponse:
    """Lead the QR code of form 01 to the form."""
    code = "".join(letter for letter in token if letter.isascii() and (letter.isalnum() or letter in "-."))
    return RedirectResponse(f"/tra-cuu?code={code[:_MAX_CODE]}", status_code=303)


@router.post("/tra-cuu", response_class=HTMLResponse)
async def look_up(request: Request) -> HTMLResponse:
    """Show the dossier, or that nothing was found."""
    door: Door = request.app.state.runtime.resources
    form = await form_of(request)
    code, secret = form.get("code", "").strip(), form.get("secret", "").strip()
    if not code or not secret:
        return page("Tra cứu hồ sơ", _wrong("Hãy nhập mã hồ sơ và mã bí mật.") + _form(code), status=422)
    try:
        asked = {"code": code, "secret": secret}
        found = (await looked_up(door, _client(door, request), Channel.WEB, asked)).shown
    except NotFound:
        text = "Không tìm thấy hồ sơ. Hãy kiểm tra mã hồ sơ và mã bí mật in trên Giấy tiếp nhận."
        return page("Tra cứu hồ sơ", _wrong(text) + _form(code), status=404)
    except TooManyFailures as error:
        text = f"Tra cứu sai quá nhiều lần, hãy thử lại sau {error.retry_after} giây."
        refused = page("Tra cứu hồ sơ", _wrong(text) + _form(code), status=429)
        refused.headers["Retry-After"] = str(error.retry_after)
        return refused
    return page(f"Hồ sơ {found['code']}", _result(found))


def _client(door: Door, request: Request) -> str:
    peer = request.client.host if request.client else ""
    return client_address(peer, forwarded_for(request.scope["headers"]), door.trusted_proxies)


def _form(code: str) -> str:
    return (
        "<h1>Tra cứu tình trạng hồ sơ</h1>"
        '<form method="post" action="/tra-cuu"><label for="code">Mã hồ sơ</label>'
        f'<input id="code" name="code" required maxlength="{_MAX_CODE}" autocomplete="off"'
        f' value="{escape(code)}">'
        '<label for="secret">Mã bí mật (in trên Giấy tiếp nhận hồ sơ)</label>'
        '<input id="secret" name="secret" required maxlength="64" autocomplete="off"'
        ' autocapitalize="characters">'
        "<p><button>Tra cứu</button></p></form>"
    )


def _wrong(text: str) -> str:
    return f'<p class="wrong" role="alert">{escape(text)}</p>'


def _result(found: dict[str, Any]) -> str:
    step = found["step"]
    where = " – ".join(part for part in (step["name"], step["unit"], step["agency"]) if part) if step else ""
    rows = [
        ("Tình trạng", found["state_text"]),
        ("Bước đang xử lý", where),
        ("Chủ hồ sơ", found["owner"]),
        ("Thủ tục", found["procedure"]["name"]),
        ("Cơ quan giải quyết", found["agency"]["name"]),
        ("Ngày tiếp nhận", _day(found["received_at"])),
        ("Hẹn trả kết quả", _day(found["due_at"])),
    ]
    told = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    passed = "".join(f"<li>{_day(item['at'])}: {escape(item['text'])}</li>" for item in found["timeline"])
    return (
        f"<h1>Hồ sơ {escape(found['code'])}</h1><dl>{told}</dl><h2>Quá trình giải quyết</h2><ol>{passed}</ol>"
        '<p><a href="/tra-cuu">Tra cứu hồ sơ khác</a></p>'
    )


def _day(moment: str | None) -> str:
    return (
        datetime.fromisoformat(moment).astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y") if moment else ""
    )
