"""What the public may see of a dossier, and in which words (domain.md section 9)."""

import re
from collections.abc import Mapping
from typing import Any

STATES = {
    "SUBMITTED": "Mới đăng ký, chờ tiếp nhận",
    "INTAKE_SUPPLEMENT": "Chờ bổ sung trước khi tiếp nhận",
    "INTAKE_REFUSED": "Không được tiếp nhận",
    "CANCELLED": "Đã hủy",
    "ACCEPTED": "Được tiếp nhận",
    "PROCESSING": "Đang xử lý",
    "SUPPLEMENT_REQUESTED": "Yêu cầu bổ sung giấy tờ",
    "AWAITING_FINANCIAL": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "SUSPENDED": "Tạm dừng xử lý",
    "WITHDRAWAL_REQUESTED": "Công dân yêu cầu rút hồ sơ",
    "STOPPED": "Dừng xử lý",
    "RESULT_READY": "Đã xử lý xong, chờ trả kết quả",
    "RETURNED": "Đã trả kết quả",
    "ARCHIVED": "Đã trả kết quả",
}
HAPPENED = {
    "submitted": "Hồ sơ được nộp",
    "accepted": "Hồ sơ được tiếp nhận",
    "intake_refused": "Hồ sơ không được tiếp nhận",
    "intake_supplement_requested": "Yêu cầu bổ sung trước khi tiếp nhận",
    "intake_supplement_answered": "Đã nộp bổ sung trước khi tiếp nhận",
    "cancelled": "Hồ sơ đã hủy",
    "handed_over": "Hồ sơ được chuyển xử lý",
    "step_completed": "Hoàn thành một bước xử lý",
    "supplement_requested": "Yêu cầu bổ sung hồ sơ",
    "supplement_answered": "Đã nộp bổ sung hồ sơ",
    "resumed": "Hồ sơ được tiếp tục xử lý",
    "payment_requested": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "suspended": "Tạm dừng xử lý theo quy định của pháp luật",
    "reappointed": "Cơ quan xin lỗi và hẹn lại ngày trả kết quả",
    "corrected": "Đính chính thông tin trên giấy tiếp nhận",
    "due_recomputed": "Thời hạn được tính lại theo lịch làm việc mới",
    "supplement_lapsed": "Đã hết thời hạn bổ sung hồ sơ",
    "withdrawal_requested": "Người nộp đề nghị rút hồ sơ",
    "withdrawal_declined": "Không đồng ý rút hồ sơ",
    "stopped": "Dừng xử lý hồ sơ",
    "result_issued": "Đã có kết quả",
    "result_recalled": "Kết quả được thu hồi để chỉnh sửa",
    "correction_opened": "Kết quả có sai sót, cơ quan xin lỗi và lập hồ sơ đính chính",
    "returned": "Đã trả kết quả",
    "ended_elsewhere": "Hệ thống của bộ, ngành đã kết thúc hồ sơ",
    "reopened_elsewhere": "Hồ sơ được hệ thống của bộ, ngành giải quyết tiếp",
}
ENDED_ELSEWHERE = {
    "RESULT": "Đã có kết quả trên hệ thống của bộ, ngành",
    "REFUSED": "Không được giải quyết trên hệ thống của bộ, ngành",
    "STOPPED": "Dừng giải quyết trên hệ thống của bộ, ngành",
    "WITHDRAWN": "Người nộp rút hồ sơ trên hệ thống của bộ, ngành",
}
"""How another system ended a dossier whose route was changed to it: the result is had there."""
RETURNED_ELSEWHERE = "Đã trả kết quả trên hệ thống của bộ, ngành"
INSIDE_THE_OFFICE = frozenset({"archived", "work_noted"})
"""Events that change nothing the public may see, and so leave no entry in the timeline."""

GROUP_STATES = {
    "RUNNING": "Đang giải quyết",
    "DECISION_NEEDED": "Đang giải quyết",
    "ENDED": "Đã kết thúc",
}
GROUP_HAPPENED = {
    "submitted": "Hồ sơ liên thông được nộp",
    "appointed": "Hẹn ngày trả kết quả cho cả hồ sơ liên thông",
    "moved": "Ngày hẹn của cả hồ sơ liên thông được dời",
    "advanced": "Chuyển sang thủ tục tiếp theo",
    "decided": "Cơ quan đầu mối đã quyết định các thủ tục tiếp theo",
    "withdrawn": "Người nộp rút hồ sơ liên thông",
    "ended": "Hồ sơ liên thông đã kết thúc",
    "reopened": "Hồ sơ liên thông được giải quyết tiếp",
}
MEMBER_STATUSES = {
    "WAITING": "Chờ đến lượt",
    "OPEN": "Đang giải quyết",
    "OUTSIDE": "Hệ thống khác đang giải quyết",
    "GRANTED": "Đã có kết quả",
    "REFUSED": "Kết thúc, không có kết quả",
    "WITHDRAWN": "Đã rút",
    "SKIPPED": "Không thực hiện",
}


def masked_name(name: str) -> str:
    """Return `Nguyễn V*** A***` for `Nguyễn Văn An`; a name masked already stays as it is."""
    parts = name.split()
    if len(parts) > 1 and all("*" in part for part in parts[1:]):
        return name
    if len(parts) == 1:
        return f"{parts[0][0]}***"
    return " ".join([parts[0], *(f"{part[0]}***" for part in parts[1:])]) if parts else ""


def what_happened(event_type: str) -> str | None:
    """Return the Vietnamese words for a dossier's event; None for what stays inside the office."""
    return HAPPENED.get(event_type.split(".")[1])


def readable_state(state: str, route: str = "PROVINCE") -> str:
    """Return the Vietnamese words for a state; what another system has ready is not fetched here."""
    if route != "PROVINCE" and state == "RESULT_READY":
        return ENDED_ELSEWHERE["RESULT"]
    return STATES.get(state, "Đang xử lý")


def normal_code(code: str) -> str:
    """Return a look-up code as it is kept: people type spaces and small letters."""
    return "".join(code.split()).upper()[:64]


def normal_secret(secret: str) -> str:
    """Return the secret of form 01 as it was hashed: upper case, without what only helps the eye."""
    return re.sub(r"[\s-]+", "", secret).upper()[:64]


def with_names(shown: dict[str, Any], agency: dict[str, Any] | None) -> dict[str, Any]:
    """Add the step's agency and unit by name, as the agency's own record tells them."""
    step = shown.get("step")
    if step is None:
        return shown
    units = (agency or {}).get("units", {})
    named = {
        "name": step["name"],
        "agency": (agency or {}).get("name", ""),
        "unit": units.get(step["unit"], ""),
    }
    return {**shown, "step": named}


def with_children(shown: dict[str, Any], children: Mapping[str, Any]) -> dict[str, Any]:
    """Show each member of a submission with what its own dossier's tracking says; ids stay inside."""
    members = shown.get("members")
    if members is None:
        return shown
    return {**shown, "members": [_member(one, children.get(one["dossier_id"] or "")) for one in members]}


def _member(member: dict[str, Any], child: Mapping[str, Any] | None) -> dict[str, Any]:
    own = with_names(child["shown"], child["agency"]) if child else {}
    return {
        "procedure": member["procedure"],
        "agency": member["agency"],
        "status": member["status"],
        "status_text": MEMBER_STATUSES.get(member["status"], "Đang giải quyết"),
        "code": own.get("code"),
        "state_text": own.get("state_text"),
        "step": own.get("step"),
        "due_at": own.get("reappointed_due_at") or own.get("due_at") or member["due_at"],
        "ended_at": own.get("ended_at") or member["ended_at"],
    }
