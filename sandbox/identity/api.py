"""What both issuers answer (national-portal.md section 18), and the page where somebody signs in."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from kernel.tls import authorities
from sandbox.identity.issuer import Issuer, Refused
from sandbox.pages import page

router = APIRouter()
NAMES = {"vnconnect": "VNConnect (tài khoản cũ của Cổng)", "vneid": "VNeID"}
_OWN = frozenset({"who", "weakly"})


def _issuer(request: Request, name: str) -> Issuer:
    found: Issuer | None = request.app.state.issuers.get(name)
    if found is None:
        raise HTTPException(404)
    return found


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _refused(error: Refused) -> JSONResponse:
    status = 401 if str(error) in {"invalid_client", "invalid_token"} else 400
    return JSONResponse({"error": str(error)}, status_code=status)


@router.get("/livez")
async def live() -> dict[str, str]:
    """Answer while the process lives."""
    return {"status": "ok"}


@router.get("/", response_class=HTMLResponse)
async def show_accounts(request: Request) -> HTMLResponse:
    """Show the accounts of both issuers."""
    issuers = [{"name": NAMES[one.name], "issuer": one} for one in request.app.state.issuers.values()]
    return page("identity/templates/accounts.html", {"issuers": issuers})


@router.get("/{name}/.well-known/openid-configuration")
async def show_discovery(name: str, request: Request) -> dict[str, Any]:
    """Return the discovery document."""
    return _issuer(request, name).discovery()


@router.get("/{name}/oauth2/jwks")
async def show_keys(name: str, request: Request) -> dict[str, Any]:
    """Return the public key."""
    return {"keys": [_issuer(request, name).key.as_dict(private=False)]}


@router.get("/{name}/oauth2/authorize", response_class=HTMLResponse)
async def choose_account(name: str, request: Request) -> Response:
    """Show the accounts, one button each; every sign-in is a fresh one, so `max_age` and `login` hold."""
    issuer, asked = _issuer(request, name), dict(request.query_params)
    try:
        issuer.check(asked)
    except Refused as error:
        return _refused(error)
    values = {"name": NAMES[name], "people": issuer.people, "asked": asked}
    return page("identity/templates/authorize.html", values)


@router.post("/{name}/oauth2/authorize")
async def give_code(name: str, request: Request) -> Response:
    """Send the browser back with a code for the chosen account."""
    form = await _form(request)
    asked = {key: value for key, value in form.items() if key not in _OWN}
    try:
        code = _issuer(request, name).code_for(form.get("who", ""), asked, weakly="weakly" in form)
    except Refused as error:
        return _refused(error)
    back = urlencode({"code": code, "state": asked.get("state", "")})
    return RedirectResponse(f"{asked['redirect_uri']}?{back}", status_code=303)


@router.post("/{name}/oauth2/token")
async def give_token(name: str, request: Request) -> Response:
    """Answer the token endpoint."""
    try:
        answer = _issuer(request, name).redeem(await _form(request))
    except Refused as error:
        return _refused(error)
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


@router.api_route("/{name}/oauth2/userinfo", methods=["GET", "POST"])
async def tell_who(name: str, request: Request) -> Response:
    """Return user information; the portal's clients ask by POST too."""
    _, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        return JSONResponse(_issuer(request, name).user_information(token))
    except Refused as error:
        return _refused(error)


@router.get("/{name}/oidc/logout")
async def sign_out(
    name: str, request: Request, id_token_hint: str = "", post_logout_redirect_uri: str = "/", state: str = ""
) -> Response:
    """End the session of an identity token and go back; the province is told by the back channel."""
    issuer = _issuer(request, name)
    try:
        claims = issuer.read(id_token_hint)
    except Refused as error:
        return _refused(error)
    await _tell(request, issuer.logout_token(str(claims["sub"]), str(claims.get("sid", ""))))
    query = f"?{urlencode({'state': state})}" if state else ""
    return RedirectResponse(f"{post_logout_redirect_uri}{query}", status_code=303)


@router.post("/{name}/sign-out-everywhere")
async def sign_out_everywhere(name: str, request: Request) -> Response:
    """Tell the province that an account signed out on every device."""
    issuer = _issuer(request, name)
    person = issuer.people.get((await _form(request)).get("who", ""))
    if person is None:
        raise HTTPException(404)
    await _tell(request, issuer.logout_token(person.subject))
    return RedirectResponse("/", status_code=303)


async def _tell(request: Request, token: str) -> None:
    url = request.app.state.settings.back_channel_url
    if url:
        async with httpx.AsyncClient(timeout=5, verify=authorities()) as client:
            (await client.post(url, data={"logout_token": token})).raise_for_status()
