"""Why supervision refuses: each code is part of the contract."""

from kernel.core.errors import Refusal


class InspectionClosed(Refusal):
    """The check is closed: nothing more is found or asked (409)."""

    code = "inspection-closed"
    title = "Đợt kiểm tra đã kết thúc"


class FindingsOpen(Refusal):
    """A reminder has no accepted answer yet (409)."""

    code = "findings-open"
    title = "Còn nhắc nhở chưa được chấp nhận trả lời"


class FindingMoved(Refusal):
    """The finding's state does not allow this (409)."""

    code = "finding-state"
    title = "Trạng thái của phát hiện không cho phép thao tác này"


class AnomalyClosed(Refusal):
    """The anomaly was closed with an outcome (409)."""

    code = "anomaly-closed"
    title = "Bất thường này đã được kết luận"
