"""The catalogue's addresses: reading, importing, searching."""

from services.gateway.domain.policy import ANYBODY, SIGNED_IN, STAFF, Policy, machines
from services.gateway.domain.routes.row import MEGABYTE, Priority, Route


def catalog() -> list[Route]:
    """Read, import, search."""
    reads = (
        "procedures",
        "procedures/{code}",
        "procedures/{code}/measured-time",
        "agencies",
        "agencies/{code}",
        "sectors",
        "calendars/{code}/{year}",
        "interlinked-groups",
    )
    found = [Route("GET", f"/api/v1/{path}", "catalog", ANYBODY) for path in reads]
    found += [
        Route("GET", "/api/v1/processes/{code}", "catalog", SIGNED_IN),
        Route("GET", "/api/v1/staff/{subject}", "catalog", STAFF | machines("catalog.import")),
    ]
    editors = machines("catalog.import") | Policy(roles=frozenset({"CATALOG_EDITOR"}))
    found += [
        Route("POST", "/api/v1/imports", "catalog", editors, Priority.HEAVY, 120.0, 32 * MEGABYTE),
        Route("GET", "/api/v1/imports/{import_id}", "catalog", editors),
        Route("GET", "/api/v1/imports/{import_id}/report.csv", "catalog", editors, Priority.NORMAL, 30.0),
        Route("GET", "/api/v1/open-data/procedures.json", "catalog", ANYBODY, Priority.HEAVY, 60.0),
        Route("GET", "/api/v1/open-data/procedures.csv", "catalog", ANYBODY, Priority.HEAVY, 60.0),
        Route("GET", "/api/v1/suggestions", "catalog", ANYBODY),
        Route("GET", "/api/v1/search-phrases", "catalog", editors),
        Route("POST", "/api/v1/search-phrases", "catalog", editors),
        Route("DELETE", "/api/v1/search-phrases", "catalog", editors),
        Route("PUT", "/api/v1/procedure-uses", "catalog", editors, Priority.HEAVY, 30.0, 4 * MEGABYTE),
    ]
    return found
