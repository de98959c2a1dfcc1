"""What is refused about petitions."""

from kernel.core.errors import Forbidden, Invalid, Kind, NotFound, Refusal


class PetitionUnknown(NotFound):
    """No petition of this reference and code, or not the caller's: all look the same (404)."""

    code = "petition-unknown"
    title = "Không tìm thấy phản ánh, kiến nghị"


class PetitionState(Refusal):
    """Where the petition is, this cannot be done (409)."""

    code = "petition-state"
    title = "Phản ánh, kiến nghị đang ở trạng thái không cho phép việc này"


class PetitionWasThere(Refusal):
    """The agency had it already and sent it on (409): it is not sent round in circles."""

    code = "petition-was-there"
    title = "Cơ quan này đã nhận và chuyển phản ánh, kiến nghị này"


class PetitionAgencyUnknown(Invalid):
    """There is no such agency now (422)."""

    code = "petition-agency-unknown"
    title = "Không có cơ quan này"


class TooManyPetitions(Refusal):
    """This account or telephone number sent as many today as are taken (429)."""

    code = "too-many-petitions"
    kind = Kind.TOO_MANY
    title = "Đã gửi quá nhiều phản ánh, kiến nghị trong ngày"
    retry_after = 3600


class PetitionNotAllowed(Forbidden):
    """The caller is no officer who may do this (403)."""

    code = "petition-not-allowed"


class PetitionKeptSecret(Refusal):
    """The sender asked for secrecy: nothing of it is published (409)."""

    code = "petition-kept-secret"
    kind = Kind.CONFLICT
    title = "Người gửi đề nghị giữ bí mật, không công khai phản ánh, kiến nghị này"


class NotPublishable(Invalid):
    """What is to be published still names the sender (422)."""

    code = "petition-names-sender"
    title = "Nội dung công khai còn thông tin cá nhân"
