"""Why a way in is refused: each code is part of the contract."""

from kernel.core.errors import Forbidden, Kind, Refusal


class TooManyDrafts(Refusal):
    """The person keeps as many drafts as one may (409)."""

    code = "too-many-drafts"
    title = "Đã đủ số bản nháp được giữ, hãy nộp hoặc xóa bớt"


class DraftOtherKind(Refusal):
    """A group's draft is handed in as a whole group, a procedure's as one dossier (409)."""

    code = "draft-other-kind"
    title = "Bản nháp của nhóm liên thông phải được nộp cho cả nhóm, của một thủ tục phải được nộp riêng"


class DraftClosed(Refusal):
    """The draft was handed in, discarded or has expired (409)."""

    code = "draft-closed"
    title = "Bản nháp đã nộp, đã xóa hoặc đã hết hạn"


class NotAuthorized(Forbidden):
    """No recorded authorisation lets this person act for the owner in this (403)."""

    code = "not-authorized"
    title = "Không có ủy quyền còn hiệu lực cho việc này"


class AuthorizationEnded(Refusal):
    """The authorisation was revoked already (409)."""

    code = "authorization-ended"
    title = "Ủy quyền đã chấm dứt"


class HandOverClosed(Refusal):
    """The hand-over list was confirmed already (409)."""

    code = "hand-over-closed"
    title = "Danh sách bàn giao đã được ký nhận"


class AlreadyListed(Refusal):
    """Papers named are on another list that waits for its second signature, or are not held here (409)."""

    code = "papers-not-here"
    title = "Hồ sơ giấy không ở nơi giao hoặc đang nằm trong danh sách bàn giao khác"


class CopyDecided(Refusal):
    """The request was certified or taken back already (409)."""

    code = "copy-decided"
    title = "Yêu cầu chứng thực này đã được quyết định"


class CopiesUnpaid(Refusal):
    """Copies are certified once their fee has a receipt, or they are exempt (409)."""

    code = "copies-unpaid"
    title = "Yêu cầu chứng thực chưa nộp phí"


class NotElectronic(Refusal):
    """The line of the book is of copies on paper, or its electronic copy was issued already (409)."""

    code = "copy-not-electronic"
    title = "Dòng này không có bản sao điện tử đang chờ"


class CopyUnsigned(Refusal):
    """The draft does not carry a signature that is intact and trusted, or is not the draft any more (409)."""

    code = "copy-unsigned"
    title = "Bản sao điện tử chưa được người chứng thực ký số hợp lệ trên đúng nội dung đã lập"


class NotTheSigner(Forbidden):
    """Only the signer who was named, or who acts in that signer's place today, confirms (403)."""

    code = "not-the-signer"
    title = "Chỉ người ký được nêu, hoặc người được giao ký thay, xác nhận chứng thực"


class SelfApproval(Forbidden):
    """Who entered may not approve, who handed over may not receive (403)."""

    code = "four-eyes"
    title = "Người nhập hoặc người giao không được tự duyệt, tự nhận"


class EntryDecided(Refusal):
    """The entry was approved or declined already (409)."""

    code = "entry-decided"
    title = "Hồ sơ nhập bù đã được duyệt hoặc từ chối"


class BatchNotReady(Refusal):
    """The sheet has rows with faults, or was handed in already (409)."""

    code = "batch-not-ready"
    title = "Bảng kê còn dòng sai hoặc đã được tiếp nhận"


class SheetUnreadable(Refusal):
    """The file is no workbook of the template, holds a formula, or is larger than a template is (422)."""

    code = "sheet-unreadable"
    kind = Kind.INVALID
    title = "Không đọc được bảng kê theo mẫu"


class AnotherPerson(Refusal):
    """A correction would make somebody else of the owner (409): that needs a dossier of their own."""

    code = "another-person"
    title = "Nội dung đính chính là của người khác: cần lập hồ sơ mới"
