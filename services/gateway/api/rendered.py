"""Pages written from the templates and texts of `pages/`: no scripts, nothing from elsewhere."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import ClientDisconnect

from services.gateway.api.body import BrokenOff
from services.gateway.api.refusals import answer_of

_FOLDER = Path(__file__).parents[1] / "pages"
_TEXTS: dict[str, str] = json.loads((_FOLDER / "texts.vi.json").read_text(encoding="utf-8"))
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self';"
        " frame-ancestors 'none'; base-uri 'none'"
    ),
    # An address here may hold a token: no copy of the page outlives the visit.
    "Cache-Control": "no-store",
}


def text(key: str, **values: object) -> str:
    """Return a text of the catalogue; the template escapes it with what was filled in."""
    return _TEXTS[key].format(**values)


_pages = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    auto_reload=False,
)
# The style is a file of ours, and its hash is what the policy lets through.
_pages.globals.update(t=text, style=Markup(_STYLE))  # noqa: S704


def rendered(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page; every value is escaped where it stands."""
    page = _pages.get_template(template).render(values)
    return HTMLResponse(page, status_code=status, headers=_HEADERS)


def problem_page(error: Exception) -> HTMLResponse:
    """Return the page for an error, with the status and the waiting time its problem document would have."""
    answer = answer_of(error)
    candidates = (f"problem_{getattr(error, 'code', '')}", f"problem_{answer.status_code}", "problem_other")
    key = next(one for one in candidates if one in _TEXTS)
    wait = answer.headers.get("retry-after", "")
    page = rendered("problem.html", status=answer.status_code, key=key, seconds=wait)
    for name in ("Retry-After", "Allow"):
        if name in answer.headers:
            page.headers[name] = answer.headers[name]
    return page


class PageRoute(APIRoute):
    """A route for people: whatever is refused is answered as a page."""

    def get_route_handler(self) -> Any:
        """Return the handler with its errors turned into pages."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except (BrokenOff, ClientDisconnect):
                raise
            except Exception as error:
                return problem_page(error)

        return answer


class BrowserRoute(APIRoute):
    """A route that browsers are led through: to one that navigates, a refusal is a page; else a problem."""

    def get_route_handler(self) -> Any:
        """Return the handler with its errors turned into pages for those who read pages."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except (BrokenOff, ClientDisconnect):
                raise
            except Exception as error:
                if "text/html" not in request.headers.get("accept", ""):
                    raise
                return problem_page(error)

        return answer
