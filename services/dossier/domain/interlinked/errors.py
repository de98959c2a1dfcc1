"""Why an interlinked submission refuses: each code is part of the contract."""

from kernel.core.errors import Kind, Refusal


class GroupUnknown(Refusal):
    """There is no such group (404)."""

    code = "interlinked-group-unknown"
    kind = Kind.NOT_FOUND
    title = "Không có nhóm thủ tục liên thông này"


class NotLeadAgency(Refusal):
    """The agency named does not receive the whole group (409)."""

    code = "not-lead-agency"
    title = "Cơ quan này không phải là đầu mối tiếp nhận của nhóm thủ tục liên thông"


class NothingToDecide(Refusal):
    """No question about this member waits for a decision (409)."""

    code = "nothing-to-decide"
    title = "Không có việc cần quyết định về thủ tục này"


class ParentEnded(Refusal):
    """The submission has ended, or is being withdrawn (409)."""

    code = "interlinked-ended"
    title = "Hồ sơ liên thông đã kết thúc hoặc đang được rút"


class CorrectInMember(Refusal):
    """A member's own office can put the owner right, and issues its form 01 anew (409)."""

    code = "correct-in-member"
    title = "Thủ tục đang giải quyết: đính chính tại hồ sơ của thủ tục này"


class NotOutside(Refusal):
    """The member is worked here, or its turn has not come (409)."""

    code = "member-not-outside"
    title = "Thủ tục này không do hệ thống khác giải quyết hoặc chưa đến lượt"


class OutsideCodeTaken(Refusal):
    """The outside code is of another member already (409)."""

    code = "outside-code-taken"
    title = "Mã hồ sơ của hệ thống khác đã gắn với một thủ tục khác"
