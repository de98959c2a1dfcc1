"""What survey refuses."""

from kernel.core.errors import Invalid, NotFound


class InvitationUnknown(NotFound):
    """No usable invitation: unknown, expired and answered look the same, so that nobody can probe tokens."""

    code = "invitation-unknown"
    title = "Liên kết không tồn tại, đã hết hạn hoặc đã được sử dụng"


class AnswersInvalid(Invalid):
    """The answers do not fit the questionnaire (422)."""

    code = "answers-invalid"
    title = "Phiếu trả lời chưa hợp lệ"


class PeriodInvalid(Invalid):
    """The period of an index ends before it begins, or is too long (422)."""

    code = "period-invalid"
    title = "Khoảng thời gian chưa hợp lệ"
