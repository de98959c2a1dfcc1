"""Classes of requests that each have their own pace."""

from kernel.core.caller import Caller, CallerKind

DEFAULT_PACES: dict[str, tuple[float, int]] = {
    "tracking": (5, 60),
    "public": (50, 200),
    "person": (20, 100),
    "staff": (50, 200),
    "sign-in": (5, 50),
    "rejected": (5, 50),
    "mail": (0.2, 10),
    "kiosk": (2, 20),
    "display": (1, 60),
}
"""Tokens a second and burst, for one caller or client address; machines are limited by their number only."""

_BY_KIND = {CallerKind.PERSON: "person", CallerKind.STAFF: "staff", CallerKind.SERVICE: "service"}
_SIGN_IN = ("/session", "/oidc/")
_LOOK_UP = "/tra-cuu"
_SURVEY = "/khao-sat/"
_READERS = (
    "/dong-bo-cong",
    "/nop-ho-so",
    "/thu-tuc/",
    "/xac-minh/",
    "/theo-doi",
    "/bieu-mau/",
    "/tai-khoan",
    "/dang-nhap",
    "/phan-anh",
)


_BY_PATH = {
    "/api/v1/tracking": "tracking",
    "/api/v1/tracking/changes": "tracking",
    _LOOK_UP: "tracking",
    # A code has 80 random bits; who tries codes is slowed down all the same.
    "/api/v1/petition-look-ups": "tracking",
    "/api/v1/petition-look-ups/information": "tracking",
    "/api/v1/petition-look-ups/rating": "tracking",
    # What makes us write to people: slow, so that nobody fills other people's mailboxes through us.
    "/api/v1/subscriptions": "mail",
    "/api/v1/open-petitions": "mail",
    "/theo-doi": "mail",
}


_BY_START = (
    *((start, "sign-in") for start in _SIGN_IN),
    # A stream is begun seldom: a display that asks again and again is broken, or no display.
    ("/api/v1/displays/", "display"),
    *((start, "public") for start in ("/api/", _SURVEY, *_READERS)),
)
_KIOSK = frozenset({"desk.kiosk"})
"""The scopes of a machine that stands in a hall where anybody may press it."""


def is_page(path: str) -> bool:
    """Tell whether people open this address in a browser, and are refused with a page too."""
    return path == _LOOK_UP or path.startswith((_SURVEY, *_READERS))


def pace_class(path: str, caller: Caller | None) -> str:
    """Return the class of a request."""
    if caller is not None:
        if caller.roles == _KIOSK:
            return "kiosk"
        return _BY_KIND[caller.kind]
    if path in _BY_PATH:
        return _BY_PATH[path]
    return next((name for start, name in _BY_START if path.startswith(start)), "other")
