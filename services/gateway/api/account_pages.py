"""The page where a citizen sees, links and unlinks their accounts, without a script (ADR 0022)."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kernel.core.caller import CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, Unauthenticated
from kernel.service import JobTick
from services.gateway.api import cookies
from services.gateway.api.forms import form_of
from services.gateway.api.own_page import require_own_page, require_session, session_number
from services.gateway.api.rendered import PageRoute, rendered
from services.gateway.api.session import SIGN_IN_SECONDS
from services.gateway.domain.issuer import IssuerKind
from services.gateway.use_cases.account_links import end_link, list_proposals, take_proposal
from services.gateway.use_cases.door import Door
from services.gateway.use_cases.preferences_asking import do_choices_differ
from services.gateway.use_cases.sign_in import own_page
from services.gateway.use_cases.who_is_asking import Known

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_PAGE, _WAYS = "/tai-khoan", "/dang-nhap"
_LINKED, _ENDED = "lien-ket", "huy"


@router.get(_WAYS, response_class=HTMLResponse)
async def choose_way(
    request: Request, return_to: Annotated[str, Query(max_length=2000)] = _PAGE
) -> HTMLResponse:
    """Show the ways to sign in; each leads back to `return_to`, which is a page of ours or the start page."""
    door: Door = request.app.state.runtime.resources
    back = own_page(return_to)
    ways = [
        {
            "label": way.label or way.name,
            "address": f"/session/login?{urlencode({'issuer': way.name, 'return_to': back})}",
        }
        for way in door.sign_in.ways
    ]
    return rendered("ways.html", ways=ways)


@router.get(_PAGE, response_class=HTMLResponse)
async def show_accounts(request: Request) -> Response:
    """Show the accounts that are linked, those that could be, and the ways to show another."""
    door: Door = request.app.state.runtime.resources
    try:
        known = await _known(request, door)
    except Unauthenticated:
        return RedirectResponse(f"{_WAYS}?{urlencode({'return_to': _PAGE})}", status_code=303)
    runtime, caller = request.app.state.runtime, known.caller
    async with JobTick(runtime, runtime.clock.now()).open_work() as work:
        links = [row for row in await work.account_links.listed(caller.subjects) if not row["revoked_at"]]
        proposals = await list_proposals(caller, work=work)
    differ = bool(links) and await do_choices_differ(
        door.upstream,
        authorization=known.authorization,
        correlation_id=request.headers.get("x-correlation-id", ""),
    )
    ways = [way for way in door.sign_in.ways if way.kind is IssuerKind.PERSON]
    labels = {way.name: way.label or way.name for way in door.sign_in.ways}
    return rendered(
        "accounts.html",
        name=caller.name,
        links=[_shown(row, labels) for row in links],
        proposals=[{**row, "label": labels.get(row["issuer"], row["issuer"])} for row in proposals],
        ways=[{"issuer": way.name, "label": labels[way.name]} for way in ways],
        differ=differ,
        told=told if (told := request.query_params.get("xong")) in {_LINKED, _ENDED} else "",
    )


def _shown(row: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "version": row["version"],
        "label": labels.get(row["linked_issuer"], row["linked_issuer"]),
        "own_label": labels.get(row["issuer"], row["issuer"]),
        "at": f"{row['linked_at'].astimezone(VIETNAM):%H:%M %d/%m/%Y}",
    }


@router.post(f"{_PAGE}/them", response_class=HTMLResponse)
async def show_another(request: Request) -> Response:
    """Lead on to another account's sign-in; a page that leads, for a form may lead to nobody else's site."""
    door: Door = request.app.state.runtime.resources
    require_own_page(request, door)
    number = require_session(request, door)
    issuer = (await form_of(request)).get("issuer", "")
    begun = await door.sign_in.begin_link(issuer, f"{_PAGE}?xong={_LINKED}", number=number)
    response = rendered("lead_on.html", address=begun.address, is_leaving=False)
    cookies.put(response, cookies.SIGN_IN, begun.cookie, SIGN_IN_SECONDS, is_https=door.is_https)
    return response


@router.post(f"{_PAGE}/lien-ket", response_class=RedirectResponse)
async def link_proposed(request: Request) -> Response:
    """Take a proposal: both accounts tell one checked number."""
    door: Door = request.app.state.runtime.resources
    known, given = await _acting(request, door)
    runtime = request.app.state.runtime
    now = runtime.clock.now()
    async with JobTick(runtime, now).open_work() as work:
        await take_proposal(_uuid(given, "proposal"), by=known.caller, work=work, now=now)
    return _done(request, door, _LINKED)


@router.post(f"{_PAGE}/huy", response_class=RedirectResponse)
async def end(request: Request) -> Response:
    """End a link: from here on each account sees only what is its own."""
    door: Door = request.app.state.runtime.resources
    known, given = await _acting(request, door)
    runtime = request.app.state.runtime
    now = runtime.clock.now()
    seen = given.get("version", "")
    if seen not in {"1", "2"}:
        raise Invalid(fields=[("version", "Giá trị chưa hợp lệ")])
    async with JobTick(runtime, now).open_work() as work:
        await end_link(_uuid(given, "link"), seen=int(seen), by=known.caller, work=work, now=now)
    return _done(request, door, _ENDED)


async def _acting(request: Request, door: Door) -> tuple[Known, dict[str, str]]:
    require_own_page(request, door)
    return await _known(request, door), await form_of(request)


async def _known(request: Request, door: Door) -> Known:
    known = await door.who.by_session(require_session(request, door))
    if known.caller.kind is not CallerKind.PERSON:
        raise Forbidden
    return known


def _done(request: Request, door: Door, what: str) -> Response:
    # What was linked or ended holds for the very next page of this browser.
    door.who.forget_session(session_number(request, door))
    return RedirectResponse(f"{_PAGE}?xong={what}", status_code=303)


def _uuid(given: dict[str, str], name: str) -> UUID:
    try:
        return UUID(given.get(name, ""))
    except ValueError as error:
        raise Invalid(fields=[(name, "Giá trị chưa hợp lệ")]) from error
