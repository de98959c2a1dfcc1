"""Who sent a form with a session's cookie: a page of ours, or somebody else's."""

from fastapi import Request

from kernel.core.errors import Forbidden, Unauthenticated
from services.gateway.api import cookies
from services.gateway.use_cases.door import Door


class CrossSite(Forbidden):
    """A write with a session's cookie did not say that a page of ours sent it (403)."""

    code = "cross-site"
    title = "Yêu cầu không được gửi từ trang của hệ thống"


def require_own_page(request: Request, door: Door) -> None:
    """Raise `CrossSite` unless a page or a script of ours sends this.

    Our pages send no referrer, and of those a browser says `Origin: null` with a form; that it is a form of
    the same origin it then says in `Sec-Fetch-Site`, which no page can write.
    """
    if "x-requested-with" in request.headers or request.headers.get("sec-fetch-site") == "same-origin":
        return
    own = f"{'https' if door.is_https else 'http'}://{request.headers.get('host', '')}"
    if request.headers.get("origin") != own:
        raise CrossSite


def session_number(request: Request, door: Door) -> str:
    """Return the number of the browser's session, or an empty text."""
    return cookies.read(request.headers.get("cookie", ""), cookies.SESSION, is_https=door.is_https)


def require_session(request: Request, door: Door) -> str:
    """Return the session's number; raise `Unauthenticated` where there is none."""
    number = session_number(request, door)
    if not number:
        raise Unauthenticated
    return number
