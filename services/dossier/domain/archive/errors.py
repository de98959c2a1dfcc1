"""Why the archive refuses: each code is part of the contract."""

from kernel.core.errors import Kind, Refusal


class NothingToArchive(Refusal):
    """No dossier of the agency waits for its hand-over (409)."""

    code = "nothing-to-archive"
    title = "Không có hồ sơ nào đến lượt nộp lưu"


class BatchMoved(Refusal):
    """The batch's state does not allow this (409); `state` says where it is."""

    code = "archive-batch-state"
    title = "Đợt nộp lưu không ở trạng thái cho phép thao tác này"


class PackagesMissing(Refusal):
    """Packages of the batch could not be made (409); `failed` names dossiers and reasons."""

    code = "archive-packages-failed"
    title = "Có hồ sơ chưa đóng gói được, cần loại khỏi đợt hoặc khắc phục"


class HoldEnded(Refusal):
    """The hold was released before (409)."""

    code = "archive-hold-released"
    title = "Lệnh giữ hồ sơ đã được gỡ"


class RecordDestroyed(Refusal):
    """The dossier was destroyed by an approved list: its code and that it was are all there is (404)."""

    code = "archive-record-destroyed"
    kind = Kind.NOT_FOUND
    title = "Hồ sơ đã hủy theo danh mục được duyệt"


class HoldsNotAsTold(Refusal):
    """A hold was taken out or changed past the service: nothing is destroyed until it is put right (409)."""

    code = "holds-not-as-told"
    title = "Lệnh giữ hồ sơ không còn như đã ghi nhận; tạm dừng mọi việc tiêu hủy để kiểm tra"


class NothingToDestroy(Refusal):
    """No record of the agency has ended its period without a hold (409)."""

    code = "nothing-to-destroy"
    title = "Không có hồ sơ nào hết thời hạn bảo quản để đưa vào danh mục"


class DestructionMoved(Refusal):
    """The list's state does not allow this (409); `state` says where it is."""

    code = "destruction-list-state"
    title = "Danh mục hủy không ở trạng thái cho phép thao tác này"


class LinesUnreviewed(Refusal):
    """Lines of the list wait for a reviewer (409); `pending` says how many."""

    code = "destruction-lines-unreviewed"
    title = "Danh mục còn dòng chưa được thẩm tra"
