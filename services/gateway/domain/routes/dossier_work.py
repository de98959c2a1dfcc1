"""The dossier's addresses for sharing out work."""

from services.gateway.domain.policy import OFFICERS, machines
from services.gateway.domain.routes.row import Priority, Route

_ACTIONS = (
    "claim",
    "release",
    "assignment",
    "step-handover",
    "step-receipt",
    "consultation-request",
    "step-undo",
    "route-change",
)


def dossier_work() -> list[Route]:
    """Claims, assignments, hand-overs, opinions."""
    own = "/api/v1/dossiers"
    return [
        *(
            Route("POST", f"{own}/{{id}}/{action}", "dossier", OFFICERS, Priority.VITAL)
            for action in _ACTIONS
        ),
        Route("POST", "/api/v1/mirrored-dossiers", "dossier", machines("mirror.feed")),
        Route("GET", "/api/v1/mirrored-dossiers", "dossier", OFFICERS),
        Route("GET", "/api/v1/mirrored-dossiers/{mirror_id}", "dossier", OFFICERS),
        Route("POST", "/api/v1/bulk-actions", "dossier", OFFICERS, Priority.NORMAL, 60.0),
        Route("GET", f"{own}/{{id}}/handovers", "dossier", OFFICERS),
        Route("GET", "/api/v1/reassignments", "dossier", OFFICERS),
        Route("GET", "/api/v1/dossier-search", "dossier", OFFICERS),
    ]
