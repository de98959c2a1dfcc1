"""Files in parts, links to files, versions."""

from services.gateway.domain.policy import ANYBODY, OFFICERS, PERSONS, SIGNED_IN
from services.gateway.domain.routes.row import MEGABYTE, Priority, Route

UPLOAD_BYTES = 25 * MEGABYTE
PART_BYTES = 8 * MEGABYTE


def dossier_files() -> list[Route]:
    """Bring in, replace, hand out."""
    uploads, files = "/api/v1/uploads", "/api/v1/attachments/{id}"
    senders = PERSONS | OFFICERS
    return [
        Route("OPTIONS", uploads, "dossier", ANYBODY),
        Route("POST", uploads, "dossier", senders),
        Route("GET", f"{uploads}/{{id}}", "dossier", senders),
        Route("PATCH", f"{uploads}/{{id}}", "dossier", senders, Priority.NORMAL, 60.0, PART_BYTES),
        Route("DELETE", f"{uploads}/{{id}}", "dossier", senders),
        Route("POST", f"{uploads}/{{id}}/attachment", "dossier", senders, Priority.NORMAL, 60.0),
        Route("POST", f"{files}/versions", "dossier", senders, Priority.NORMAL, 60.0, UPLOAD_BYTES),
        Route("GET", f"{files}/versions", "dossier", SIGNED_IN),
        Route("POST", f"{files}/links", "dossier", SIGNED_IN),
        Route("GET", "/api/v1/file-links/{token}", "dossier", ANYBODY, Priority.HEAVY, 60.0),
        Route("POST", f"{files}/seal", "dossier", OFFICERS, Priority.NORMAL, 60.0),
        Route("POST", "/api/v1/signings", "dossier", senders, Priority.NORMAL, 120.0),
        Route("POST", "/api/v1/signings/completion", "dossier", senders, Priority.NORMAL, 120.0),
        Route("POST", "/api/v1/scan-batches", "dossier", OFFICERS, Priority.NORMAL, 60.0),
        Route("GET", "/api/v1/scan-batches/{id}", "dossier", OFFICERS),
        Route("POST", "/api/v1/scan-batches/{id}/confirmation", "dossier", OFFICERS, Priority.NORMAL, 120.0),
        Route("GET", "/api/v1/verification/{token}", "dossier", ANYBODY),
        Route("DELETE", "/api/v1/file-links/{token}", "dossier", SIGNED_IN),
    ]
