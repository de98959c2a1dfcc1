"""Why money is refused: each code is part of the contract."""

from kernel.core.errors import Forbidden, Invalid, Refusal


class FeeUnpaid(Refusal):
    """A fee that is due before acceptance is not paid (409); `outstanding` says how much is missing."""

    code = "fee-unpaid"
    title = "Hồ sơ chưa nộp đủ phí, lệ phí phải thu trước khi tiếp nhận"


class FeesChanged(Refusal):
    """The version in force asks for more before acceptance than was told: it is told first (409)."""

    code = "fees-changed"
    title = "Phí, lệ phí đã thay đổi; hãy tính lại và thông báo cho người nộp trước khi tiếp nhận"


class ExemptionUndecided(Refusal):
    """The applicant claimed an exemption nobody has decided: its fee is not asked for meanwhile (409)."""

    code = "exemption-undecided"
    title = "Người nộp đề nghị miễn, giảm phí, lệ phí; hãy xác nhận hoặc từ chối đề nghị trước"


class NoticeCancelled(Refusal):
    """The notice was taken back: nobody holds a paper that asks for it, nothing is owed by it (409)."""

    code = "notice-cancelled"
    title = "Thông báo nghĩa vụ tài chính này đã được hủy; nếu còn phải nộp thì lập thông báo mới"


class NoOpenClaim(Refusal):
    """No exemption was claimed, or the claim is decided (409)."""

    code = "no-open-exemption-claim"
    title = "Không có đề nghị miễn, giảm nào đang chờ quyết định"


class NotACashier(Forbidden):
    """Money at a counter is taken by a cashier of an agency that receives the dossier (403)."""

    code = "not-a-cashier"
    title = "Chỉ người thu phí của nơi tiếp nhận hồ sơ được thu tiền"


class NothingToPay(Refusal):
    """Nothing is outstanding (409)."""

    code = "nothing-to-pay"
    title = "Hồ sơ không còn khoản nào phải nộp"


class RequestOpen(Refusal):
    """Somebody is being asked to pay the same money already (409); `reference` names the request."""

    code = "payment-request-open"
    title = "Đang có yêu cầu thanh toán chưa kết thúc cho hồ sơ này"


class TooMuchRefunded(Invalid):
    """More would go back than came in and is not spoken for (422)."""

    code = "refund-too-large"
    title = "Số tiền hoàn lớn hơn số tiền còn có thể hoàn"


class AccountEnded(Refusal):
    """The dossier has ended: nothing new is owed, and what is owed only gets less (409)."""

    code = "account-ended"
    title = "Hồ sơ đã kết thúc; không ghi thêm khoản phải nộp"


class SettlementUntrue(Invalid):
    """Form 05 would say of the money what is not so (422): nothing paid, all, a part, or none of it back."""

    code = "settlement-not-as-paid"
    title = "Phương án xử lý phí, lệ phí không đúng với số tiền đã thu"


class SecondPerson(Forbidden):
    """Whoever proposed it does not approve it (403)."""

    code = "second-person-required"
    title = "Người đề nghị không được tự duyệt"


class AlreadyDecided(Refusal):
    """It was decided before (409)."""

    code = "already-decided"
    title = "Việc này đã được quyết định"


class DrawerOfNobody(Refusal):
    """Who proposed to give cash back works here no more: name a cashier whose drawer it leaves (409)."""

    code = "drawer-of-nobody"
    title = "Người đề nghị hoàn tiền không còn thu tiền ở cơ quan; hãy chọn người thu phí chi tiền mặt"


class CashierAway(Refusal):
    """Whose drawer the cash would leave is on leave today: name a cashier who is there (409)."""

    code = "cashier-away"
    title = "Người thu phí đang nghỉ; hãy chọn người thu phí đang làm việc chi tiền mặt"


class CashierIsHere(Refusal):
    """A cashier who is there closes their own day (409)."""

    code = "cashier-is-here"
    title = "Người thu phí đang làm việc tự khóa sổ ngày thu của mình"


class DayClosed(Refusal):
    """The cashier's day is closed: it takes no more entries (409)."""

    code = "cash-day-closed"
    title = "Ngày thu này đã khóa sổ"


class DayNotOver(Invalid):
    """A day that has not begun is not closed (422)."""

    code = "cash-day-not-begun"
    title = "Chưa đến ngày thu này"


class BeforeTheDesk(Invalid):
    """A past day on which nobody at this agency had taken money yet is not closed (422)."""

    code = "cash-day-before-desk"
    title = "Ngày này cơ quan chưa thu khoản nào trên hệ thống"


class DifferenceUnexplained(Invalid):
    """What was counted differs from what was taken, and nobody says why (422)."""

    code = "cash-difference-unexplained"
    title = "Chênh lệch tiền mặt phải nêu lý do"


class ReceiptEnded(Refusal):
    """The receipt was cancelled or replaced (409)."""

    code = "receipt-ended"
    title = "Biên lai đã bị hủy hoặc đã được thay thế"


class MoneySpokenFor(Refusal):
    """The receipt's money went back already, or somebody proposed that it does (409)."""

    code = "receipt-refunded"
    title = "Tiền của biên lai này đã hoàn hoặc đang được đề nghị hoàn"


class MoneyReliedOn(Refusal):
    """The dossier has gone on because of this money: it goes back by a refund, which two people do (409)."""

    code = "receipt-relied-on"
    title = "Hồ sơ đã được giải quyết tiếp vì khoản tiền này; hãy lập đề nghị hoàn tiền"


class NoSuchExemption(Invalid):
    """No such category is in force, or it does not apply here (422)."""

    code = "no-such-exemption"
    title = "Không có diện miễn, giảm này đang áp dụng cho thủ tục"


class EvidenceMissing(Invalid):
    """The category is granted on evidence only (422)."""

    code = "exemption-evidence-missing"
    title = "Diện miễn, giảm này phải có giấy tờ chứng minh"


class ExemptedAlready(Refusal):
    """The item has an exemption already; two are not added up (409)."""

    code = "exempted-already"
    title = "Khoản thu đã được miễn, giảm"
