"""Browsers sign in and out; everybody may ask who they are."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from kernel.core.caller import CallerKind
from kernel.core.errors import Forbidden, Unauthenticated
from kernel.web.deps import Caller
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.gateway.api import cookies
from services.gateway.api.forms import form_of
from services.gateway.api.own_page import CrossSite, require_own_page, session_number
from services.gateway.api.rendered import BrowserRoute, rendered
from services.gateway.domain.usage.kinds import Channel, Kind
from services.gateway.use_cases.door import Door
from services.gateway.use_cases.sign_in import Begun

router = APIRouter(route_class=BrowserRoute, tags=["session"])
own = APIRouter(prefix="/api/v1", route_class=EdgeRoute, tags=["session"])
SIGN_IN_SECONDS = 600


class SessionShown(BaseModel):
    """Who is asking, as the services see it."""

    subject: str
    kind: str
    name: str
    roles: list[str]
    agency: str
    unit: str
    assurance: str
    assurance_level: int
    """Of an electronic identification account: 1 or 2; 0 where none was told."""


@own.get("/session")
async def show_session(caller: Caller) -> SessionShown:
    """Tell who I am."""
    return SessionShown(
        subject=caller.subject,
        kind=caller.kind.value,
        name=caller.name,
        roles=sorted(caller.roles),
        agency=caller.agency,
        unit=caller.unit,
        assurance=caller.assurance,
        assurance_level=caller.assurance_level,
    )


@router.get("/session/login", status_code=303, response_class=RedirectResponse)
async def begin_sign_in(
    request: Request,
    return_to: Annotated[str, Query(max_length=2000)] = "/",
    issuer: Annotated[str, Query(max_length=500)] = "",
    acr: Annotated[str, Query(pattern=r"^[A-Za-z0-9:._/-]{0,100}$")] = "",
    assurance: Annotated[int, Query(ge=0, le=2)] = 0,
) -> RedirectResponse:
    """Send the browser to its identity provider; `return_to` is a path here, `acr` a level there.

    `assurance` is a level that must be reached; a session that lives is raised to it.
    """
    door: Door = request.app.state.runtime.resources
    number = session_number(request, door)
    begun = await door.sign_in.begin(issuer, return_to, acr, level=assurance, number=number)
    return _gone_to(begun, door)


@router.post("/session/link", status_code=303, response_class=RedirectResponse)
async def begin_link(
    request: Request,
    issuer: Annotated[str, Query(min_length=1, max_length=500)],
    return_to: Annotated[str, Query(max_length=2000)] = "/",
) -> RedirectResponse:
    """Send the browser to show another account of the same person: a form of our own pages, or a script."""
    door: Door = request.app.state.runtime.resources
    require_own_page(request, door)
    number = session_number(request, door)
    if not number:
        raise Unauthenticated
    return _gone_to(await door.sign_in.begin_link(issuer, return_to, number=number), door)


def _gone_to(begun: Begun, door: Door) -> RedirectResponse:
    response = RedirectResponse(begun.address, status_code=303)
    cookies.put(response, cookies.SIGN_IN, begun.cookie, SIGN_IN_SECONDS, is_https=door.is_https)
    return response


@router.get(
    "/session/callback", status_code=303, response_class=RedirectResponse, responses=problems(403, 409)
)
async def finish_sign_in(
    request: Request,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=500)] = "",
) -> RedirectResponse:
    """Take the browser back with a session."""
    door: Door = request.app.state.runtime.resources
    header = request.headers.get("cookie", "")
    under_way = cookies.read(header, cookies.SIGN_IN, is_https=door.is_https)
    number = cookies.read(header, cookies.SESSION, is_https=door.is_https)
    finished = await door.sign_in.finish(code=code, state=state, cookie=under_way, number=number)
    if finished.number:
        door.usage.here.count(Kind.SIGN_IN, Channel.STAFF if finished.is_staff else Channel.PERSON)
    response = RedirectResponse(finished.return_to, status_code=303)
    door.who.forget_session(number)
    if finished.is_apart:
        door.who.forget_everybody()
    if finished.number:
        cookies.put(response, cookies.SESSION, finished.number, finished.seconds, is_https=door.is_https)
    cookies.drop(response, cookies.SIGN_IN, is_https=door.is_https)
    return response


@router.delete("/session", status_code=204, response_class=Response)
async def end_session(request: Request, *, everywhere: bool = False) -> Response:
    """Sign out here, or on every device; the session is gone whatever happens to the cookie.

    An app shows its token instead, and signs out everywhere: its own tokens are over too.
    """
    door: Door = request.app.state.runtime.resources
    token = request.headers.get("authorization")
    if token is None and "x-requested-with" not in request.headers:
        raise CrossSite
    number = session_number(request, door) if token is None else ""
    if not number and not (token and everywhere):
        raise Unauthenticated
    if everywhere:
        who = door.who.by_authorization(token) if token else door.who.by_session(number)
        caller = (await who).caller
        if caller.kind is CallerKind.SERVICE:
            raise Forbidden
        await door.sign_in.end_everywhere(caller)
        door.who.forget_everybody()
    else:
        await door.sign_in.end(number)
        door.who.forget_session(number)
    response = Response(status_code=204)
    cookies.drop(response, cookies.SESSION, is_https=door.is_https)
    return response


@router.post("/session/sign-out", response_class=Response)
async def sign_out(request: Request) -> Response:
    """Sign out here and at the identity provider: a form of our own pages, or a script of theirs.

    A policy of forms holds for where a form is redirected too, so that a browser is led on to another site by
    a page; a script is told the address, for it could not see where a redirect leads.
    """
    door: Door = request.app.state.runtime.resources
    require_own_page(request, door)
    number = session_number(request, door)
    if not number:
        raise Unauthenticated
    session = await door.sign_in.leave(number)
    door.who.forget_session(number)
    response = _farewell(await door.sign_in.farewell(session), request)
    cookies.drop(response, cookies.SESSION, is_https=door.is_https)
    return response


def _farewell(address: str, request: Request) -> Response:
    if "x-requested-with" in request.headers:
        return JSONResponse({"address": address})
    if address.startswith("/"):
        return RedirectResponse(address, status_code=303)
    return rendered("lead_on.html", address=address, is_leaving=True)


@router.post("/session/back-channel", response_class=Response, include_in_schema=False)
async def end_told_sessions(request: Request) -> Response:
    """End what an identity provider says has ended (OpenID Connect Back-Channel Logout)."""
    door: Door = request.app.state.runtime.resources
    form = await form_of(request)
    try:
        await door.sign_in.end_told(form.get("logout_token", ""))
    except Unauthenticated:
        return JSONResponse({"error": "invalid_request"}, status_code=400)
    door.who.forget_everybody()
    return Response(status_code=200)
