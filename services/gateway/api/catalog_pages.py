"""Pages about a procedure: what its QR code opens, and following it by mail; without scripts."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from services.gateway.api.forms import form_of
from services.gateway.api.rendered import PageRoute, rendered, text
from services.gateway.use_cases.catalog_asking import Catalogue, NotTaken, NotThere

router = APIRouter(route_class=PageRoute, include_in_schema=False)


def catalogue_of(request: Request) -> Catalogue:
    """Return the catalogue as this request asks it."""
    upstream = request.app.state.runtime.resources.upstream
    return Catalogue(upstream, str(request.scope["state"]["correlation_id"]))


async def _procedure_page(code: str, request: Request, wrong: str = "") -> HTMLResponse:
    catalogue = catalogue_of(request)
    fragment = await catalogue.fragment(code)
    try:
        await catalogue.form(code)
        has_form = True
    except NotThere:
        has_form = False
    # The catalogue wrote and escaped it; the page's policy runs and loads nothing in it either.
    return rendered(
        "procedure.html",
        status=422 if wrong else 200,
        code=code,
        fragment=Markup(fragment),  # noqa: S704
        has_form=has_form,
        wrong=wrong,
    )


@router.get("/thu-tuc/{code}", response_class=HTMLResponse)
async def show_procedure(code: str, request: Request) -> HTMLResponse:
    """Show a procedure as it applies today."""
    return await _procedure_page(code, request)


@router.post("/theo-doi", response_class=HTMLResponse)
async def ask_to_follow(request: Request) -> Response:
    """Have the address asked; the same page for every address."""
    given = await form_of(request)
    code = given.get("procedure", "")
    try:
        await catalogue_of(request).follow(code, given.get("email", ""))
    except NotTaken:
        return await _procedure_page(code, request, text("follow_wrong"))
    return RedirectResponse("/theo-doi/da-gui", status_code=303)


@router.get("/theo-doi/da-gui", response_class=HTMLResponse)
async def say_asked() -> HTMLResponse:
    """Say where to look."""
    return rendered("told.html", key="follow_asked", values={})


@router.get("/theo-doi/xac-nhan/{token}", response_class=HTMLResponse)
async def ask_to_confirm(token: str) -> HTMLResponse:
    """Show the button: what only looks at a link (a mail scanner does) confirms nothing."""
    del token
    return rendered("button.html", key="follow_confirm")


@router.post("/theo-doi/xac-nhan/{token}", response_class=HTMLResponse)
async def confirm(token: str, request: Request) -> HTMLResponse:
    """Follow from now on."""
    name = await catalogue_of(request).confirm(token)
    return rendered("told.html", key="followed", values={"name": name})


@router.get("/theo-doi/ngung/{token}", response_class=HTMLResponse)
async def ask_to_end(token: str) -> HTMLResponse:
    """Show the button."""
    del token
    return rendered("button.html", key="follow_end")


@router.post("/theo-doi/ngung/{token}", response_class=HTMLResponse)
async def end(token: str, request: Request) -> HTMLResponse:
    """End it: the button's and the mail program's one click (RFC 8058) alike, without a redirect."""
    await catalogue_of(request).end(token)
    return rendered("told.html", key="follow_ended", values={})
