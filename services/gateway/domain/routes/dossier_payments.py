"""The addresses of dossiers' money."""

from services.gateway.domain.policy import OFFICERS, PERSONS, SIGNED_IN, Policy, machines
from services.gateway.domain.routes.row import MEGABYTE, Priority, Route

_CASHIERS = Policy(roles=frozenset({"CASHIER"}))
_MANAGERS = Policy(roles=frozenset({"ONE_STOP_MANAGER", "SIGNER"}))
_BOTH = _CASHIERS | _MANAGERS
_SUPERVISORS = Policy(roles=frozenset({"SUPERVISOR"}))
_ADMINS = Policy(roles=frozenset({"ADMIN"}))


def payments() -> list[Route]:
    """Owe, take, ask, refund, close, reconcile; the platform's side is the gateway's own."""
    of = "/api/v1/dossiers/{id}/payments"
    platform = machines("portal.payments")
    kept: tuple[tuple[str, str, Policy], ...] = (
        ("GET", of, SIGNED_IN),
        ("POST", of, OFFICERS),
        ("POST", f"{of}/exemptions", OFFICERS),
        ("POST", f"{of}/exemption-decision", OFFICERS),
        ("POST", f"{of}/reassessment", OFFICERS),
        ("POST", f"{of}/corrections", _MANAGERS),
        ("POST", f"{of}/receipts", _CASHIERS),
        ("POST", f"{of}/requests", PERSONS | OFFICERS),
        ("POST", f"{of}/refunds", _CASHIERS),
        ("POST", "/api/v1/visits/{visit_id}/payments/receipts", _CASHIERS),
        ("GET", "/api/v1/fee-exemptions", SIGNED_IN),
        ("GET", "/api/v1/receipts/{receipt_id}", SIGNED_IN),
        ("POST", "/api/v1/receipts/{receipt_id}/cancellation", _CASHIERS),
        ("POST", "/api/v1/receipts/{receipt_id}/replacement", _CASHIERS),
        ("GET", "/api/v1/refunds", _BOTH),
        ("POST", "/api/v1/refunds/{refund_id}/decision", _BOTH),
        ("GET", "/api/v1/cash-drawer", _BOTH),
        ("GET", "/api/v1/cash-drawers", _MANAGERS),
        ("GET", "/api/v1/cash-closings", _BOTH),
        ("POST", "/api/v1/cash-closings", _BOTH),
        ("POST", "/api/v1/cash-closings/{closing_id}/approval", _MANAGERS),
        ("GET", "/api/v1/payment-differences", _BOTH | _SUPERVISORS | _ADMINS),
        ("POST", "/api/v1/payment-differences/{difference_id}/settlement", _MANAGERS | _ADMINS),
        ("GET", "/api/v1/payment-requests", platform),
        ("POST", "/api/v1/payment-requests/{reference}/opening", platform),
        ("POST", "/api/v1/payment-results", platform),
        ("POST", "/api/v1/payment-bills", platform),
    )
    found = [Route(method, path, "dossier", who) for method, path, who in kept]
    reconciliation = "/api/v1/payment-reconciliations"
    # The list is the whole province's, so it is no office's to hand in.
    listed = platform | Policy(roles=frozenset({"ADMIN"}))
    return [
        *found,
        Route("POST", reconciliation, "dossier", listed, Priority.HEAVY, 60.0, 8 * MEGABYTE),
    ]
