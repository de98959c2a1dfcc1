"""Why work is not shared out like that: each code is part of the contract."""

from kernel.core.errors import Forbidden, Invalid, Refusal


class StepClaimed(Forbidden):
    """Somebody else holds the step (403); `holder` names them."""

    code = "step-claimed"
    title = "Bước này đang do người khác thụ lý"


class NotHeld(Refusal):
    """Nobody holds the step, so it cannot be given back or handed on (409)."""

    code = "step-not-held"
    title = "Chưa có ai nhận bước này"


class NotAnOfficeStep(Refusal):
    """The applicant or another system works the step: nobody here takes or shares it (409)."""

    code = "not-an-office-step"
    title = "Bước này không do cán bộ trong cơ quan thụ lý"


class OpinionsOpen(Refusal):
    """Opinions the step waits for are neither given nor past their deadline (409)."""

    code = "opinions-open"
    title = "Bước này phải chờ đủ ý kiến hoặc hết hạn cho ý kiến"


class NotOfTheUnit(Refusal):
    """Whom the step is given to does not hold its role in its unit (409)."""

    code = "not-of-the-unit"
    title = "Người được giao không thuộc đơn vị, vai trò của bước này"


class ColleagueAway(Refusal):
    """Whom the step is given to is on leave and nobody acts for them (409)."""

    code = "colleague-away"
    title = "Người được giao đang nghỉ phép và chưa có người làm thay"


class NoTransfer(Refusal):
    """Nothing is being handed over to answer (409)."""

    code = "no-transfer"
    title = "Không có bàn giao nào đang chờ xác nhận"


class TransferOpen(Refusal):
    """A hand-over waits for its receiver: answer or take it back first (409)."""

    code = "transfer-open"
    title = "Bước này đang chờ người nhận xác nhận bàn giao"


class NothingToUndo(Refusal):
    """Something happened since the step was left, or it is not the last thing done (409)."""

    code = "nothing-to-undo"
    title = "Không còn hoàn tác được bước vừa làm"


class LeftTheBuilding(Refusal):
    """What the step led to has gone to somebody outside the office (409)."""

    code = "left-the-building"
    title = "Bước vừa làm đã được gửi ra ngoài cơ quan, không hoàn tác được"


class NobodyOfThatName(Invalid):
    """The staff directory has no such person or unit (422)."""

    code = "nobody-of-that-name"
    title = "Danh bạ không có người hoặc đơn vị này"
