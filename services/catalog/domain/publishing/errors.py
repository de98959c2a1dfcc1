"""What drafts, decisions and the library of reasons refuse, with codes that never change."""

from kernel.core.errors import Forbidden, Invalid, Kind, NotFound, Refusal


class MayNotEdit(Forbidden):
    """Only the catalogue's editors write drafts and decisions."""

    code = "catalog-editor-only"
    title = "Chỉ người soạn danh mục được thực hiện"


class MayNotApprove(Forbidden):
    """Only the catalogue's approvers approve and publish."""

    code = "catalog-approver-only"
    title = "Chỉ người phê duyệt danh mục được thực hiện"


class OwnDraft(Forbidden):
    """Whoever wrote a draft, even in part, does not approve or publish it."""

    code = "own-draft"
    title = "Không được tự phê duyệt nội dung mình soạn"


class NotOwnTerritory(Forbidden):
    """An agency publishes for itself; another agency's line is not ours to write."""

    code = "other-publishing-agency"
    title = "Không được công bố thay cơ quan khác"


class NoSuchDraft(NotFound):
    """No draft of this id."""

    code = "procedure-draft-not-found"
    title = "Không có dự thảo thủ tục này"


class NoSuchDecision(NotFound):
    """No publication decision of this id."""

    code = "publication-decision-not-found"
    title = "Không có quyết định công bố này"


class NoSuchReason(NotFound):
    """No standard reason of this code."""

    code = "standard-reason-not-found"
    title = "Không có lý do mẫu này"


class DraftInWrongState(Refusal):
    """The draft is not where this step begins; `state` tells where it is."""

    code = "draft-in-wrong-state"
    title = "Dự thảo không ở trạng thái cho phép thao tác này"


class DraftExists(Refusal):
    """Somebody is already writing on this procedure."""

    code = "draft-exists"
    title = "Thủ tục này đang có dự thảo chưa công bố"


class BaseMoved(Refusal):
    """The version the draft was made from is no longer the last; `base` tells the present number."""

    code = "draft-base-moved"
    title = "Phiên bản gốc của dự thảo đã thay đổi, cần cập nhật dự thảo"


class DraftUnsound(Invalid):
    """The draft cannot be published as it stands; `fields` tells where and why."""

    code = "draft-unsound"
    title = "Dự thảo chưa hợp lệ"


class NothingChanged(Refusal):
    """The draft says nothing else than the version in force."""

    code = "draft-changes-nothing"
    title = "Dự thảo không khác phiên bản hiện hành"


class DecisionClosed(Refusal):
    """The decision is published or withdrawn and changes no more."""

    code = "decision-closed"
    title = "Quyết định đã công bố hoặc đã hủy"


class DecisionRefused(Invalid):
    """At least one item cannot be published, so nothing was; `items` tells which and why."""

    code = "decision-refused"
    title = "Quyết định chưa công bố được, chưa có gì thay đổi"


class CodeTaken(Refusal):
    """A standard reason of this code exists."""

    code = "reason-code-taken"
    kind = Kind.CONFLICT
    title = "Mã lý do đã có"


class NumberTaken(Refusal):
    """The agency has a decision of this number already."""

    code = "decision-number-taken"
    title = "Số quyết định đã có"
