"""What the catalogue refuses about the law behind procedures, with codes that never change."""

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, NotFound, Refusal


class MayNotKeepLaws(Forbidden):
    """Only the catalogue's editors keep the register, the work list and reviews (403)."""

    code = "law-edit-not-allowed"
    title = "Chỉ người soạn danh mục được cập nhật văn bản và việc rà soát"


class MayNotDecideReviews(Forbidden):
    """Only the catalogue's approvers decide on reviews (403)."""

    code = "review-decide-not-allowed"
    title = "Chỉ người phê duyệt danh mục được quyết định phương án rà soát"


class MayNotCheckPostings(Forbidden):
    """Officers of a one-stop point check what hangs there (403)."""

    code = "posting-check-not-allowed"
    title = "Chỉ cán bộ một cửa hoặc người soạn danh mục được ghi kiểm tra niêm yết"


class OwnReview(Forbidden):
    """Whoever proposed does not decide (403)."""

    code = "own-review"
    title = "Người đề xuất không được tự quyết định"


class SignedLater(Invalid):
    """A decision is recorded once it is signed (422)."""

    code = "signed-in-the-future"
    title = "Quyết định chưa đến ngày ký"


class NotANumber(Invalid):
    """No number of a legal document can be read (422)."""

    code = "legal-number-unreadable"
    title = "Không đọc được số, ký hiệu văn bản"


class DaysOutOfOrder(Invalid):
    """A document is issued, takes effect and expires in this order (422)."""

    code = "legal-days-out-of-order"
    title = "Ngày ban hành, hiệu lực, hết hiệu lực sai thứ tự"


class NoSuchDocument(NotFound):
    """No such legal document (404)."""

    code = "legal-document-not-found"
    title = "Không có văn bản này trong sổ đăng ký"


class RelationMakesRing(Refusal):
    """Documents cannot replace each other in a ring (409)."""

    code = "legal-relation-ring"
    title = "Các văn bản thay thế, bãi bỏ lẫn nhau thành vòng"


class RelationExists(Refusal):
    """The relation is registered already, or is not there to be removed (409)."""

    code = "legal-relation-state"
    title = "Quan hệ văn bản đã có, hoặc không có để bỏ"


class NoSuchTask(NotFound):
    """No such task, review or entry (404)."""

    code = "law-work-not-found"
    title = "Không có việc này"


class TaskClosed(Refusal):
    """What is finished is not changed any more (409)."""

    code = "law-work-state"
    title = "Việc đã kết thúc, không đổi được nữa"


class UnknownProcedure(Invalid):
    """The procedure is not public here (422)."""

    code = "review-procedure-unknown"
    title = "Thủ tục không có hiệu lực ở cơ quan này"


class EntryExists(Refusal):
    """The decision has its entry already (409)."""

    code = "national-entry-exists"
    title = "Quyết định đã có trong danh sách nhập cơ sở dữ liệu quốc gia"


class DoneBeforeSigned(Invalid):
    """Nothing is entered before it is signed, nor on a day to come (422)."""

    code = "national-entry-day"
    title = "Ngày nhập không được trước ngày ký hoặc sau hôm nay"


class NotPostedHere(Invalid):
    """The procedure is not offered at the point, or the version was never public (422)."""

    code = "posting-not-here"
    title = "Thủ tục không niêm yết ở điểm này"


def require_law_editor(caller: Caller) -> None:
    """Raise `MayNotKeepLaws` for anybody but an editor of the catalogue."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role("CATALOG_EDITOR"):
        raise MayNotKeepLaws


def require_law_reader(caller: Caller) -> None:
    """Raise `MayNotKeepLaws` for whoever neither drafts nor approves nor supervises."""
    roles = ("CATALOG_EDITOR", "CATALOG_APPROVER", "SUPERVISOR")
    if caller.kind is not CallerKind.STAFF or not caller.has_role(*roles):
        raise MayNotKeepLaws


def require_review_decider(caller: Caller) -> None:
    """Raise `MayNotDecideReviews` for anybody but an approver of the catalogue."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role("CATALOG_APPROVER"):
        raise MayNotDecideReviews


def require_posting_checker(caller: Caller, agency: str) -> None:
    """Raise `MayNotCheckPostings` but for editors, and one-stop staff of the point's own agency."""
    own = caller.agency == agency and caller.has_role("ONE_STOP_OFFICER", "ONE_STOP_MANAGER")
    if caller.kind is not CallerKind.STAFF or not (own or caller.has_role("CATALOG_EDITOR")):
        raise MayNotCheckPostings
