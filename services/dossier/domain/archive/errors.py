"""Why the archive refuses: each code is part of the contract."""

from kernel.core.errors import Refusal


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
    """The record was destroyed by an approved list (409)."""

    code = "archive-record-destroyed"
    title = "Hồ sơ đã hủy theo danh mục được duyệt"
