"""Versions of procedures, publication decisions, agencies, staff."""

from services.gateway.domain.policy import ANYBODY, STAFF, Policy, machines
from services.gateway.domain.routes.row import MEGABYTE, Priority, Route


def publishing() -> list[Route]:
    """Versions of procedures, drafts, publication decisions, standard reasons."""
    of, reasons = "/api/v1/procedures/{code}", "/api/v1/standard-reasons"
    public = (*(f"{of}/{what}" for what in ("versions", "differences", "offerings")), reasons)
    found = [Route("GET", path, "catalog", ANYBODY) for path in public]
    editors, approvers = (Policy(roles=frozenset({role})) for role in ("CATALOG_EDITOR", "CATALOG_APPROVER"))
    readers = editors | approvers | Policy(roles=frozenset({"SUPERVISOR"}))
    drafts, decisions = "/api/v1/procedure-drafts", "/api/v1/publication-decisions"
    draft, decision = f"{drafts}/{{draft_id}}", f"{decisions}/{{decision_id}}"
    reads = (drafts, draft, decisions, decision, f"{decision}/preview")
    found += [Route("GET", path, "catalog", readers) for path in reads]
    found += [
        Route("GET", "/api/v1/procedure-figures", "catalog", ANYBODY, Priority.HEAVY),
        Route("POST", reasons, "catalog", editors),
        Route("PUT", f"{reasons}/{{code}}", "catalog", editors),
        Route("POST", drafts, "catalog", editors),
        Route("PUT", draft, "catalog", editors),
        Route("POST", f"{draft}/review", "catalog", editors),
        Route("POST", f"{draft}/withdrawal", "catalog", editors),
        Route("POST", f"{draft}/return", "catalog", approvers),
        Route("POST", f"{draft}/approval", "catalog", approvers),
        Route("POST", decisions, "catalog", editors),
        Route("PUT", decision, "catalog", editors),
        Route("POST", f"{decision}/withdrawal", "catalog", editors),
        Route("POST", f"{decision}/publication", "catalog", approvers, Priority.HEAVY, 60.0),
    ]
    return found


def administration() -> list[Route]:
    """Agencies, their changes, places, ground and staff."""
    own, changes = "/api/v1/agencies/{code}/offerings", "/api/v1/agency-changes"
    points, units = "/api/v1/one-stop-points", "/api/v1/administrative-units"
    editors, approvers = (Policy(roles=frozenset({role})) for role in ("CATALOG_EDITOR", "CATALOG_APPROVER"))
    loader, member = machines("catalog.import"), "/api/v1/staff/{subject}"
    public = ("/api/v1/administrative-levels", own, points, units, f"{units}/{{code}}")
    found = [Route("GET", path, "catalog", ANYBODY) for path in public]
    inside = (changes, f"{changes}/{{change_id}}", f"{points}/{{code}}/officers", "/api/v1/staff")
    found += [Route("GET", path, "catalog", STAFF | loader) for path in inside]
    found += [
        Route("POST", f"{changes}/preview", "catalog", editors | approvers),
        Route("POST", changes, "catalog", approvers),
        Route("POST", f"{changes}/{{change_id}}/withdrawal", "catalog", approvers),
        Route("POST", f"{changes}/{{change_id}}/question-closings", "catalog", editors | approvers),
        Route("POST", own, "catalog", approvers),
        Route("POST", f"{own}/end", "catalog", approvers),
        Route("PUT", f"{points}/{{code}}", "catalog", editors),
        Route("POST", f"{units}/imports", "catalog", editors | loader, Priority.HEAVY, 120.0, 32 * MEGABYTE),
        Route("POST", "/api/v1/hamlet-mergers", "catalog", editors | approvers),
        Route("POST", f"{member}/secondments", "catalog", editors),
    ]
    by_oneself = (
        f"{member}/delegations",
        f"{member}/absences",
        "/api/v1/delegations/{delegation_id}/end",
        "/api/v1/absences/{absence_id}/end",
    )
    return [*found, *(Route("POST", path, "catalog", STAFF) for path in by_oneself)]
