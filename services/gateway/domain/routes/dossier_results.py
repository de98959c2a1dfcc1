"""The register of results."""

from services.gateway.domain.policy import OFFICERS, PERSONS, SIGNED_IN
from services.gateway.domain.routes.row import Route


def dossier_results() -> list[Route]:
    """Read one's own, look others' up for a purpose, take their force away."""
    own = "/api/v1/results"
    return [
        Route("GET", own, "dossier", PERSONS),
        Route("GET", f"{own}/{{result_id}}", "dossier", SIGNED_IN),
        Route("POST", "/api/v1/result-look-ups", "dossier", OFFICERS),
        Route("POST", f"{own}/{{result_id}}/revocation", "dossier", OFFICERS),
    ]
