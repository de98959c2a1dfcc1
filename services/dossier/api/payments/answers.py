"""What goes out about money."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from kernel.core.clock import VIETNAM
from kernel.web.paging import Page
from services.dossier.domain.payments.account import Account, Entry, Item
from services.dossier.domain.payments.claims import Claim, claim_of, demanded_items
from services.dossier.domain.payments.counter import CashClosing, MoneyReceipt, Refund
from services.dossier.domain.payments.requests import PaymentRequest
from services.dossier.use_cases.payments.ports import Drawer, Money, SettledDifference


class ItemOut(BaseModel):
    """Một khoản phải nộp."""

    item_id: UUID
    kind: str
    code: str
    name: str
    is_before: bool
    owed: int
    paid: int
    outstanding: int
    base: int | None
    discount: dict[str, Any] | None
    legal_basis: str | None
    notice_number: str | None


class EntryOut(BaseModel):
    """Một dòng sổ."""

    sequence: int
    kind: str
    amount: int
    item_id: UUID | None
    method: str | None
    at: datetime
    by: str
    reason: str
    is_partial: bool


class MoneyReceiptOut(BaseModel):
    """Biên lai."""

    receipt_id: UUID
    agency: str
    serial: str
    year: int
    number: str
    amount: int
    method: str
    cashier: str
    issued_at: datetime
    lines: list[dict[str, Any]]
    visit_id: UUID | None
    state: str
    replaces: UUID | None
    replaced_by: UUID | None
    electronic: str
    e_serial: str
    e_number: str
    version: int


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


class RefundOut(BaseModel):
    """Đề nghị hoàn tiền."""

    refund_id: UUID
    dossier_id: UUID
    amount: int
    method: str
    reason: str
    state: str
    asked_at: datetime
    decided_at: datetime | None
    note: str
    version: int


class ClaimOut(BaseModel):
    """Đề nghị miễn, giảm nộp cùng hồ sơ; `confirmed` chưa có khi chưa ai quyết định."""

    category: str
    name: str
    attachment_id: UUID
    claimed_at: datetime
    confirmed: bool | None
    reason: str


class AccountOut(BaseModel):
    """Tiền của một hồ sơ; `version` là ETag.

    `demanded`: số có thể yêu cầu nộp lúc này, không kể khoản đang đề nghị miễn, giảm.
    """

    dossier_id: UUID
    owed: int
    paid: int
    outstanding: int
    outstanding_before: int
    credit: int
    demanded: int
    exemption_claim: ClaimOut | None
    items: list[ItemOut]
    version: int


class MoneyOut(AccountOut):
    """Tiền của một hồ sơ với mọi dòng sổ, biên lai, yêu cầu và đề nghị hoàn."""

    entries: list[EntryOut]
    receipts: list[MoneyReceiptOut]
    requests: list[PaymentRequestOut]
    refunds: list[RefundOut]
    to_assess: list[str]


class TakenOut(AccountOut):
    """Tiền đã thu và biên lai."""

    receipt: MoneyReceiptOut


class VisitTakenOut(BaseModel):
    """Tiền đã thu cho các hồ sơ của một lượt và biên lai chung."""

    accounts: list[AccountOut]
    receipt: MoneyReceiptOut


class ClosingOut(BaseModel):
    """Sổ thu một ngày của một người thu."""

    closing_id: UUID
    agency: str
    cashier: str
    day: date
    expected: int
    counted: int
    difference: int
    reason: str
    by_method: dict[str, int]
    state: str
    approved_by: str
    version: int


class DrawerOut(BaseModel):
    """Số đã thu trong ngày theo cách thu, và sổ nếu đã khóa."""

    day: date
    by_method: dict[str, int]
    expected: int
    closing: ClosingOut | None


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


class ExemptionOut(BaseModel):
    """Một diện miễn, giảm đang áp dụng."""

    code: str
    name: str
    percent: int
    legal_basis: str
    needs_evidence: bool


class ExemptionsOut(BaseModel):
    """Các diện miễn, giảm đang áp dụng."""

    items: list[ExemptionOut]


RefundPage = Page[RefundOut]
ClosingPage = Page[ClosingOut]
DifferencePage = Page[DifferenceOut]


def local(at: datetime) -> datetime:
    """Return an instant as it leaves this service."""
    return at.astimezone(VIETNAM)


def account_out(account: Account, dossier_id: UUID) -> dict[str, Any]:
    """Return the members every answer about an account has."""
    return {
        "dossier_id": dossier_id,
        "owed": account.owed,
        "paid": account.paid,
        "outstanding": account.outstanding,
        "outstanding_before": account.outstanding_before,
        "credit": account.credit,
        "demanded": sum(one.outstanding for one in demanded_items(account)),
        "exemption_claim": _claim(claim_of(account)),
        "items": [_item(one) for one in account.items],
        "version": account.version,
    }


def _claim(claim: Claim | None) -> ClaimOut | None:
    if claim is None:
        return None
    return ClaimOut(
        category=claim.category,
        name=claim.name,
        attachment_id=claim.attachment_id,
        claimed_at=local(claim.claimed_at),
        confirmed=claim.confirmed,
        reason=claim.reason,
    )


def _item(item: Item) -> ItemOut:
    return ItemOut(
        item_id=item.id,
        kind=item.kind.value,
        code=item.code,
        name=item.name,
        is_before=item.is_before,
        owed=item.owed,
        paid=item.paid,
        outstanding=item.outstanding,
        base=item.data.get("base"),
        discount=item.data.get("discount"),
        legal_basis=item.data.get("legal_basis"),
        notice_number=item.data.get("notice_number"),
    )


def entry_out(entry: Entry) -> EntryOut:
    """Return a line."""
    return EntryOut(
        sequence=entry.sequence,
        kind=entry.kind.value,
        amount=entry.amount,
        item_id=entry.item,
        method=entry.method.value if entry.method else None,
        at=local(entry.at),
        by=entry.by_name,
        reason=str(entry.data.get("reason") or ""),
        is_partial=bool(entry.data.get("is_partial")),
    )


def money_out(money: Money, dossier_id: UUID, to_assess: list[str]) -> MoneyOut:
    """Return a dossier's money."""
    return MoneyOut(
        **account_out(money.account, dossier_id),
        entries=[entry_out(one) for one in money.account.entries],
        receipts=[
            receipt_out(replace(one, lines=tuple(one.lines_of({dossier_id})))) for one in money.receipts
        ],
        requests=[request_out(one) for one in money.requests],
        refunds=[refund_out(one) for one in money.refunds],
        to_assess=to_assess,
    )


_LINE = ("kind", "code", "name", "amount")


def receipt_out(receipt: MoneyReceipt) -> MoneyReceiptOut:
    """Return a receipt; its payer is on the paper only."""
    return MoneyReceiptOut(
        receipt_id=receipt.id,
        agency=receipt.agency,
        serial=receipt.serial,
        year=receipt.year,
        number=receipt.written_number,
        amount=receipt.amount,
        method=receipt.method.value,
        cashier=receipt.cashier_name,
        issued_at=local(receipt.issued_at),
        lines=[
            {name: line[name] for name in (*_LINE, "dossier_id", "dossier") if name in line}
            for line in receipt.lines
        ],
        visit_id=receipt.visit_id,
        state=receipt.state.value,
        replaces=receipt.replaces,
        replaced_by=receipt.replaced_by,
        electronic=receipt.electronic.value,
        e_serial=receipt.e_serial,
        e_number=receipt.e_number,
        version=receipt.version,
    )


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


def refund_out(refund: Refund) -> RefundOut:
    """Return a refund."""
    return RefundOut(
        refund_id=refund.id,
        dossier_id=refund.dossier_id,
        amount=refund.amount,
        method=refund.method.value,
        reason=refund.reason,
        state=refund.state.value,
        asked_at=local(refund.asked_at),
        decided_at=local(refund.decided_at) if refund.decided_at else None,
        note=refund.note,
        version=refund.version,
    )


def closing_out(closing: CashClosing) -> ClosingOut:
    """Return a closing."""
    return ClosingOut(
        closing_id=closing.id,
        agency=closing.agency,
        cashier=closing.cashier_name,
        day=closing.day,
        expected=closing.expected,
        counted=closing.counted,
        difference=closing.difference,
        reason=closing.reason,
        by_method=closing.by_method,
        state=closing.state.value,
        approved_by=closing.approved_by,
        version=closing.version,
    )


def drawer_out(drawer: Drawer, day: date) -> DrawerOut:
    """Return a cashier's day."""
    closing = closing_out(drawer.closing) if drawer.closing else None
    by_method = dict(drawer.by_method)
    return DrawerOut(day=day, by_method=by_method, expected=by_method.get("CASH", 0), closing=closing)


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
