"""The addresses of the ways in."""

from services.gateway.domain.policy import OFFICERS, SIGNED_IN, machines
from services.gateway.domain.routes.row import Priority, Route


def intake() -> list[Route]:
    """Reception, kiosks, visits, evidence."""
    own = "/api/v1/dossiers"
    return [
        Route("POST", "/api/v1/counter-look-ups", "dossier", OFFICERS),
        Route("POST", "/api/v1/kiosk-dossiers", "dossier", machines("kiosk.intake"), Priority.VITAL),
        Route("GET", "/api/v1/visits/{visit_id}", "dossier", OFFICERS),
        Route("GET", f"{own}/{{id}}/evidence", "dossier", SIGNED_IN),
        Route("POST", f"{own}/{{id}}/evidence", "dossier", OFFICERS),
    ]
