"""What is sent about money: whole đồng, unknown members refused."""
# ruff: noqa: RUF012 - pydantic copies a default for every instance.

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from services.dossier.api.moments import Day, MomentAsTold
from services.dossier.api.schemas.requests import Strict
from services.dossier.api.texts import Address, Line, LongLine, NameOrNothing, Note, Number, Reason

Dong = Annotated[StrictInt, Field(gt=0, le=1_000_000_000_000, description="Đồng")]
Serial = Annotated[str, StringConstraints(strict=True, max_length=20, pattern=r"^[0-9A-Za-z/.-]*$")]
Reference = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64, pattern=r"^[\w.-]+$")]
WebAddress = Annotated[str, StringConstraints(strict=True, max_length=2000, pattern=r"^(https?://\S+)?$")]
CounterMethod = Literal["CASH", "TRANSFER", "CARD"]


class OwedIn(Strict):
    """Khoản phải nộp: phí, lệ phí theo căn cứ, hoặc nghĩa vụ tài chính theo thông báo."""

    kind: Literal["FEE", "CHARGE", "OBLIGATION"]
    code: Annotated[str, StringConstraints(strict=True, max_length=64, pattern=r"^[\w.-]*$")] = ""
    name: Line
    amount: Dong
    is_before: StrictBool = False
    legal_basis: LongLine = ""
    notice_number: Annotated[str, StringConstraints(strict=True, max_length=64, pattern=r"^[\w./-]*$")] = ""


class Evidence(Strict):
    """Giấy tờ chứng minh: tệp trong hồ sơ hoặc số giấy tờ đã xem."""

    attachment_id: UUID | None = None
    paper: LongLine = ""


class ExemptionIn(Strict):
    """Diện miễn, giảm được áp dụng; không nêu khoản thì áp dụng cho mọi khoản phù hợp."""

    category: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64, pattern=r"^[\w-]+$")]
    items: Annotated[list[UUID], Field(max_length=50)] = []
    evidence: Evidence = Evidence()


class ClaimDecisionIn(Strict):
    """Xác nhận hoặc từ chối (nêu lý do) đề nghị miễn, giảm nộp cùng hồ sơ."""

    confirmed: StrictBool
    reason: Note = ""


class OwedCorrectionIn(Strict):
    """Điều chỉnh số phải nộp của một khoản; số âm là giảm."""

    item: UUID
    amount: Annotated[StrictInt, Field(ge=-1_000_000_000_000, le=1_000_000_000_000)]
    reason: Reason


class Payer(Strict):
    """Người nộp tiền, in trên biên lai."""

    full_name: NameOrNothing = ""
    identity_number: Number | None = None
    address: Address = ""


class TakenIn(Strict):
    """Thu tiền tại quầy."""

    amount: Dong
    method: CounterMethod
    item: UUID | None = None
    payer: Payer = Payer()
    serial: Serial = ""


class VisitPartIn(Strict):
    """Phần thu cho một hồ sơ; `version` là phiên bản sổ của hồ sơ đã xem."""

    dossier_id: UUID
    amount: Dong
    version: Annotated[StrictInt, Field(ge=0)]


class VisitTakenIn(Strict):
    """Thu tiền một lần cho các hồ sơ của một lượt."""

    dossiers: Annotated[list[VisitPartIn], Field(min_length=1, max_length=30)]
    method: CounterMethod
    payer: Payer = Payer()
    serial: Serial = ""


class ReceiptEndIn(Strict):
    """Hủy biên lai."""

    reason: Reason


class ReplacementIn(Strict):
    """Thay thế biên lai ghi sai người nộp."""

    reason: Reason
    payer: Payer


class AskIn(Strict):
    """Yêu cầu thanh toán trực tuyến; không nêu khoản thì là toàn bộ số còn phải nộp."""

    item: UUID | None = None


class Payee(Strict):
    """Người nhận tiền hoàn."""

    full_name: NameOrNothing = ""
    bank: LongLine = ""
    account: Annotated[str, StringConstraints(strict=True, max_length=34, pattern=r"^[0-9A-Za-z]*$")] = ""


class MoneyRefundIn(Strict):
    """Đề nghị hoàn tiền; `item`: hoàn của khoản nào."""

    amount: Dong
    item: UUID | None = None
    method: CounterMethod
    reason: Reason
    payee: Payee = Payee()


Subject = Annotated[str, StringConstraints(strict=True, max_length=120)]


class DecisionIn(Strict):
    """Duyệt hoặc không duyệt; `drawer`: người thu phí chi tiền mặt, khi không phải người đề nghị."""

    approved: StrictBool
    note: Note = ""
    drawer: Subject = ""


class CashClosingIn(Strict):
    """Khóa sổ một ngày thu; `counted` là tiền mặt trừ tiền tạm ứng: âm khi ngày đó chi nhiều hơn thu."""

    day: Day
    counted: Annotated[StrictInt, Field(ge=-1_000_000_000_000, le=1_000_000_000_000)]
    reason: Note = ""
    cashier: Subject = ""


class NoteOnly(Strict):
    """Ghi chú."""

    note: Note = ""


class OpeningIn(Strict):
    """Nền tảng đã nhận yêu cầu (địa chỉ thanh toán), hoặc vì sao chưa."""

    pay_url: WebAddress = ""
    failure: LongLine = ""


class NewsIn(Strict):
    """Nền tảng thanh toán nói về một giao dịch; `refused`: vì sao cổng không tin."""

    reference: Reference
    outcome: Literal["PAID", "PENDING", "FAILED"]
    amount: Annotated[StrictInt, Field(ge=0, le=1_000_000_000_000)] = 0
    transaction: Annotated[str, StringConstraints(strict=True, max_length=100)] = ""
    paid_at: MomentAsTold | None = None
    source: Literal["CALLBACK", "LOOK_UP"]
    refused: LongLine = ""
    raw: Annotated[dict[str, Any], Field(max_length=100)] = {}


class ListedIn(Strict):
    """Một giao dịch đã thanh toán trong danh sách của nền tảng."""

    reference: Reference
    transaction: Annotated[str, StringConstraints(strict=True, max_length=100)] = ""
    amount: Annotated[StrictInt, Field(ge=0, le=1_000_000_000_000)]
    paid_at: MomentAsTold


class ReconciliationIn(Strict):
    """Danh sách của nền tảng trong một ngày."""

    day: Day
    rows: Annotated[list[ListedIn], Field(max_length=20_000)]


class BillIn(Strict):
    """Mã hồ sơ mà Cổng Dịch vụ công quốc gia hỏi số phải nộp."""

    code: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64)]
