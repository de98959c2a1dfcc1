"""What people come to the door for: every address belongs to one task, as the document shows."""

from services.gateway.domain.routes import Route

OTHER = "other"
TASKS = {
    "search": "Tìm thủ tục, cơ quan, lịch làm việc, văn bản",
    "start": "Chuẩn bị hồ sơ: biểu mẫu, bản nháp, ủy quyền, tệp",
    "submit": "Nộp hồ sơ",
    "track": "Theo dõi hồ sơ, nhận thông báo",
    "answer": "Trả lời yêu cầu của cơ quan: bổ sung, rút, hủy",
    "pay": "Nộp phí, lệ phí; biên lai, hoàn trả",
    "rate": "Đánh giá sau khi nhận kết quả",
    "petition": "Phản ánh, kiến nghị: gửi, theo dõi, xử lý, trả lời, công khai",
    "account": "Tài khoản của người đang hỏi",
    "appointments": "Lấy số, đặt hẹn, bảng gọi số",
    "inbox": "Việc của cán bộ, xếp theo hạn",
    "counter": "Tiếp nhận tại bộ phận một cửa, qua bưu chính",
    "work": "Xử lý hồ sơ: nhận việc, chuyển bước, yêu cầu bổ sung, gia hạn",
    "sign": "Ký số, đóng dấu, kiểm tra chữ ký",
    "return": "Phát hành và trả kết quả",
    "dashboards": "Số liệu, báo cáo, chỉ số",
    "supervision": "Kiểm tra, giám sát",
    "archive": "Lưu trữ, nộp lưu, tiêu hủy",
    "catalogue": "Danh mục: soạn, duyệt, công bố",
    "documents": "Văn bản trao đổi với cơ quan khác qua trục liên thông",
    "portal": "Đồng bộ với Cổng Dịch vụ công quốc gia",
    "systems": "Hệ thống khác: tiếp nhận, kết quả ngoài, thanh toán",
}

_BY_FIRST = {
    "search": "procedures agencies sectors calendars interlinked-groups suggestions open-data pages"
    " directory feeds administrative-levels administrative-units one-stop-points"
    " legal-documents legal-document legal-flags standard-reasons",
    "start": "forms drafts authorizations personal-paper-permits personal-paper-looks personal-papers"
    " uploads attachments file-links fee-exemptions subscriptions",
    "submit": "interlinked-dossiers",
    "track": "tracking notifications messages results electronic-copies",
    "pay": "receipts refunds cash-drawer cash-drawers cash-closings payment-differences",
    "rate": "invitations",
    "petition": "petitions open-petitions own-petitions published-petitions petition-look-ups",
    "account": "session preferences account-links",
    "appointments": "queues tickets displays appointments",
    "inbox": "inbox dossier-search reassignments",
    "counter": "counter-dossiers counter-look-ups counter-interlinked-dossiers visits late-entries"
    " certified-copies certified-copies.pdf certified-copies.xlsx"
    " copy-requests copy-confirmations copy-payments copy-rejections"
    " handover-lists intake-batches scan-batches counter-sessions"
    " post-lists mirrored-dossiers",
    "work": "dossiers bulk-actions due-recomputations result-look-ups",
    "sign": "signings verification papers",
    "dashboards": "usage usage.csv usage.xlsx statistics closed-periods exports indices register register.pdf"
    " register.xlsx procedure-figures",
    "supervision": "supervision-checks inspections findings anomalies readings reading-look-ups",
    "archive": "archive",
    "catalogue": "processes staff imports search-phrases procedure-uses form-drafts page-drafts"
    " procedure-drafts publication-decisions process-drafts interlinked-group-drafts"
    " agency-changes hamlet-mergers delegations absences calendar-decisions"
    " calendar-proposals calendar-warnings catalog-reminders legal-relations legal-dirt"
    " law-tasks procedure-reviews procedure-review-figures national-entries",
    "portal": "portal-sync portal-questions",
    "documents": "exchanged-documents document-exchange document-replies",
    "systems": "portal-dossiers outside-results portal-views kiosk-dossiers kiosk post-statuses"
    " payment-requests payment-results payment-bills payment-reconciliations connectors look-up-answers"
    " taken-papers satisfaction-summaries portal-petitions",
}
_TASK_OF_FIRST = {first: task for task, firsts in _BY_FIRST.items() for first in firsts.split()}

_OF_A_DOSSIER = {
    "track": "history papers",
    "answer": "intake-supplement-answer supplement-answer withdrawal cancellation",
    "pay": "payments payment-notice payment-notice-cancellation",
    "counter": "acceptance refusal intake-supplement-request handover evidence look-ups look-up-permits",
    "return": "result result-recall return archiving",
    "dashboards": "control-slip.pdf",
}
_TASK_OF_ACTION = {action: task for task, actions in _OF_A_DOSSIER.items() for action in actions.split()}

_EXACT = {
    ("POST", "/api/v1/dossiers"): "submit",
    ("GET", "/api/v1/dossiers"): "track",
    ("GET", "/api/v1/dossiers/{id}"): "track",
    ("POST", "/api/v1/drafts/{draft_id}/submission"): "submit",
    ("POST", "/api/v1/drafts/{draft_id}/interlinked-submission"): "submit",
    ("POST", "/api/v1/interlinked-dossiers/{parent_id}/withdrawal"): "answer",
    ("POST", "/api/v1/interlinked-dossiers/{parent_id}/owner-correction"): "work",
    ("POST", "/api/v1/interlinked-dossiers/{parent_id}/member-decision"): "work",
    ("POST", "/api/v1/interlinked-dossiers/{parent_id}/outside-member"): "work",
    ("POST", "/api/v1/attachments/{id}/seal"): "sign",
    ("POST", "/api/v1/mirrored-dossiers"): "systems",
    ("POST", "/api/v1/results/{result_id}/revocation"): "return",
}
_DOSSIER = "/api/v1/dossiers/{id}/"


def task_of(route: Route) -> str:
    """Return the task of a route; `OTHER` for an address nobody gave one, which a test lists."""
    exact = _EXACT.get((route.method, route.path))
    if exact is not None:
        return exact
    if route.path.startswith(_DOSSIER):
        action = route.path.removeprefix(_DOSSIER).partition("/")[0]
        return _TASK_OF_ACTION.get(action, "work")
    first = route.path.split("/")[3]
    task = _TASK_OF_FIRST.get(first, OTHER)
    # What everybody searches, editors write.
    return "catalogue" if task == "search" and route.method != "GET" else task
