"""Statistics and exports of dossiers."""

from services.gateway.domain.policy import Policy
from services.gateway.domain.routes.row import Priority, Route

READERS = Policy(roles=frozenset({"SUPERVISOR", "SIGNER", "ONE_STOP_MANAGER", "TEAM_LEAD"}))
CLOSERS = Policy(roles=frozenset({"SUPERVISOR", "SIGNER", "ONE_STOP_MANAGER"}))


def dossier_figures() -> list[Route]:
    """Read, open down, close, export; which agency's is the service's to say."""
    own, exports = "/api/v1/statistics", "/api/v1/exports"
    return [
        Route("GET", own, "dossier", READERS, Priority.HEAVY, 30.0),
        Route("GET", f"{own}/dossiers", "dossier", READERS, Priority.HEAVY, 30.0),
        Route("GET", f"{own}/certified-copies", "dossier", READERS, Priority.HEAVY, 30.0),
        Route("GET", f"{own}/corrections", "dossier", READERS, Priority.HEAVY, 30.0),
        Route("GET", "/api/v1/closed-periods", "dossier", READERS),
        Route("POST", "/api/v1/closed-periods", "dossier", CLOSERS, Priority.HEAVY, 120.0),
        Route("POST", exports, "dossier", READERS),
        Route("GET", exports, "dossier", READERS),
        Route("GET", f"{exports}/{{export_id}}", "dossier", READERS),
        Route("GET", f"{exports}/{{export_id}}/content", "dossier", READERS, Priority.HEAVY, 300.0),
    ]
