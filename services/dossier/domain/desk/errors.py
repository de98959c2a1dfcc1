"""Why the front desk refuses: each code is part of the contract."""

from kernel.core.errors import Kind, Refusal


class PointClosed(Refusal):
    """The one-stop point does not serve on this day (409)."""

    code = "point-closed"
    title = "Điểm một cửa không phục vụ vào ngày này"


class GroupClosed(Refusal):
    """The counter group gives no tickets now (409)."""

    code = "queue-closed"
    title = "Nhóm quầy này hiện không phát số"


class DayFull(Refusal):
    """The counter group has given all tickets of the day (409)."""

    code = "queue-full"
    title = "Nhóm quầy đã phát hết số trong ngày"


class TicketMoved(Refusal):
    """The ticket's state does not allow this (409)."""

    code = "ticket-state"
    title = "Trạng thái của phiếu không cho phép thao tác này"


class NotYourTicket(Refusal):
    """Another counter has the ticket in hand (403)."""

    code = "not-your-ticket"
    kind = Kind.FORBIDDEN
    title = "Phiếu này do quầy khác đang gọi"


class TicketInHand(Refusal):
    """The counter has not done with the last ticket it called (409)."""

    code = "ticket-in-hand"
    title = "Quầy chưa xong phiếu đang gọi"


class NobodyWaits(Refusal):
    """Nobody waits in the groups this counter serves (409)."""

    code = "nobody-waits"
    title = "Không còn phiếu nào đang chờ"


class CalledTooFewTimes(Refusal):
    """Somebody is absent only after they were called often enough (409)."""

    code = "called-too-few-times"
    title = "Chưa gọi đủ số lần để ghi vắng mặt"


class CounterTaken(Refusal):
    """Somebody has the counter open, or the officer has another open (409)."""

    code = "counter-taken"
    title = "Quầy đang có người trực, hoặc bạn đang trực ở quầy khác"


class SessionOver(Refusal):
    """The counter's session was closed or is on a break (409)."""

    code = "session-closed"
    title = "Phiên trực của quầy đã đóng hoặc đang tạm nghỉ"


class KioskTooFast(Refusal):
    """One kiosk takes more tickets a minute than people can press for (429)."""

    code = "kiosk-too-fast"
    kind = Kind.TOO_MANY
    title = "Máy lấy số đang bị thao tác quá nhanh, hãy chờ một phút"


class TooManyWatchers(Refusal):
    """The process streams to as many displays as it can (503); another replica may take this one."""

    code = "too-many-displays"
    kind = Kind.UNAVAILABLE
    title = "Quá nhiều màn hình đang kết nối, hãy thử lại"
