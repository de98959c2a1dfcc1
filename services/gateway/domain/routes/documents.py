"""The documents' exchange: sent and received on the national axis."""

from services.gateway.domain.policy import Policy
from services.gateway.domain.routes.row import Priority, Route

READERS = Policy(
    roles=frozenset(
        {"CLERK", "ONE_STOP_OFFICER", "ONE_STOP_MANAGER", "SPECIALIST", "TEAM_LEAD", "SIGNER", "SUPERVISOR"}
    )
)
SENDERS = Policy(roles=READERS.roles - {"SUPERVISOR"})
CLERKS = Policy(roles=frozenset({"CLERK", "ONE_STOP_OFFICER", "ONE_STOP_MANAGER"}))
WATCHERS = Policy(roles=frozenset({"SUPERVISOR", "ADMIN"}))
MENDERS = Policy(roles=frozenset({"ADMIN"}))


def documents() -> list[Route]:
    """List, look, send, answer; figures and receivers for who keeps the exchange."""
    own, kept = "/api/v1/exchanged-documents", "/api/v1/document-exchange"
    return [
        Route("GET", own, "gateway", READERS),
        Route("POST", own, "gateway", SENDERS, timeout_seconds=60.0),
        Route("GET", f"{own}/{{id}}", "gateway", READERS),
        Route("GET", f"{own}/{{id}}/files/{{file_id}}", "gateway", READERS, Priority.HEAVY, 60.0),
        Route("POST", f"{own}/{{id}}/acknowledgement", "gateway", CLERKS),
        Route("POST", f"{own}/{{id}}/refusal", "gateway", CLERKS),
        Route("POST", f"{own}/{{id}}/forwarding", "gateway", CLERKS),
        Route("POST", f"{own}/{{id}}/revocation", "gateway", CLERKS),
        Route("POST", f"{own}/{{id}}/replay", "gateway", CLERKS),
        Route("GET", "/api/v1/document-replies", "gateway", READERS),
        Route("POST", "/api/v1/document-replies/{id}/settlement", "gateway", CLERKS),
        Route("GET", f"{kept}/figures", "gateway", WATCHERS),
        Route("GET", f"{kept}/arrivals", "gateway", WATCHERS),
        Route("GET", f"{kept}/arrivals/{{id}}/content", "gateway", MENDERS, Priority.HEAVY, 60.0),
        Route("POST", f"{kept}/arrivals/{{id}}/replay", "gateway", MENDERS),
        Route("POST", f"{kept}/arrivals/{{id}}/settlement", "gateway", MENDERS),
        Route("GET", f"{kept}/receivers/{{procedure_code}}", "gateway", WATCHERS),
        Route("PUT", f"{kept}/receivers/{{procedure_code}}", "gateway", MENDERS),
        Route("GET", f"{kept}/systems/{{system}}", "gateway", WATCHERS),
        Route("PUT", f"{kept}/systems/{{system}}", "gateway", MENDERS),
    ]
