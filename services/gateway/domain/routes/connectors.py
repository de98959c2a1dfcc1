"""The desk of ministries' and sector systems."""

from services.gateway.domain.policy import Policy
from services.gateway.domain.routes.row import Route


def connectors() -> list[Route]:
    """How each source stands, what waits for people, mappings."""
    own = "/api/v1/connectors"
    readers, menders = Policy(roles=frozenset({"SUPERVISOR", "ADMIN"})), Policy(roles=frozenset({"ADMIN"}))
    return [
        Route("GET", own, "gateway", readers),
        Route("GET", f"{own}/{{source}}/work-list", "gateway", readers),
        Route("GET", f"{own}/{{source}}/deliveries", "gateway", readers),
        Route("GET", f"{own}/{{source}}/records", "gateway", readers),
        Route("POST", f"{own}/{{source}}/records/{{id}}/replay", "gateway", menders),
        Route("GET", f"{own}/{{source}}/mappings", "gateway", readers),
        Route("PUT", f"{own}/{{source}}/mappings", "gateway", menders),
    ]
