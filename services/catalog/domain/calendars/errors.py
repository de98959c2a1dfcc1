"""What the catalogue refuses about working calendars, with codes that never change."""

from collections.abc import Sequence

from kernel.core.errors import Forbidden, Invalid, NotFound, Refusal
from services.catalog.domain.calendars.faults import Fault


class MayNotEditCalendars(Forbidden):
    """Only the catalogue's editors draft decisions about calendars (403)."""

    code = "calendar-edit-not-allowed"
    title = "Chỉ người soạn danh mục được soạn quyết định về lịch làm việc"


class MayNotApproveCalendars(Forbidden):
    """Only the catalogue's approvers decide (403)."""

    code = "calendar-approve-not-allowed"
    title = "Chỉ người phê duyệt danh mục được phê duyệt lịch làm việc"


class OwnCalendarDecision(Forbidden):
    """Whoever wrote any of a draft does not approve it (403)."""

    code = "own-calendar-decision"
    title = "Người soạn không được tự phê duyệt quyết định về lịch"


class NoSuchCalendarDecision(NotFound):
    """No such draft or decision (404)."""

    code = "calendar-decision-not-found"
    title = "Không có quyết định về lịch này"


class NoSuchCalendar(NotFound):
    """No year of this calendar is held (404)."""

    code = "calendar-not-found"
    title = "Chưa có lịch làm việc của năm này"


class CalendarDecisionClosed(Refusal):
    """A decision that has been approved or given up is not changed any more (409)."""

    code = "calendar-decision-state"
    title = "Quyết định đã duyệt hoặc đã bỏ, không đổi được nữa"


class NothingDecided(Refusal):
    """The draft would leave every calendar as it is (409)."""

    code = "calendar-nothing-changed"
    title = "Dự thảo không làm thay đổi lịch nào"


class PastWithoutReason(Invalid):
    """A day that has passed is changed only with a reason (422)."""

    code = "past-day-without-reason"
    title = "Thay đổi ngày đã qua phải nêu lý do"


class SignedLater(Invalid):
    """A decision cannot be signed on a day that has not come (422)."""

    code = "decision-signed-in-future"
    title = "Ngày ký quyết định chưa tới"


class CalendarUnsound(Invalid):
    """The calendar that would come of it cannot be worked with (422); `faults` tells each reason."""

    code = "calendar-unsound"
    title = "Lịch làm việc chưa hợp lệ"

    @classmethod
    def because(cls, faults: Sequence[Fault]) -> "CalendarUnsound":
        """Return the refusal for these faults."""
        told = [{"code": one.code, "place": one.place, "reason": one.reason} for one in faults[:200]]
        return cls(extra={"faults": told})
