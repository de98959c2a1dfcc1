"""Petitions: sending them, following them, working them at an agency."""

from services.gateway.domain.policy import ANYBODY, OFFICERS, PERSONS, SIGNED_IN, Policy, machines
from services.gateway.domain.routes.row import MEGABYTE, Route

_SMALL = MEGABYTE // 16


def petitions() -> list[Route]:
    """Without an account: reference and code travel in the body, never in an address."""
    own, open_, look_ups = "/api/v1/petitions", "/api/v1/open-petitions", "/api/v1/petition-look-ups"
    readers = OFFICERS | Policy(roles=frozenset({"ADMIN"}))
    at_work = ("classification", "forwarding", "information-request", "rejection", "answer", "publication")
    return [
        _row("POST", own, PERSONS),
        _row("POST", open_, ANYBODY),
        _row("GET", "/api/v1/own-petitions", PERSONS),
        _row("GET", "/api/v1/published-petitions", ANYBODY),
        _row("GET", "/api/v1/published-petitions/{id}", ANYBODY),
        _row("POST", look_ups, ANYBODY),
        *(_row("POST", f"{look_ups}/{what}", ANYBODY) for what in ("information", "rating")),
        *(_row("POST", f"{own}/{{id}}/{what}", PERSONS) for what in ("information", "rating")),
        _row("GET", own, readers),
        _row("GET", f"{own}/unpublished", readers),
        _row("GET", f"{own}/{{id}}", SIGNED_IN),
        *(_row("POST", f"{own}/{{id}}/{what}", OFFICERS) for what in at_work),
        _row("DELETE", f"{own}/{{id}}/publication", OFFICERS),
        _row("POST", "/api/v1/portal-petitions", machines("portal.petitions")),
    ]


def _row(method: str, path: str, policy: Policy) -> Route:
    return Route(method, path, "survey", policy, max_body_bytes=_SMALL)
