"""The archive's addresses: records, holds, batches of packages, lists of destruction."""

from services.gateway.domain.policy import Policy
from services.gateway.domain.routes.row import Priority, Route


def archive() -> list[Route]:
    """Clerks keep the archive, signers read it and place holds, supervisors hold what they inspect."""
    clerk, reader = Policy(roles=frozenset({"CLERK"})), Policy(roles=frozenset({"CLERK", "SIGNER"}))
    holder = Policy(roles=frozenset({"CLERK", "SIGNER", "SUPERVISOR"}))
    records, batches = "/api/v1/archive/records", "/api/v1/archive/batches"
    reviewer = Policy(roles=frozenset({"CLERK", "SPECIALIST", "TEAM_LEAD", "SIGNER"}))
    signer = Policy(roles=frozenset({"SIGNER"}))
    lists = "/api/v1/archive/destruction-lists"
    one = f"{lists}/{{list_id}}"
    batch = f"{batches}/{{batch_id}}"
    return [
        Route("GET", records, "dossier", reader),
        Route("GET", f"{records}/{{dossier_id}}", "dossier", holder),
        Route("POST", f"{records}/{{dossier_id}}/holds", "dossier", holder),
        Route("POST", "/api/v1/archive/holds/{hold_id}/release", "dossier", holder),
        Route("POST", batches, "dossier", clerk, Priority.HEAVY),
        Route("GET", batches, "dossier", reader),
        Route("GET", batch, "dossier", reader),
        Route("POST", f"{batch}/packages/{{package_id}}/removal", "dossier", clerk),
        Route("POST", f"{batch}/cancellation", "dossier", clerk),
        Route("POST", f"{batch}/handover", "dossier", clerk),
        Route("POST", f"{batch}/resending", "dossier", clerk),
        Route(
            "GET",
            "/api/v1/archive/packages/{package_id}/content",
            "dossier",
            reader,
            Priority.HEAVY,
            timeout_seconds=60.0,
        ),
        Route("POST", lists, "dossier", clerk, Priority.HEAVY),
        Route("GET", lists, "dossier", reviewer),
        Route("GET", one, "dossier", reviewer),
        Route("POST", f"{one}/reviews", "dossier", reviewer),
        Route("POST", f"{one}/approval", "dossier", signer),
        Route("POST", f"{one}/rejection", "dossier", signer),
    ]
