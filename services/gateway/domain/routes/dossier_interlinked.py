"""Interlinked submissions."""

from services.gateway.domain.policy import OFFICERS, PERSONS, SIGNED_IN
from services.gateway.domain.routes.row import MEGABYTE, Priority, Route


def dossier_interlinked() -> list[Route]:
    """Hand in for a whole group, read, withdraw; the lead agency decides what follows a member."""
    own = "/api/v1/interlinked-dossiers"
    counter = "/api/v1/counter-interlinked-dossiers"
    one = f"{own}/{{parent_id}}"
    return [
        Route("POST", own, "dossier", PERSONS, Priority.VITAL),
        Route("POST", counter, "dossier", OFFICERS, Priority.VITAL, 60.0, 70 * MEGABYTE),
        Route("GET", own, "dossier", SIGNED_IN),
        Route("GET", one, "dossier", SIGNED_IN),
        Route("GET", f"{one}/history", "dossier", SIGNED_IN),
        Route("POST", f"{one}/withdrawal", "dossier", PERSONS | OFFICERS),
        Route("POST", f"{one}/owner-correction", "dossier", OFFICERS),
        Route("POST", f"{one}/member-decision", "dossier", OFFICERS),
        Route("POST", f"{one}/outside-member", "dossier", OFFICERS),
    ]
