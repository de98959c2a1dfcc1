"""The catalogue's desks: internal processes, interlinked groups, calendars, the law."""

from services.gateway.domain.policy import ANYBODY, SIGNED_IN, STAFF, Policy
from services.gateway.domain.routes.row import Priority, Route


def workflows() -> list[Route]:
    """Return internal processes and interlinked groups: drafted, checked, approved."""
    read = "/api/v1/processes/{code}"
    found = [
        Route("GET", f"{read}/{what}", "catalog", SIGNED_IN)
        for what in ("versions", "differences", "sheet", "drawing", "yaml", "simulation")
    ]
    group = "/api/v1/interlinked-groups/{code}"
    found += [
        Route("GET", path, "catalog", ANYBODY)
        for path in (
            group,
            *(f"{group}/{what}" for what in ("versions", "differences", "components", "appointment")),
        )
    ]
    editors, approvers = (Policy(roles=frozenset({role})) for role in ("CATALOG_EDITOR", "CATALOG_APPROVER"))
    for drafts in ("/api/v1/process-drafts", "/api/v1/interlinked-group-drafts"):
        one = f"{drafts}/{{draft_id}}"
        reads = (drafts, one, f"{one}/check", f"{one}/differences")
        found += [Route("GET", path, "catalog", editors | approvers) for path in reads]
        found += [
            Route("POST", drafts, "catalog", editors),
            Route("PUT", one, "catalog", editors),
            Route("POST", f"{one}/submission", "catalog", editors),
            Route("POST", f"{one}/return", "catalog", approvers),
            Route("POST", f"{one}/approval", "catalog", approvers),
            Route("POST", f"{one}/discarding", "catalog", editors | approvers),
        ]
    own = "/api/v1/process-drafts"
    found += [
        Route("GET", f"{own}/{{draft_id}}/{what}", "catalog", editors | approvers)
        for what in ("drawing", "simulation")
    ]
    return [*found, Route("POST", f"{own}/yaml", "catalog", editors)]


def calendars_and_laws() -> list[Route]:
    """Working calendars and the law behind procedures: read by anybody, kept by editors and approvers."""
    edit, approve = Policy(roles=frozenset({"CATALOG_EDITOR"})), Policy(roles=frozenset({"CATALOG_APPROVER"}))
    both = edit | approve
    seen = both | Policy(roles=frozenset({"SUPERVISOR"}))
    public = (
        "calendars/{code}/{year}/versions",
        "calendars/{code}/{year}/differences",
        "agencies/{code}/working-hours",
        "legal-documents",
        "legal-document",
        "legal-flags",
        "one-stop-points/{code}/postings",
    )
    kept: tuple[tuple[str, str, Policy], ...] = (
        ("GET", "calendar-decisions", both),
        ("POST", "calendar-decisions", edit),
        ("POST", "calendar-proposals", edit),
        ("GET", "calendar-decisions/{id}", both),
        ("PUT", "calendar-decisions/{id}", edit),
        ("GET", "calendar-decisions/{id}/preview", both),
        ("POST", "calendar-decisions/{id}/approval", approve),
        ("POST", "calendar-decisions/{id}/discard", both),
        ("GET", "calendar-warnings", both),
        ("GET", "catalog-reminders", both),
        ("PUT", "legal-document", edit),
        ("POST", "legal-relations", edit),
        ("POST", "legal-relations/removal", edit),
        ("GET", "legal-dirt", seen),
        ("GET", "law-tasks", seen),
        ("POST", "law-tasks/{id}/assignment", edit),
        ("POST", "law-tasks/{id}/closing", edit),
        ("GET", "procedure-reviews", seen),
        ("POST", "procedure-reviews", edit),
        ("POST", "procedure-reviews/{id}/decision", approve),
        ("POST", "procedure-reviews/{id}/outcome", edit),
        ("GET", "procedure-review-figures", seen),
        ("GET", "national-entries", seen),
        ("POST", "national-entries", edit),
        ("POST", "national-entries/{id}/completion", edit),
        ("POST", "one-stop-points/{code}/posting-checks", STAFF),
    )
    found = [Route("GET", f"/api/v1/{path}", "catalog", ANYBODY) for path in public]
    found.append(
        Route(
            "GET", "/api/v1/one-stop-points/{code}/posting-sheets", "catalog", ANYBODY, Priority.HEAVY, 30.0
        )
    )
    return found + [Route(method, f"/api/v1/{path}", "catalog", who) for method, path, who in kept]
