"""What the catalogue refuses, with codes that never change."""

from kernel.core.errors import Forbidden, Invalid, Kind, NotFound, Refusal


class MayNotImport(Forbidden):
    """Only the loader's scope and the catalogue's editors import."""

    code = "import-not-allowed"
    title = "Không có quyền nhập danh mục"


class LocalNeedsApproval(Forbidden):
    """What the province says is drafted by one person and approved by another; only the loader imports it.

    An editor imports what the nation has published already, and may try any document without writing.
    """

    code = "local-import-not-allowed"
    title = "Nội dung của tỉnh phải qua dự thảo và người khác phê duyệt; biên tập viên chỉ được kiểm tra thử"


class ImportRefused(Invalid):
    """At least one item cannot be taken, so nothing was; `items` in the answer tells which and why."""

    code = "import-refused"
    title = "Danh mục chưa hợp lệ, chưa có gì được ghi"


class NotADocument(Refusal):
    """The body is JSON but no document of a known form."""

    code = "not-a-document"
    kind = Kind.INVALID
    title = "Nội dung không phải tài liệu danh mục"


class NoSuchProcedure(NotFound):
    """No procedure of this code is in force on the day asked for."""

    code = "procedure-not-found"
    title = "Không có thủ tục hành chính này"


class NoSuchEntry(NotFound):
    """No such agency, process, calendar or member of staff."""

    code = "entry-not-found"
    title = "Không có trong danh mục"


class MayNotSeeStaff(Forbidden):
    """The staff directory is for services, and for each member of staff's own entry."""

    code = "staff-not-allowed"
    title = "Không có quyền xem danh bạ cán bộ"
