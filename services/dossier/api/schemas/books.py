"""What the book of certified copies and the lists of papers that travel take and answer."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictInt

from services.dossier.api.payments.cash_answers import MoneyReceiptOut, RefundOut
from services.dossier.api.payments.requests import CounterMethod, Payer, Serial
from services.dossier.api.schemas.requests import (
    IdentityType,
    Strict,
)
from services.dossier.api.texts import Code, Line, LongLine, Name, Note, Number, Phone, Reason


class Requester(Strict):
    """Who asks for certified copies."""

    full_name: Name
    identity_type: IdentityType = "CITIZEN_ID"
    identity_number: Number | None = None
    phone: Phone | None = None


class CopiedDocument(Strict):
    """One document and how many copies of it are certified."""

    document_name: Line
    pages: Annotated[StrictInt, Field(ge=1, le=5000)]
    copies: Annotated[StrictInt, Field(ge=1, le=1000)]
    scan_id: UUID | None = Field(
        default=None,
        description="Bản chụp PDF của bản chính, đã tải lên: bản sao điện tử (một tệp)",
    )


class CopyTakenIn(Strict):
    """Money for copies over the counter: cash, or what a card or a transfer brought already, to the đồng."""

    method: CounterMethod
    amount: Annotated[StrictInt, Field(ge=1, le=1_000_000_000)] | None = Field(
        default=None, description="Bắt buộc khi đã quẹt thẻ hoặc chuyển khoản; phải đúng số phải thu"
    )
    payer: Payer = Payer()
    serial: Serial = ""


class CopyExemptIn(Strict):
    """No money, and why; the signer reads it."""

    method: Literal["EXEMPT"]
    reason: Reason


class CopyPaymentIn(CopyTakenIn):
    """Money for copies that were asked for without it."""

    asking_id: UUID


class CertifiedCopiesIn(Strict):
    """Documents to certify in one visit; `signer` is the account of who is to confirm them."""

    requester: Requester
    documents: Annotated[list[CopiedDocument], Field(min_length=1, max_length=50)]
    signer: Line
    payment: CopyTakenIn | CopyExemptIn | None = Field(
        default=None, description="Không nêu thì người thu phí thu sau; chưa thu thì chưa ký được"
    )


class CertifiedCopyOut(BaseModel):
    """A line of the book."""

    copy_id: UUID
    number: str
    document_name: str
    pages: int
    copies: int
    requester: str
    signed_by: str
    entered_by: str
    certified_at: datetime
    fee: int | None = Field(description="Phí đã thu theo mức ngày yêu cầu, đồng; không có ở dòng cũ")
    signer_title: str | None
    note: str | None
    is_electronic: bool = Field(description="Bản sao điện tử: người ký lập và ký tệp, văn thư đóng dấu")


class CopyRequestOut(BaseModel):
    """A document that waits for its signer; it has no number yet."""

    request_id: UUID
    document_name: str
    pages: int
    copies: int
    requester: str
    signer: str
    signer_name: str
    entered_by: str
    asked_at: datetime
    state: str
    reason: str
    fee: int | None = Field(description="Phí theo mức thu ngày yêu cầu, đồng")
    asking_id: UUID | None
    exempt_reason: str | None = Field(description="Lý do miễn phí; không có khi phải thu")
    is_settled: bool = Field(description="Đã thu phí hoặc không phải thu: ký được")
    scan_id: UUID | None


class CopyRequestPage(BaseModel):
    """What was asked for, in the order it was asked."""

    items: list[CopyRequestOut]
    next_cursor: str | None = None


class CopyAskingOut(CopyRequestPage):
    """What was asked for in one call, and the receipt of its money."""

    asking_id: UUID
    receipt: MoneyReceiptOut | None


class CopyRejectionOut(CopyRequestPage):
    """What was given back, and the money that is to go back for it."""

    refunds: list[RefundOut]


class CopyConfirmationIn(Strict):
    """What the signer certifies, all or none; the office they sign in and a note stand in the book."""

    request_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    signer_title: LongLine = ""
    note: Note = ""


class CopyRejectionIn(Strict):
    """What is given back, and why."""

    request_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    reason: Annotated[Line, Field(min_length=1)]


class CopyFigureOut(BaseModel):
    """What one agency certified in the period."""

    agency: str
    documents: int
    copies: int
    pages: int
    fees: int = Field(description="Tổng phí của bản đã chứng thực, đồng")
    exempted: int = Field(description="Phí được miễn của bản đã chứng thực, đồng")
    collected: int = Field(description="Tổng các biên lai còn hiệu lực của kỳ, đồng")
    refunded: int = Field(description="Đã trả lại trong kỳ, đồng")
    electronic: int = Field(description="Số bản sao điện tử đã cấp trong kỳ")


class CopyFiguresOut(BaseModel):
    """By agency, and what index 4.6 asks: how many of those that certify copies do so electronically."""

    items: list[CopyFigureOut]
    certifying_agencies: int = Field(description="Chỉ tiêu 4.6, mẫu số: cơ quan có chứng thực bản sao")
    electronic_agencies: int = Field(description="Chỉ tiêu 4.6, tử số: cơ quan có cấp bản sao điện tử")


class ElectronicCopyOut(BaseModel):
    """An electronic copy its owner may fetch, hand in anywhere, and have checked by its address."""

    copy_id: UUID
    number: str
    document_name: str
    agency: str
    agency_name: str
    certified_at: datetime
    issued_at: datetime | None
    attachment_id: UUID | None
    verification_url: str


class ElectronicCopyPage(BaseModel):
    """A person's electronic copies, newest first."""

    items: list[ElectronicCopyOut]
    next_cursor: str | None = None


class CertifiedCopiesOut(BaseModel):
    """The lines just certified."""

    items: list[CertifiedCopyOut]


class CertifiedCopyPage(BaseModel):
    """One page of the book, in the order of its numbers."""

    items: list[CertifiedCopyOut]
    next_cursor: str | None = None


class HandedIn(Strict):
    """One dossier's papers."""

    dossier_id: UUID
    sheets: Annotated[StrictInt, Field(ge=0, le=10_000)]


class HandOverIn(Strict):
    """Papers that leave for another agency."""

    to_agency: Code
    items: Annotated[list[HandedIn], Field(min_length=1, max_length=200)]


class CountedIn(HandedIn):
    """What came of one dossier; a difference is explained."""

    remark: Note = ""


class HandOverConfirmationIn(Strict):
    """Every dossier of the list, as it is shown to this agency, as it came."""

    items: Annotated[list[CountedIn], Field(min_length=1, max_length=200)]
    note: Note = ""


class HandedOut(BaseModel):
    """One dossier on a list."""

    dossier_id: UUID
    sheets: int
    received_sheets: int | None
    differs: bool
    remark: str
    received_by: str
    received_at: datetime | None


class HandOverOut(BaseModel):
    """A list with its one or two signatures, as far as this agency gives or gets its dossiers."""

    list_id: UUID
    version: int
    from_agency: str
    to_agency: str
    given_by: str
    given_at: datetime
    received_by: str
    received_at: datetime | None
    note: str
    items: list[HandedOut]


class HandOverLists(BaseModel):
    """An agency's lists, those on their way first."""

    items: list[HandOverOut]
