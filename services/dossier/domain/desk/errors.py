"""Why the front desk refuses: each code is part of the contract."""

from kernel.core.errors import Invalid, Kind, Refusal


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


class SlotFull(Refusal):
    """The slot has no place left (409)."""

    code = "slot-full"
    title = "Khung giờ này đã đủ người đặt"


class NoAppointments(Refusal):
    """The counter group takes no appointments (409)."""

    code = "no-appointments"
    title = "Nhóm quầy này không nhận đặt lịch hẹn"


class TooManyAppointments(Refusal):
    """The person holds as many appointments as one may, or one of this group and day (409)."""

    code = "too-many-appointments"
    title = "Bạn đã đặt lịch hẹn trong ngày này hoặc đã đủ số lịch hẹn được giữ"


class AppointmentOver(Refusal):
    """The appointment was kept, missed or cancelled, or its time has begun (409)."""

    code = "appointment-state"
    title = "Lịch hẹn không còn thay đổi được"


class NotItsTime(Refusal):
    """The appointment is checked in too early or too late (409); `slot_at` says when it is."""

    code = "appointment-not-its-time"
    title = "Chưa đến giờ hẹn hoặc đã quá giờ hẹn, hãy lấy số thường"


class NotForThePost(Refusal):
    """The dossier's result does not wait to be sent by post from here (409)."""

    code = "not-for-the-post"
    title = "Hồ sơ không có kết quả chờ trả qua bưu chính tại đơn vị này"


class PostNotAskedFor(Refusal):
    """The applicant asked for the result another way, and no change of that wish is written down (409)."""

    code = "post-not-asked-for"
    title = "Người nộp không đề nghị nhận kết quả qua bưu chính"


class PostAddressMissing(Refusal):
    """Nobody knows where the result goes (409)."""

    code = "post-address-missing"
    title = "Hồ sơ không có địa chỉ nhận kết quả qua bưu chính"


class PostOperatorUnknown(Invalid):
    """No postal agent of the staff directory carries for this operator and agency (422)."""

    code = "post-operator-unknown"
    title = "Không có nhân viên của đơn vị bưu chính này phục vụ cơ quan"


class WithThePost(Refusal):
    """The post has signed for the result: it is neither handed out nor recalled until it comes back (409)."""

    code = "result-with-the-post"
    title = "Bưu chính đang giữ kết quả: chờ bưu chính phát hoặc chuyển hoàn"


class ListWithdrawn(Refusal):
    """The hand-over list was withdrawn, or nothing is left of it (409)."""

    code = "post-list-withdrawn"
    title = "Danh sách bàn giao đã được rút"


class ListSigned(Refusal):
    """The hand-over list was signed: nothing of it changes any more (409)."""

    code = "post-list-signed"
    title = "Danh sách bàn giao đã được ký, không thay đổi được"


class TrackingMissing(Refusal):
    """The post signs for what has a tracking number only (409)."""

    code = "tracking-number-missing"
    title = "Còn bưu gửi chưa có số hiệu"


class NotSentByPost(Refusal):
    """No item of this number, signed for by the post, is under way with the result (409)."""

    code = "not-sent-by-post"
    title = "Bưu gửi không nằm trong danh sách bàn giao đã ký với bưu chính"


class TrackingTaken(Refusal):
    """The operator's tracking number names another item (409)."""

    code = "tracking-number-taken"
    title = "Số hiệu bưu gửi đã dùng cho hồ sơ khác"


class StatusDiffers(Refusal):
    """The operator sent this event before with another content (409)."""

    code = "post-status-differs"
    title = "Sự kiện này đã được gửi với nội dung khác"


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
