"""The door's own issuer: discovery, keys, tokens, and in development a page of sample people."""

import base64
import binascii
from html import escape
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import JSONResponse, Response

from kernel.core.errors import NotFound, Unauthenticated
from services.gateway.api.forms import form_of
from services.gateway.api.html import page
from services.gateway.domain.sample_user import SampleUser
from services.gateway.use_cases.sample_issuer import OAuthError, OwnIssuer

router = APIRouter(prefix="/oidc", include_in_schema=False)
_ASKED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "acr_values",
)


def _issuer(request: Request) -> OwnIssuer:
    issuer: OwnIssuer = request.app.state.runtime.resources.own_issuer
    return issuer


@router.get("/.well-known/openid-configuration")
async def show_discovery(request: Request) -> dict[str, Any]:
    """Return the discovery document."""
    return _issuer(request).discovery()


@router.get("/jwks")
async def show_keys(request: Request) -> dict[str, Any]:
    """Return the public keys."""
    return _issuer(request).public_keys()


@router.post("/token")
async def give_token(request: Request) -> Response:
    """Answer a token request as RFC 6749 says."""
    form = await form_of(request)
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    try:
        return JSONResponse(_issuer(request).token({**form, **_basic(request)}), headers=headers)
    except Unauthenticated:
        headers["WWW-Authenticate"] = "Basic"
        return JSONResponse({"error": "invalid_client"}, status_code=401, headers=headers)
    except OAuthError as error:
        return JSONResponse({"error": error.error}, status_code=400, headers=headers)


def _basic(request: Request) -> dict[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unauthenticated from error
    return {"client_id": client_id, "client_secret": secret}


@router.get("/authorize", response_class=HTMLResponse)
async def choose_sample_user(request: Request) -> Response:
    """Show the sample people and officers, one button each; development only."""
    issuer = _issuer(request)
    if not issuer.has_people:
        raise NotFound
    asked = {name: request.query_params.get(name, "") for name in _ASKED}
    try:
        issuer.check_authorization(asked)
    except OAuthError as error:
        return JSONResponse({"error": error.error}, status_code=400)
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in asked.items()
        if value
    )
    people = [user for user in issuer.users.values() if not user.is_staff]
    officers = [user for user in issuer.users.values() if user.is_staff]
    body = (
        "<h1>Đăng nhập thử nghiệm</h1><p>Chỉ có trong môi trường phát triển: chọn một người mẫu,"
        f' không cần mật khẩu.</p><form method="post">{hidden}<h2>Người dân, doanh nghiệp</h2>'
        f"{_buttons(people)}<h2>Cán bộ, công chức</h2>{_buttons(officers)}</form>"
    )
    return page("Đăng nhập thử nghiệm", body, form_action="*")


def _buttons(users: list[SampleUser]) -> str:
    rows = (
        f'<p><button name="subject" value="{escape(user.subject)}">{escape(user.name)}</button>'
        f" <small>{escape(user.about)}</small></p>"
        for user in users
    )
    return "".join(rows)


@router.post("/authorize", response_class=RedirectResponse)
async def give_code(request: Request) -> Response:
    """Send the browser back with a code for the chosen sample user."""
    issuer = _issuer(request)
    if not issuer.has_people:
        raise NotFound
    form = await form_of(request)
    try:
        code = issuer.code_for(form.get("subject", ""), form)
    except OAuthError as error:
        return JSONResponse({"error": error.error}, status_code=400)
    answer = urlencode({"code": code, "state": form.get("state", "")})
    return RedirectResponse(f"{form['redirect_uri']}?{answer}", status_code=303)
