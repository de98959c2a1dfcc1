"""What the catalogue refuses about processes and interlinked groups, with codes that never change."""

from collections.abc import Sequence

from kernel.core.errors import Forbidden, Invalid, Kind, NotFound, Refusal
from services.catalog.domain.workflows.faults import Fault

_MOST_TOLD = 200


class MayNotEdit(Forbidden):
    """Only the catalogue's editors draft (403)."""

    code = "workflow-edit-not-allowed"
    title = "Chỉ người soạn danh mục được soạn quy trình, nhóm liên thông"


class MayNotApprove(Forbidden):
    """Only the catalogue's approvers decide (403)."""

    code = "workflow-approve-not-allowed"
    title = "Chỉ người phê duyệt danh mục được phê duyệt"


class OwnDraft(Forbidden):
    """Whoever wrote any of a draft does not approve it (403)."""

    code = "own-draft"
    title = "Người soạn không được tự phê duyệt"


class NoSuchDraft(NotFound):
    """No such draft (404)."""

    code = "draft-not-found"
    title = "Không có dự thảo này"


class DraftNotOpen(Refusal):
    """The draft's state does not allow this (409)."""

    code = "draft-state"
    title = "Trạng thái của dự thảo không cho phép"


class DraftExists(Refusal):
    """Another draft of the same code is open (409)."""

    code = "draft-exists"
    title = "Đã có dự thảo khác của mã này chưa kết thúc"


class BaseMoved(Refusal):
    """What the draft was written over has changed (409); `base_version` in the answer is the new one."""

    code = "draft-base-moved"
    title = "Bản đang áp dụng đã thay đổi, hãy soát lại dự thảo trên bản mới"


class CodeTaken(Refusal):
    """A new process or group has a code that is in use (409)."""

    code = "code-taken"
    title = "Mã đã được dùng"


class NothingChanged(Refusal):
    """The draft says what is in force already (409)."""

    code = "nothing-changed"
    title = "Dự thảo không khác bản đang áp dụng"


class LaterApproved(Refusal):
    """A version that begins later has been approved (409)."""

    code = "later-version-approved"
    title = "Đã phê duyệt một phiên bản có hiệu lực muộn hơn"


class EffectInPast(Invalid):
    """A version begins today at the earliest, and not before its decision was signed (422)."""

    code = "effective-too-early"
    title = "Ngày hiệu lực không được trước hôm nay hoặc trước ngày ký"


class Unreadable(Invalid):
    """The members of the process or group are not of a known form (422); `errors` tells which."""

    code = "workflow-unreadable"
    title = "Nội dung dự thảo không đúng cấu trúc"


class Unsound(Invalid):
    """The process or group cannot be worked (422); `faults` tells each reason."""

    code = "workflow-unsound"
    title = "Quy trình hoặc nhóm liên thông chưa hợp lệ"

    @classmethod
    def because(cls, faults: Sequence[Fault]) -> "Unsound":
        """Return the refusal for these faults."""
        told = [describe(fault) for fault in faults[:_MOST_TOLD]]
        return cls(extra={"faults": told})


class NoCalendar(Refusal):
    """A day that is counted lies outside the calendars that are loaded (409)."""

    code = "calendar-not-loaded"
    title = "Chưa có lịch làm việc cho những ngày phải tính"


class NotCountable(Invalid):
    """No time is published that could be counted (422)."""

    code = "term-not-countable"
    title = "Thủ tục không có thời hạn tính được"


class BadScenario(Invalid):
    """The facts asked for are not the process's (422)."""

    code = "scenario-unknown"
    title = "Tình huống không đúng dữ kiện của quy trình"


class NotYaml(Refusal):
    """The text is no YAML of processes (422)."""

    code = "not-yaml"
    kind = Kind.INVALID
    title = "Nội dung không phải YAML quy trình"


def describe(fault: Fault) -> dict[str, object]:
    """Return a fault as an answer tells it."""
    return {"code": fault.code, "about": list(fault.about), "reason": fault.reason}
