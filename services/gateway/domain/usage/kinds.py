"""What is counted: the act, the day in Viet Nam, and the channel, procedure and agency. Never who."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.gateway.domain.pace import is_page
from services.gateway.domain.routes import Route

_NATIONAL = re.compile(r"\d\.\d{6}")
_PROCEDURE_PAGES = ("/thu-tuc/", "/bieu-mau/")


class Kind(StrEnum):
    """An act that is counted."""

    VISIT = "VISIT"
    """A page opened by somebody who came from elsewhere: entrances, not people."""
    PAGE = "PAGE"
    """A page of ours shown."""
    SEARCH = "SEARCH"
    """A search for procedures."""
    PROCEDURE = "PROCEDURE"
    """A procedure read."""
    FORM = "FORM"
    """A form opened."""
    LOOK_UP = "LOOK_UP"
    """A dossier shown to whoever has its slip."""
    LOOK_UP_MISSED = "LOOK_UP_MISSED"
    """A look-up that found nothing."""
    SIGN_IN = "SIGN_IN"
    """A session begun here by a browser; who brings an issuer's own token signed in elsewhere."""
    SUBMISSION = "SUBMISSION"
    """A dossier handed in, by whatever way."""


class Channel(StrEnum):
    """By which way; a submission has the law's channel of its dossier instead, or `PORTAL`."""

    WEB = "WEB"
    """Our own pages."""
    API = "API"
    """A front end or an app."""
    LIVE = "LIVE"
    """A stream of changes that was opened."""
    PERSON = "PERSON"
    STAFF = "STAFF"
    """Whose account a session is of."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One count's place; `procedure` and `agency` are empty where the act has none."""

    day: date
    kind: str
    channel: str
    procedure: str = ""
    agency: str = ""


_OF_ROUTE = {
    "/api/v1/procedures/{code}": Kind.PROCEDURE,
    "/api/v1/forms/{procedure}": Kind.FORM,
}
_SEARCH = "/api/v1/procedures"


def act_of_route(route: Route, path: str, query: bytes) -> tuple[Kind, str] | None:
    """Return what a successful read of the API was, with its procedure; None for what is not counted."""
    if route.path == _SEARCH:
        return (Kind.SEARCH, "") if query.startswith(b"q=") or b"&q=" in query else None
    kind = _OF_ROUTE.get(route.path)
    return (kind, national_of(path.rpartition("/")[2])) if kind else None


def acts_of_page(path: str, *, is_from_here: bool) -> list[tuple[Kind, str]]:
    """Return what showing a page was: the page, a visit that began with it, the procedure it is about."""
    if not is_page(path):
        return []
    procedure = national_of(path.split("/")[2]) if path.startswith(_PROCEDURE_PAGES) else ""
    found = [(Kind.PAGE, procedure)]
    if not is_from_here:
        found.append((Kind.VISIT, ""))
    if procedure:
        found.append((Kind.PROCEDURE if path.startswith(_PROCEDURE_PAGES[0]) else Kind.FORM, procedure))
    return found


def national_of(code: str) -> str:
    """Return the national part of a procedure's code, empty for anything else somebody typed."""
    found = _NATIONAL.match(code)
    return found[0] if found else ""
