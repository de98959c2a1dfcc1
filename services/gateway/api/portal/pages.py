"""Pages between people and the national portal: where its links lead, and the figures of keeping in step."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, Unauthenticated
from kernel.service import JobTick
from services.gateway.api import cookies
from services.gateway.api.catalog_pages import catalogue_of
from services.gateway.api.rendered import PageRoute, rendered
from services.gateway.domain.chosen_service import CODE
from services.gateway.domain.issuer import IssuerKind
from services.gateway.domain.portal.telling.codes import CodeKind
from services.gateway.use_cases.door import Door

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_FIGURES = "/dong-bo-cong"
_APPLY = "/nop-ho-so"
Code = Annotated[str, Query(max_length=100)]


@router.get(_APPLY, response_class=RedirectResponse)
async def follow_portal_link(
    request: Request,
    *,
    local: Annotated[str, Query(alias="MaTTHCDP", max_length=100)] = "",
    national: Annotated[str, Query(alias="MaTTHC", max_length=100)] = "",
    agency: Annotated[str, Query(alias="MaCoQuanThucHien", max_length=100)] = "",
    service: Annotated[str, Query(alias="MaDVC", max_length=100)] = "",
    vnconnect: Annotated[str, Query(max_length=5)] = "",
    vneid: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """Lead to the procedure's form; with a flag and nobody signed in, by way of the sign-in it names.

    With a flag, who is identified less surely than the procedure asks is led to the issuer for more first.

    `MDT`, the account the portal thinks it is, is not believed: who signs in says who they are.
    """
    told = {"MaTTHCDP": local, "MaTTHC": national, "MaCoQuanThucHien": agency, "MaDVC": service}
    wrong = [(name, "Giá trị chưa hợp lệ") for name, value in told.items() if value and not _is_code(value)]
    if wrong or not (local or national):
        raise Invalid(fields=wrong or [("MaTTHC", "Thiếu giá trị bắt buộc")])
    flag = "vneid" if vneid == "1" else "vnconnect" if vnconnect == "1" else ""
    door: Door = request.app.state.runtime.resources
    # A known agency or procedure goes by the code of ours that people mapped; both spellings are taken.
    code = local or await _local_of(request, CodeKind.PROCEDURE, national)
    caller = await _signed_in(door, request) if flag else None
    level = await catalogue_of(request).identification_level(code) if flag else 0
    if flag and (caller is None or _is_below(caller, level)):
        # Without the flag, so that who gives the sign-in up there is not sent there for ever.
        back = f"{_APPLY}?{urlencode({name: value for name, value in told.items() if value})}"
        issuer = {} if caller else {"issuer": _issuer_of(door, flag)}
        raised = {"assurance": level} if level else {}
        query = urlencode({**issuer, "return_to": back, **raised})
        return RedirectResponse(f"/session/login?{query}", status_code=303)
    place = await _local_of(request, CodeKind.AGENCY, agency) if agency else ""
    chosen = {"agency": place, "service": service}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return RedirectResponse(f"/bieu-mau/{quote(code)}{'?' if query else ''}{query}", status_code=303)


@router.get(_FIGURES, response_class=HTMLResponse)
async def show_portal_figures(request: Request) -> Response:
    """Show supervisors and administrators how far the portal is behind, and why."""
    door: Door = request.app.state.runtime.resources
    caller = await _signed_in(door, request)
    if caller is None:
        return RedirectResponse(f"/dang-nhap?{urlencode({'return_to': _FIGURES})}", status_code=303)
    if caller.kind is not CallerKind.STAFF or not caller.has_role("ADMIN", "SUPERVISOR"):
        raise Forbidden
    runtime = request.app.state.runtime
    now = runtime.clock.now()
    async with JobTick(runtime, now).open_work() as work:
        figures = await work.portal_screens.figures(now)
        differences = await work.portal_screens.differences(20)
    return rendered("portal_sync.html", figures=figures, differences=differences, at=f"{now:%H:%M %d/%m/%Y}")


def _is_code(value: str) -> bool:
    return CODE.fullmatch(value) is not None


async def _signed_in(door: Door, request: Request) -> Caller | None:
    header = request.headers.get("cookie", "")
    number = cookies.read(header, cookies.SESSION, is_https=door.is_https)
    try:
        return (await door.who.by_session(number)).caller if number else None
    except Unauthenticated:
        return None


def _is_below(caller: Caller, level: int) -> bool:
    return caller.kind is CallerKind.PERSON and caller.assurance_level < level


def _issuer_of(door: Door, flag: str) -> str:
    """Return the issuer of a flag; without one the first way for people, or whatever there is."""
    people = [way for way in door.sign_in.ways if way.kind is IssuerKind.PERSON]
    return next((way.name for way in people if way.portal_flag == flag), people[0].name if people else "")


async def _local_of(request: Request, kind: CodeKind, national: str) -> str:
    runtime = request.app.state.runtime
    async with JobTick(runtime, runtime.clock.now()).open_work() as work:
        found: str = await work.portal_codes.local_of(kind, national)
    return found
