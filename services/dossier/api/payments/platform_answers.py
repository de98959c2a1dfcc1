"""What goes out about payments through the platform: requests, its news, differences."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from kernel.web.paging import Page
from services.dossier.api.payments.times import local
from services.dossier.domain.payments.requests import PaymentRequest
from services.dossier.use_cases.payments.ports import SettledDifference


class PaymentRequestOut(BaseModel):
    """Yêu cầu thanh toán trực tuyến."""

    reference: str
    state: str
    amount: int
    item_id: UUID | None
    pay_url: str | None
    asked_at: datetime
    expires_at: datetime
    paid_amount: int
    paid_at: datetime | None


class NewsOut(BaseModel):
    """Điều đã làm với tin của nền tảng."""

    outcome: Literal["booked", "repeated", "noted", "refused", "unknown"]


class CarriedOut(BaseModel):
    """Yêu cầu mà cổng phải chuyển cho nền tảng thanh toán."""

    reference: str
    amount: int
    state: str
    asked_at: datetime
    bill: dict[str, Any]


class CarriedPage(BaseModel):
    """Các yêu cầu đến lượt."""

    items: list[CarriedOut]


class FoundDifference(BaseModel):
    """Một chênh lệch vừa thấy."""

    kind: str
    reference: str
    ours: int | None
    theirs: int | None


class ReconciliationOut(BaseModel):
    """Kết quả đối soát một ngày."""

    day: date
    differences: list[FoundDifference]


class DifferenceOut(BaseModel):
    """Một chênh lệch trong danh sách việc."""

    difference_id: UUID
    day: date
    kind: str
    reference: str
    transaction: str
    ours: int | None
    theirs: int | None
    state: str
    note: str
    found_at: datetime
    version: int


DifferencePage = Page[DifferenceOut]


def request_out(request: PaymentRequest) -> PaymentRequestOut:
    """Return a request."""
    return PaymentRequestOut(
        reference=request.reference,
        state=request.state.value,
        amount=request.amount,
        item_id=request.item,
        pay_url=request.pay_url or None,
        asked_at=local(request.asked_at),
        expires_at=local(request.expires_at),
        paid_amount=request.paid_amount,
        paid_at=local(request.paid_at) if request.paid_at else None,
    )


def difference_out(found: SettledDifference) -> DifferenceOut:
    """Return a difference."""
    return DifferenceOut(
        difference_id=found.id,
        day=found.day,
        kind=found.kind,
        reference=found.reference,
        transaction=found.transaction,
        ours=found.ours,
        theirs=found.theirs,
        state=found.state,
        note=found.note,
        found_at=local(found.found_at),
        version=found.version,
    )


def carried_out(request: PaymentRequest, bill: dict[str, Any]) -> CarriedOut:
    """Return a request as the gateway carries it."""
    return CarriedOut(
        reference=request.reference,
        amount=request.amount,
        state=request.state.value,
        asked_at=local(request.asked_at),
        bill=bill,
    )
