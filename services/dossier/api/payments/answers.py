"""What goes out about a dossier's account."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.dossier.api.payments.cash_answers import MoneyReceiptOut, RefundOut, receipt_out, refund_out
from services.dossier.api.payments.platform_answers import PaymentRequestOut, request_out
from services.dossier.api.payments.times import local
from services.dossier.domain.payments.account import Account, Entry, Item
from services.dossier.domain.payments.claims import Claim, claim_of, demanded_items
from services.dossier.use_cases.payments.ports import Money


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


class ClaimOut(BaseModel):
    """Đề nghị miễn, giảm nộp cùng hồ sơ; `confirmed` chưa có khi chưa ai quyết định."""

    category: str
    name: str
    attachment_id: UUID | None
    paper: str = ""
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
    """Tiền của một hồ sơ với mọi dòng sổ, biên lai, yêu cầu và đề nghị hoàn.

    `owed_back`: số mẫu 05 đã hứa hoàn mà chưa có đề nghị hoàn.
    """

    entries: list[EntryOut]
    receipts: list[MoneyReceiptOut]
    requests: list[PaymentRequestOut]
    refunds: list[RefundOut]
    to_assess: list[str]
    owed_back: int


class TakenOut(AccountOut):
    """Tiền đã thu và biên lai."""

    receipt: MoneyReceiptOut


class VisitTakenOut(BaseModel):
    """Tiền đã thu cho các hồ sơ của một lượt và biên lai chung."""

    accounts: list[AccountOut]
    receipt: MoneyReceiptOut


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
        paper=claim.paper,
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
        owed_back=money.owed_back,
    )
