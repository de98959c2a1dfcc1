"""The dossier's addresses."""

from services.gateway.domain.policy import OFFICERS, PERSONS, SIGNED_IN, STAFF, Policy, machines
from services.gateway.domain.routes.row import MEGABYTE, Priority, Route

UPLOAD_BYTES = 25 * MEGABYTE
_ACTIONS: dict[str, Policy] = {
    "acceptance": OFFICERS,
    "intake-supplement-request": OFFICERS,
    "intake-supplement-answer": PERSONS | OFFICERS,
    "refusal": OFFICERS,
    "cancellation": PERSONS | OFFICERS,
    "handover": OFFICERS,
    "step-completion": OFFICERS,
    "supplement-request": OFFICERS,
    "supplement-request-approval": OFFICERS,
    "supplement-answer": PERSONS | OFFICERS,
    "resumption": OFFICERS,
    "withdrawal": PERSONS | OFFICERS,
    "withdrawal-decision": OFFICERS,
    "stop": OFFICERS,
    "payment-notice": OFFICERS,
    "payment-notice-cancellation": OFFICERS,
    "suspension": OFFICERS,
    "suspension-end": OFFICERS,
    "apology-draft": OFFICERS,
    "reappointment": OFFICERS,
    "owner-correction": OFFICERS,
    "result-correction-draft": OFFICERS,
    "result-correction": OFFICERS,
    "archiving": OFFICERS,
    "result": OFFICERS,
    "result-recall": OFFICERS,
    "return": OFFICERS,
}


def dossier() -> list[Route]:
    """Submit, work, read: the dossier and its papers."""
    own = "/api/v1/dossiers"
    portal = machines("portal.intake")
    found = [
        Route(
            "POST",
            "/api/v1/attachments",
            "dossier",
            PERSONS | OFFICERS | portal | machines("kiosk.intake"),
            Priority.NORMAL,
            60.0,
            UPLOAD_BYTES,
        ),
        Route("GET", "/api/v1/attachments/{id}/content", "dossier", SIGNED_IN, Priority.HEAVY, 60.0),
        Route("POST", own, "dossier", PERSONS, Priority.VITAL),
        Route("POST", "/api/v1/counter-dossiers", "dossier", OFFICERS, Priority.VITAL, 60.0, 70 * MEGABYTE),
        *(
            Route("POST", path, "dossier", portal, Priority.VITAL, 60.0, 70 * MEGABYTE)
            for path in ("/api/v1/portal-dossiers", "/api/v1/portal-dossiers/{portal_code}/supplement")
        ),
        Route("POST", "/api/v1/outside-results", "dossier", machines("outside.answer"), Priority.VITAL),
        Route("GET", "/api/v1/portal-views", "dossier", machines("portal.read")),
        Route("GET", "/api/v1/portal-views/{dossier_id}", "dossier", machines("portal.read")),
        Route("GET", own, "dossier", SIGNED_IN, Priority.HEAVY),
        Route("GET", "/api/v1/inbox", "dossier", STAFF),
        Route("GET", f"{own}/{{id}}", "dossier", SIGNED_IN),
        Route("GET", f"{own}/{{id}}/history", "dossier", SIGNED_IN),
        Route("GET", f"{own}/{{id}}/papers", "dossier", SIGNED_IN),
        Route("POST", "/api/v1/due-recomputations", "dossier", STAFF),
        Route("GET", "/api/v1/due-recomputations/{command_id}", "dossier", STAFF),
        Route("GET", "/api/v1/due-recomputations/{command_id}/moves", "dossier", STAFF),
        Route("POST", "/api/v1/due-recomputations/{command_id}/approval", "dossier", STAFF),
        Route("GET", "/api/v1/papers/{paper_id}", "dossier", SIGNED_IN, Priority.HEAVY, 30.0),
    ]
    found += [
        # An acceptance waits for its turn at the day's numbers: the door waits longer than the line does.
        Route(
            "POST",
            f"{own}/{{id}}/{action}",
            "dossier",
            policy,
            Priority.VITAL,
            30.0 if action == "acceptance" else 10.0,
        )
        for action, policy in _ACTIONS.items()
    ]
    return found
