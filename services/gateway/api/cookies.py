"""The two cookies: a session's number, and a sign-in under way. Over https they carry the __Host- prefix."""

from collections.abc import Mapping

from starlette.requests import cookie_parser
from starlette.responses import Response

SESSION = "motcua_session"
SIGN_IN = "motcua_sign_in"


def _named(name: str, *, is_https: bool) -> str:
    return f"__Host-{name}" if is_https else name


def session_cookie(given: Mapping[bytes, bytes], *, is_https: bool) -> str:
    """Return the session's number a request carries, or an empty text."""
    return read(given.get(b"cookie", b"").decode("latin-1"), SESSION, is_https=is_https)


def read(header: str, name: str, *, is_https: bool) -> str:
    """Return a cookie of ours from a Cookie header, or an empty text."""
    wanted = _named(name, is_https=is_https)
    if wanted not in header:
        return ""
    # Read as browsers write it: a cookie of somebody else that is no good one must not hide ours behind it.
    return cookie_parser(header).get(wanted, "")


def put(response: Response, name: str, value: str, seconds: int, *, is_https: bool) -> None:
    """Give the browser a cookie that scripts cannot read and other sites' forms do not send."""
    response.set_cookie(
        _named(name, is_https=is_https),
        value,
        max_age=seconds,
        path="/",
        secure=is_https,
        httponly=True,
        samesite="lax",
    )


def drop(response: Response, name: str, *, is_https: bool) -> None:
    """Take a cookie back."""
    put(response, name, "", 0, is_https=is_https)
