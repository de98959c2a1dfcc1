"""The register and the control slip."""

from services.gateway.domain.policy import OFFICERS
from services.gateway.domain.routes.row import Priority, Route


def dossier_registers() -> list[Route]:
    """Read on the screen, printed for the archive."""
    return [
        Route("GET", "/api/v1/register", "dossier", OFFICERS),
        *(
            Route("GET", f"/api/v1/{book}.{kind}", "dossier", OFFICERS, Priority.HEAVY, 60.0)
            for book in ("register", "certified-copies")
            for kind in ("pdf", "xlsx")
        ),
        Route("GET", "/api/v1/dossiers/{id}/control-slip.pdf", "dossier", OFFICERS, Priority.HEAVY, 30.0),
    ]
