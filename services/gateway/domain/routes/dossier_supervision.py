"""Supervision's addresses: checks of one-stop units, anomalies."""

from services.gateway.domain.policy import Policy
from services.gateway.domain.routes.row import Priority, Route


def supervision() -> list[Route]:
    """Supervisors check and judge; the unit's manager reads and answers."""
    watch, lead = Policy(roles=frozenset({"SUPERVISOR"})), Policy(roles=frozenset({"ONE_STOP_MANAGER"}))
    checks, anomalies = "/api/v1/inspections", "/api/v1/anomalies"
    check, finding = f"{checks}/{{inspection_id}}", "/api/v1/findings/{finding_id}"
    return [
        Route("GET", "/api/v1/supervision-checks", "dossier", watch | lead),
        Route("GET", checks, "dossier", watch | lead),
        Route("POST", checks, "dossier", watch),
        Route("GET", check, "dossier", watch | lead),
        Route("POST", f"{check}/findings", "dossier", watch),
        Route("POST", f"{check}/closing", "dossier", watch),
        Route("POST", f"{finding}/reminder", "dossier", watch),
        Route("POST", f"{finding}/answer", "dossier", lead),
        Route("POST", f"{finding}/judgement", "dossier", watch),
        Route("GET", "/api/v1/readings", "dossier", watch, Priority.HEAVY),
        Route("POST", "/api/v1/reading-look-ups", "dossier", watch, Priority.HEAVY),
        Route("GET", anomalies, "dossier", watch, Priority.HEAVY),
        Route("GET", f"{anomalies}/{{anomaly_id}}", "dossier", watch),
        Route("POST", f"{anomalies}/{{anomaly_id}}/closing", "dossier", watch),
    ]
