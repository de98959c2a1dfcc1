"""What notify, survey and the gateway itself answer."""

from services.gateway.domain.policy import (
    ANY_CALLER,
    ANYBODY,
    OFFICERS,
    PERSONS,
    SIGNED_IN,
    STAFF,
    Policy,
    machines,
)
from services.gateway.domain.routes.row import MEGABYTE, Priority, Route

_USAGE_READERS = Policy(roles=frozenset({"SUPERVISOR", "ADMIN", "ONE_STOP_MANAGER", "SIGNER"}))


def notify() -> list[Route]:
    """Messages, preferences and the in-app inbox."""
    # `inbox` is the officer's work in public; notify's own inbox of messages goes by another name.
    renamed = ("/api/v1/notifications", "/v1/inbox")
    return [
        Route("GET", "/api/v1/messages", "notify", STAFF),
        Route("GET", "/api/v1/preferences", "notify", SIGNED_IN),
        Route("PUT", "/api/v1/preferences", "notify", SIGNED_IN),
        Route("GET", "/api/v1/notifications", "notify", SIGNED_IN, renamed=renamed),
        Route("POST", "/api/v1/notifications/{id}/reading", "notify", SIGNED_IN, renamed=renamed),
    ]


def survey() -> list[Route]:
    """Invitations and indices."""
    return [
        Route("GET", "/api/v1/invitations/{token}", "survey", ANYBODY),
        Route("POST", "/api/v1/invitations/{token}/response", "survey", ANYBODY),
        *(
            Route("GET", f"/api/v1/indices/{what}", "survey", STAFF, Priority.HEAVY)
            for what in ("satisfaction", "petitions", "petitions/items")
        ),
        Route(
            "GET", "/api/v1/satisfaction-summaries", "survey", machines("survey.summaries"), Priority.HEAVY
        ),
    ]


def own() -> list[Route]:
    """Return what the gateway answers itself."""
    return [
        Route("GET", "/api/v1/tracking", "gateway", ANYBODY, Priority.VITAL, is_packable=False),
        Route("GET", "/api/v1/tracking/changes", "gateway", ANYBODY, is_stream=True, is_packable=False),
        Route("GET", "/api/v1/session", "gateway", ANY_CALLER),
        *(
            Route("GET", f"/api/v1/usage{kind}", "gateway", _USAGE_READERS, Priority.HEAVY)
            for kind in ("", ".csv", ".xlsx")
        ),
        Route("GET", "/api/v1/account-links", "gateway", PERSONS),
        Route("POST", "/api/v1/account-links", "gateway", PERSONS),
        Route("DELETE", "/api/v1/account-links/{id}", "gateway", PERSONS),
        *_portal_sync(),
        *_portal_questions(),
    ]


def _portal_questions() -> list[Route]:
    own = "/api/v1/portal-questions"
    readers = OFFICERS | Policy(roles=frozenset({"ADMIN"}))
    return [
        Route("GET", own, "gateway", readers),
        Route("POST", own, "gateway", OFFICERS),
        Route("GET", f"{own}/{{id}}", "gateway", readers),
        Route("PUT", f"{own}/{{id}}/answer", "gateway", OFFICERS),
    ]


def _portal_sync() -> list[Route]:
    own = "/api/v1/portal-sync"
    readers, menders = Policy(roles=frozenset({"SUPERVISOR", "ADMIN"})), Policy(roles=frozenset({"ADMIN"}))
    return [
        Route("GET", f"{own}/figures", "gateway", readers),
        Route("GET", f"{own}/ledger", "gateway", readers),
        Route("GET", f"{own}/differences", "gateway", readers, Priority.HEAVY),
        Route("GET", f"{own}/comparisons", "gateway", readers),
        Route(
            "POST",
            f"{own}/comparisons",
            "gateway",
            menders,
            Priority.HEAVY,
            timeout_seconds=120.0,
            max_body_bytes=32 * MEGABYTE,
        ),
        Route("GET", f"{own}/inbound", "gateway", readers),
        Route("POST", f"{own}/ledger/{{id}}/replay", "gateway", menders),
        Route("POST", f"{own}/replays", "gateway", menders),
        Route("GET", f"{own}/inbound/{{id}}", "gateway", menders),
        Route("POST", f"{own}/inbound/{{id}}/correction", "gateway", menders),
        Route("POST", f"{own}/inbound/{{id}}/replay", "gateway", menders),
        Route("POST", f"{own}/inbound/{{id}}/settlement", "gateway", menders),
        Route("GET", f"{own}/catalogues/{{kind}}", "gateway", readers),
        Route("GET", f"{own}/catalogues/{{kind}}/{{code}}", "gateway", readers),
        Route("GET", f"{own}/mappings/{{kind}}", "gateway", readers),
        Route("GET", f"{own}/mappings/{{kind}}/{{local_code}}", "gateway", readers),
        Route("PUT", f"{own}/mappings/{{kind}}/{{local_code}}", "gateway", menders),
        Route("DELETE", f"{own}/mappings/{{kind}}/{{local_code}}", "gateway", menders),
        Route("GET", f"{own}/satisfaction", "gateway", readers),
        Route("POST", f"{own}/files/{{dossier_id}}/revocation", "gateway", menders),
    ]
