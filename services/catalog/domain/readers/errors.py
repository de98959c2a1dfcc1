"""What readers are refused, with codes that never change."""

from kernel.core.errors import Invalid, NotFound


class NoSuchForm(NotFound):
    """No form of this procedure is in force on the day asked for (404)."""

    code = "form-not-found"
    title = "Thủ tục chưa có biểu mẫu điện tử trong ngày này"


class NoSuchPage(NotFound):
    """No such page is published on the day asked for (404)."""

    code = "page-not-found"
    title = "Không có trang thông tin này"


class NoSuchFeed(NotFound):
    """No sector, agency or procedure of this code (404)."""

    code = "feed-not-found"
    title = "Không có nguồn tin này"


class BadAddress(Invalid):
    """The e-mail address is none a mail can be sent to (422)."""

    code = "address-unusable"
    title = "Địa chỉ thư điện tử không dùng được"


class BadToken(NotFound):
    """Unknown, expired and changed links look the same (404)."""

    code = "subscription-link-unknown"
    title = "Liên kết không đúng hoặc đã hết hạn"
