"""Why a dossier refuses: each code is part of the contract."""

from kernel.core.errors import Forbidden, Invalid, Kind, Refusal
from services.dossier.domain.files import Fault
from services.dossier.domain.states import VIETNAMESE, State

CANNOT_BE_READ = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What comes of a state, a step or a moment that is none; what a database or a right says is none of it."""


class TransitionRefused(Refusal):
    """The dossier's state does not allow this (409)."""

    code = "transition-refused"
    title = "Trạng thái hồ sơ không cho phép thao tác này"

    @classmethod
    def in_state(cls, state: State, instead: str = "") -> "TransitionRefused":
        """Return the refusal, naming the state and what may be done in it instead."""
        said = f"Hồ sơ đang ở trạng thái “{VIETNAMESE[state]}”."
        return cls(f"{said} {instead}".rstrip(), extra={"state": state.value})


class SubmitAtPortal(Refusal):
    """The procedure is submitted online at the national portal or another system, not here (409)."""

    code = "submit-at-portal"
    title = "Thủ tục này nộp trực tuyến tại Cổng Dịch vụ công quốc gia"


class CopyChanged(Refusal):
    """A copy of what the catalogue published was changed past the service: nothing is decided by it (503)."""

    code = "reference-data-changed"
    kind = Kind.UNAVAILABLE
    title = "Dữ liệu danh mục không còn như cơ quan công bố đã ban hành; đang được kiểm tra"


class RowChanged(Refusal):
    """A row of ours was changed past the service: nothing is decided by it (503)."""

    code = "row-changed"
    kind = Kind.UNAVAILABLE
    title = "Dữ liệu của hồ sơ không còn như hệ thống đã ghi; đang được kiểm tra"


class ProcedureClosed(Refusal):
    """The procedure is not in force: nothing new is received (409)."""

    code = "procedure-closed"
    title = "Thủ tục không còn được tiếp nhận"


class AgencyEnded(Refusal):
    """The agency has ended; `successors` names who receives now (409)."""

    code = "agency-ended"
    title = "Cơ quan đã kết thúc hoạt động, hãy nộp tại cơ quan kế thừa"


class AgencyNotBegun(Refusal):
    """The agency receives only from `valid_from` on (409)."""

    code = "agency-not-begun"
    title = "Cơ quan chưa bắt đầu hoạt động vào ngày tiếp nhận"


class NoAgencyIdentifier(Refusal):
    """The receiving agency has no identifier of the new style, so no legal code can be given (409)."""

    code = "agency-identifier-missing"
    title = "Cơ quan tiếp nhận chưa có mã định danh điện tử mới (QĐ 20/2020/QĐ-TTg)"


class WorkedElsewhere(Refusal):
    """A ministry's or a vertical agency's system works this procedure (409)."""

    code = "worked-elsewhere"
    title = "Thủ tục này được giải quyết trên hệ thống của bộ, ngành"


class NotBoundaryFree(Refusal):
    """The procedure may be handed in at its own agency only (409)."""

    code = "not-boundary-free"
    title = "Thủ tục này không tiếp nhận phi địa giới"


class AttachmentType(Refusal):
    """The file is not of a type its component takes, or not what its name says (415)."""

    code = "attachment-type"
    kind = Kind.UNSUPPORTED_TYPE
    title = "Loại tệp không được chấp nhận"


class AttachmentDamaged(Refusal):
    """The file does not open: no page, no picture, no sound document (422)."""

    code = "attachment-damaged"
    kind = Kind.INVALID
    title = "Tệp bị hỏng, không mở được"


class AttachmentEncrypted(Refusal):
    """The file opens with a password only: nobody could work or archive it (422)."""

    code = "attachment-encrypted"
    kind = Kind.INVALID
    title = "Tệp có mật khẩu, hãy bỏ mật khẩu rồi gửi lại"


class AttachmentActive(Refusal):
    """The file runs something by itself: macros, scripts, programs, templates from elsewhere (422)."""

    code = "attachment-active-content"
    kind = Kind.INVALID
    title = "Tệp chứa macro hoặc mã chạy tự động"


class AttachmentTooComplex(Refusal):
    """The file takes more memory or time to open than any paper does (413)."""

    code = "attachment-too-complex"
    kind = Kind.TOO_LARGE
    title = "Tệp quá phức tạp để mở"


class TooManyFiles(Refusal):
    """So many files of this caller wait to be opened that no more may (429); send one after the other."""

    code = "too-many-files"
    kind = Kind.TOO_MANY
    title = "Bạn đang gửi nhiều tệp cùng lúc, hãy thử lại sau giây lát"


class InspectionBusy(Refusal):
    """So many files are being opened that no more wait (503); trying again is safe."""

    code = "inspection-busy"
    kind = Kind.UNAVAILABLE
    title = "Hệ thống đang kiểm tra nhiều tệp, hãy thử lại sau giây lát"


class AttachmentInfected(Refusal):
    """The scanner knows something harmful in the file: it is not taken (422)."""

    code = "attachment-infected"
    kind = Kind.INVALID
    title = "Tệp chứa mã độc nên không được tiếp nhận"


class AttachmentWithheld(Refusal):
    """The scanner found something harmful in a file that was taken: nobody gets it any more (404)."""

    code = "attachment-withheld"
    kind = Kind.NOT_FOUND
    title = "Tệp chứa mã độc nên không được mở"


class AttachmentQuarantined(Refusal):
    """The file waits for the scanner and is opened to nobody until then (409); trying again is safe."""

    code = "attachment-quarantined"
    title = "Tệp đang chờ quét mã độc, hãy thử lại sau"


class AttachmentReplaced(Refusal):
    """A newer version of the file is there already (409)."""

    code = "attachment-replaced"
    title = "Tệp đã có phiên bản mới hơn"


FAULTS: dict[Fault, type[Refusal]] = {
    Fault.DAMAGED: AttachmentDamaged,
    Fault.ENCRYPTED: AttachmentEncrypted,
    Fault.ACTIVE: AttachmentActive,
    Fault.TOO_COMPLEX: AttachmentTooComplex,
}


class AnswersWrong(Invalid):
    """The form in force does not take what was filled in (422); `errors` has every place and reason."""

    code = "form-answers-invalid"
    title = "Nội dung khai trên biểu mẫu chưa hợp lệ"


class NotYourStep(Forbidden):
    """The step belongs to another role, unit or agency (403)."""

    code = "not-your-step"
    title = "Bước này không thuộc nhiệm vụ của bạn"


class FourEyes(Forbidden):
    """Who prepared the result may not sign it, who drafted may not approve (403)."""

    code = "four-eyes"
    title = "Người thụ lý không được tự ký duyệt"


class StepMoved(Refusal):
    """The dossier is at another step than the caller names (409)."""

    code = "step-moved"
    title = "Hồ sơ đã chuyển sang bước khác"


class OutsideAnswerDiffers(Refusal):
    """The outside system has answered otherwise before (409): what it said first holds."""

    code = "outside-answer-differs"
    title = "Hệ thống ngoài đã trả lời khác trước đó"


class NoSuchBranch(Refusal):
    """The internal process has no such way from this step (409)."""

    code = "no-such-branch"
    title = "Quy trình nội bộ không có hướng chuyển này"


class ResultRequired(Refusal):
    """The step ends by issuing the result (409)."""

    code = "result-required"
    title = "Bước này kết thúc bằng việc phát hành kết quả"


class NothingAnswered(Refusal):
    """An answer is called insufficient, but none was given yet (409)."""

    code = "nothing-answered"
    title = "Chưa có lần hoàn thiện nào để đánh giá là chưa đạt"


class SupplementLimit(Refusal):
    """All supplements of the ground, or of all together, were asked for (409); NĐ 63/2010 Đ.20."""

    code = "supplement-limit"
    title = "Đã hết số lần được yêu cầu bổ sung"


class AnsweredInTime(Refusal):
    """The answer was given in time and came when the dossier had ended without it (409): for people."""

    code = "answered-in-time"
    title = "Người nộp đã bổ sung trong hạn nhưng hồ sơ đã kết thúc trước khi nội dung bổ sung đến"


class NoDraft(Refusal):
    """There is no drafted supplement request to decide on (409)."""

    code = "no-supplement-draft"
    title = "Chưa có dự thảo yêu cầu bổ sung"


class DraftOpen(Refusal):
    """A drafted supplement request waits for its decision: the step is not left over it (409)."""

    code = "supplement-draft-open"
    title = "Dự thảo yêu cầu bổ sung đang chờ duyệt, hãy duyệt hoặc trả lại dự thảo trước"


class NotAnswered(Refusal):
    """The applicant has not answered the supplement request (409)."""

    code = "supplement-not-answered"
    title = "Người nộp chưa bổ sung hồ sơ"


class ResultExists(Refusal):
    """A signed result exists: too late to withdraw (409)."""

    code = "result-signed"
    title = "Kết quả đã được ký, không thể rút hồ sơ"


class ProcessMissing(Refusal):
    """No approved internal process is known for the procedure (409)."""

    code = "process-missing"
    title = "Thủ tục chưa có quy trình nội bộ được phê duyệt"


class CalendarMissing(Refusal):
    """The working calendar for the days needed is not loaded; a guess would be a wrong due date (409)."""

    code = "calendar-missing"
    title = "Chưa có lịch làm việc cho khoảng thời gian cần tính"


class TermUnknown(Refusal):
    """The catalogue says no unit of this procedure's term; a guess would be a wrong due date (409)."""

    code = "term-unknown"
    title = "Danh mục chưa xác định đơn vị thời hạn giải quyết của thủ tục này"


class StillOwed(Refusal):
    """Money the applicant was told of, or a fee, is not paid (409); `owed` says how much (VND)."""

    code = "still-owed"
    title = "Còn khoản phí, lệ phí hoặc nghĩa vụ tài chính chưa nộp"

    @classmethod
    def of(cls, owed: int) -> "StillOwed":
        """Return the refusal, naming the amount."""
        return cls(f"Còn phải nộp {owed:,} đồng.".replace(",", "."), extra={"owed": owed})


class SupplementNotLapsed(Refusal):
    """The applicant may still answer the supplement request (409)."""

    code = "supplement-not-lapsed"
    title = "Chưa hết hạn bổ sung hồ sơ"


class ReappointmentLimit(Refusal):
    """The due date was moved as often as the law allows (409); NĐ 61/2018 Đ.19."""

    code = "reappointment-limit"
    title = "Đã hết số lần được hẹn lại ngày trả kết quả"


class NoApologyDraft(Refusal):
    """There is no proposed new date to decide on (409)."""

    code = "no-apology-draft"
    title = "Chưa có đề nghị xin lỗi và hẹn lại"


class ApologyDraftOpen(Refusal):
    """A colleague's proposed new date waits for its decision (409)."""

    code = "apology-draft-open"
    title = "Đề nghị hẹn lại của người khác đang chờ ký, hãy chờ ký hoặc trả lại đề nghị trước"


class ProposedDatePast(Invalid):
    """The proposed new date is not after the one promised, or has come meanwhile (422)."""

    code = "proposed-date-past"
    title = "Ngày hẹn lại phải sau ngày hẹn trả hiện tại"


class ReceiverUnchecked(Refusal):
    """Who takes the result was not checked: identity or authorisation (409)."""

    code = "receiver-not-checked"
    title = "Chưa kiểm tra giấy tờ hoặc ủy quyền của người nhận kết quả"


class NotSigned(Refusal):
    """Nobody has signed the result (409)."""

    code = "not-signed"
    title = "Kết quả chưa được ký"


class RecordIncomplete(Refusal):
    """The record lacks something it is archived with (409); `missing` names what."""

    code = "record-incomplete"
    title = "Hồ sơ chưa đầy đủ để lưu trữ"


class NotSettled(Refusal):
    """A result without an intact signature or seal cannot be delivered electronically (409)."""

    code = "no-electronic-result"
    title = "Kết quả chưa có bản điện tử được ký số để trả trực tuyến"
