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
}
"""Tokens a second and burst, for one caller or client address; machines are limited by their number only."""

_BY_KIND = {CallerKind.PERSON: "person", CallerKind.STAFF: "staff", CallerKind.SERVICE: "service"}
_SIGN_IN = ("/session", "/oidc/")
_LOOK_UP = "/tra-cuu"
_SURVEY = "/khao-sat/"
_READERS = ("/thu-tuc/", "/theo-doi", "/bieu-mau/")


_ASKS = frozenset({"/api/v1/subscriptions", "/theo-doi"})
"""What makes us write to people: slow, so that nobody fills other people's mailboxes through us."""


def is_page(path: str) -> bool:
    """Tell whether people open this address in a browser, and are refused with a page too."""
    return path == _LOOK_UP or path.startswith((_SURVEY, *_READERS))


def pace_class(path: str, caller: Caller | None) -> str:
    """Return the class of a request."""
    if caller is not None:
        return _BY_KIND[caller.kind]
    if path in {"/api/v1/tracking", _LOOK_UP}:
        return "tracking"
    if path.startswith(_SIGN_IN):
        return "sign-in"
    if path in _ASKS:
        return "mail"
    return "public" if path.startswith(("/api/", _SURVEY, *_READERS)) else "other"
