"""What the catalogue publishes for readers, and the drafts of forms and pages."""

from services.gateway.domain.policy import ANYBODY, SIGNED_IN, Policy
from services.gateway.domain.routes.row import Priority, Route


def readers() -> list[Route]:
    """Forms, pages, sheets, fragments, the map, feeds and followers: for anybody; drafts for editors."""
    reads = (
        "forms",
        "forms/{procedure}",
        "forms/{procedure}/versions",
        "pages",
        "pages/{code}",
        "directory",
        "feeds/procedures",
        *(f"feeds/{scope}/{{code}}" for scope in ("sectors", "agencies", "procedures")),
    )
    found = [Route("GET", f"/api/v1/{path}", "catalog", ANYBODY) for path in reads]
    found += [
        Route("GET", "/api/v1/procedures/{code}/fragment", "catalog", ANYBODY, is_embeddable=True),
        Route("GET", "/api/v1/procedures/{code}/sheet", "catalog", ANYBODY, Priority.HEAVY, 30.0),
        Route("GET", "/api/v1/processes/{code}/sheet.pdf", "catalog", SIGNED_IN, Priority.HEAVY, 30.0),
        Route("POST", "/api/v1/forms/{procedure}/validation", "catalog", ANYBODY),
        Route("POST", "/api/v1/subscriptions", "catalog", ANYBODY),
        Route("POST", "/api/v1/subscriptions/confirmation", "catalog", ANYBODY),
        Route("POST", "/api/v1/subscriptions/ending", "catalog", ANYBODY),
    ]
    editors, approvers = (Policy(roles=frozenset({role})) for role in ("CATALOG_EDITOR", "CATALOG_APPROVER"))
    for drafts in ("/api/v1/form-drafts", "/api/v1/page-drafts"):
        draft = f"{drafts}/{{draft_id}}"
        reads_of = (drafts, draft, f"{draft}/check", f"{draft}/differences")
        found += [Route("GET", path, "catalog", editors | approvers) for path in reads_of]
        found += [
            Route("POST", drafts, "catalog", editors),
            Route("PUT", draft, "catalog", editors),
            Route("POST", f"{draft}/submission", "catalog", editors),
            Route("POST", f"{draft}/return", "catalog", approvers),
            Route("POST", f"{draft}/approval", "catalog", approvers),
            Route("POST", f"{draft}/discarding", "catalog", editors | approvers),
        ]
    return found
