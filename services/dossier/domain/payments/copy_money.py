"""The money of one asking for certified copies: what is due, whether it may be signed, what goes back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Invalid
from services.dossier.domain.intake.copies import CopyRequest
from services.dossier.domain.intake.errors import CopiesUnpaid
from services.dossier.domain.payments.account import Method
from services.dossier.domain.payments.counter import approves

CODE = "CHUNG_THUC_BAN_SAO"
NAME = "Phí chứng thực bản sao từ bản chính"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPayment:
    """How an asking is paid: money over the counter, or nothing for a reason the signer reads."""

    method: Method | None
    """None where it is exempt."""
    amount: int | None
    """What the card or the transfer brought already; None for cash, which is told after it is counted."""
    payer: Mapping[str, Any]
    serial: str
    exempt_reason: str
    place: str = "payment.amount"
    """Where the amount stands in what was sent."""


def due_of(requests: Iterable[CopyRequest]) -> int:
    """Return what is to be paid for what waits, in đồng; nothing where it is exempt or has no rate."""
    return sum(one.charged or 0 for one in requests if one.state == "WAITING")


def require_exact(payment: CopyPayment, due: int) -> None:
    """Raise where a card or a transfer brought another sum than is due, or nobody says which."""
    if payment.amount is None and payment.method is Method.CASH:
        return
    if payment.amount != due:
        raise Invalid(fields=[(payment.place, f"Phải thu đúng {due} đồng")])


def require_paid(requests: Sequence[CopyRequest], paid: Iterable[UUID]) -> None:
    """Raise `CopiesUnpaid` for what owes a fee and has no receipt; askings of before took no money here."""
    settled = set(paid)
    if any(is_owing(one) and one.asking_id not in settled for one in requests):
        raise CopiesUnpaid


def is_owing(request: CopyRequest) -> bool:
    """Tell whether a request needs a receipt to be signed."""
    return request.asking_id is not None and bool(request.charged)


def lines_of(requests: Sequence[CopyRequest]) -> tuple[dict[str, Any], ...]:
    """Return a receipt's lines: one a document, which names nobody and no document."""
    return tuple(
        {
            "kind": "FEE",
            "code": CODE,
            "name": f"{NAME}: {one.copies} bản, {one.pages} trang",
            "amount": one.charged,
            "request_id": str(one.id),
        }
        for one in requests
        if one.charged
    )


def pays_back(agency: str, caller: Caller) -> bool:
    """Tell whether the caller may hand out money for refused copies: a cashier, or who approves refunds."""
    is_cashier = caller.has_role("CASHIER") and caller.agency == agency
    return caller.kind is CallerKind.STAFF and (is_cashier or approves(agency, caller))
