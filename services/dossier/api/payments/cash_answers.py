"""What goes out about receipts, refunds and a cashier's day."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from kernel.web.paging import Page
from services.dossier.api.payments.times import local
from services.dossier.domain.payments.counter import CashClosing, MoneyReceipt, Refund
from services.dossier.use_cases.payments.ports import Drawer, OpenDrawer


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
    asking_id: UUID | None = Field(description="Yêu cầu chứng thực bản sao mà biên lai này thu phí")
    state: str
    replaces: UUID | None
    replaced_by: UUID | None
    electronic: str
    e_serial: str
    e_number: str
    version: int


class RefundOut(BaseModel):
    """Đề nghị hoàn tiền."""

    refund_id: UUID
    dossier_id: UUID | None
    asking_id: UUID | None = Field(description="Yêu cầu chứng thực bản sao, khi không của hồ sơ nào")
    amount: int
    method: str
    reason: str
    state: str
    asked_at: datetime
    decided_at: datetime | None
    note: str
    version: int


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
    closed_by: str
    version: int


class OpenDrawerOut(BaseModel):
    """Một ngày thu chưa khóa sổ; `expected` là tiền mặt phải có, đồng."""

    agency: str
    cashier: str
    day: date
    expected: int


class OpenDrawers(BaseModel):
    """Những ngày thu chưa khóa sổ, cũ nhất trước."""

    items: list[OpenDrawerOut]


class DrawerOut(BaseModel):
    """Số đã thu trong ngày theo cách thu, và sổ nếu đã khóa."""

    day: date
    by_method: dict[str, int]
    expected: int
    closing: ClosingOut | None


_UNREADABLE = Field(description="Dòng bị sửa ngoài hệ thống, không đọc được: báo người quản trị")


class RefundPage(Page[RefundOut]):
    """Đề nghị hoàn tiền chờ duyệt."""

    unreadable: list[UUID] = _UNREADABLE


class ClosingPage(Page[ClosingOut]):
    """Sổ thu của cơ quan."""

    unreadable: list[UUID] = _UNREADABLE


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
        asking_id=receipt.asking_id,
        state=receipt.state.value,
        replaces=receipt.replaces,
        replaced_by=receipt.replaced_by,
        electronic=receipt.electronic.value,
        e_serial=receipt.e_serial,
        e_number=receipt.e_number,
        version=receipt.version,
    )


def refund_out(refund: Refund) -> RefundOut:
    """Return a refund."""
    return RefundOut(
        refund_id=refund.id,
        dossier_id=refund.dossier_id,
        asking_id=refund.asking_id,
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
        closed_by=closing.closed_by or closing.cashier,
        version=closing.version,
    )


def open_drawers_out(found: Sequence[OpenDrawer]) -> OpenDrawers:
    """Return days nobody has closed."""
    return OpenDrawers(items=[OpenDrawerOut(**asdict(one)) for one in found])


def drawer_out(drawer: Drawer, day: date) -> DrawerOut:
    """Return a cashier's day."""
    closing = closing_out(drawer.closing) if drawer.closing else None
    by_method = dict(drawer.by_method)
    return DrawerOut(day=day, by_method=by_method, expected=by_method.get("CASH", 0), closing=closing)
