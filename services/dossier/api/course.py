"""What interrupts the plain road: money owed, suspension, apology with a new date, correction, archive."""
# ruff: noqa: FAST003 - the act carries the address's dossier id.

from fastapi import APIRouter

from kernel.web.edge import EdgeRoute
from services.dossier.api.deps import PROBLEMS, Act
from services.dossier.api.schemas.answers import CorrectionDecided, LinkedOut, Receipt
from services.dossier.api.schemas.course import (
    ApologyIn,
    BecauseIn,
    CorrectionIn,
    PaymentNoticeIn,
    ResultErrorIn,
    SuspensionIn,
)
from services.dossier.api.schemas.requests import ApprovalIn, NoteIn
from services.dossier.use_cases import (
    archive_dossier,
    correct_owner,
    correct_result,
    pause_dossier,
    reappoint_dossier,
)

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Thời hạn"])


@router.post("/dossiers/{dossier_id}/payment-notice")
async def ask_payment(body: PaymentNoticeIn, act: Act) -> Receipt:
    """Thông báo nghĩa vụ tài chính phải thực hiện; dừng tính thời hạn đến khi nộp đủ."""
    dossier = await pause_dossier.ask_payment(
        act.dossier_id,
        name=body.name,
        amount=body.amount,
        reason=body.reason,
        legal_basis=body.legal_basis,
        pay_days=body.pay_days,
        cause=body.cause or "",
        **act.terms,
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/payment-notice-cancellation")
async def cancel_payment_notice(body: BecauseIn, act: Act) -> Receipt:
    """Hủy thông báo nghĩa vụ tài chính lập sai, tiếp tục tính thời hạn."""
    dossier = await pause_dossier.cancel_payment_notice(act.dossier_id, reason=body.reason, **act.terms)
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/suspension")
async def suspend(body: SuspensionIn, act: Act) -> Receipt:
    """Tạm dừng giải quyết có căn cứ pháp luật."""
    dossier = await pause_dossier.suspend_dossier(
        act.dossier_id,
        reason=body.reason,
        legal_basis=body.legal_basis,
        cause=body.cause,
        until=body.until,
        **act.terms,
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/suspension-end")
async def end_suspension(body: BecauseIn, act: Act) -> Receipt:
    """Tiếp tục giải quyết hồ sơ đã tạm dừng."""
    dossier = await pause_dossier.end_suspension(act.dossier_id, reason=body.reason, **act.terms)
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/apology-draft")
async def draft_apology(body: ApologyIn, act: Act) -> Receipt:
    """Đề nghị xin lỗi và hẹn lại ngày trả kết quả."""
    dossier = await reappoint_dossier.draft_apology(
        act.dossier_id, reason=body.reason, cause=body.cause, new_due_on=body.new_due_on, **act.terms
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/reappointment")
async def decide_apology(body: ApprovalIn, act: Act) -> Receipt:
    """Ký văn bản xin lỗi và hẹn lại (mẫu 04), hoặc trả lại đề nghị."""
    dossier = await reappoint_dossier.decide_apology(
        act.dossier_id, approved=body.approved, note=body.note, **act.terms
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/owner-correction")
async def correct(body: CorrectionIn, act: Act) -> Receipt:
    """Đính chính thông tin chủ hồ sơ sau tiếp nhận; cấp lại giấy tiếp nhận (mẫu 01)."""
    told = body.model_dump(mode="json", exclude={"reason", "evidence"}, exclude_none=True)
    dossier = await correct_owner.correct_owner(
        act.dossier_id, corrected=told, reason=body.reason, evidence=body.evidence, **act.terms
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/result-correction-draft")
async def draft_result_correction(body: ResultErrorIn, act: Act) -> Receipt:
    """Ghi nhận sai sót của kết quả đã trả, đề nghị đính chính."""
    dossier = await correct_result.draft_correction(
        act.dossier_id, reason=body.reason, cause=body.cause, found_by=body.found_by, **act.terms
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/result-correction")
async def decide_result_correction(body: ApprovalIn, act: Act) -> CorrectionDecided:
    """Ký thư xin lỗi và lập hồ sơ đính chính kết quả đã trả, hoặc trả lại đề nghị."""
    decided = await correct_result.decide_correction(
        act.dossier_id, approved=body.approved, note=body.note, **act.terms
    )
    made = decided.correction
    opened = LinkedOut(dossier_id=made.id, reference=made.reference, state=made.state.value) if made else None
    return CorrectionDecided(**act.receipt(decided.dossier).model_dump(), correction=opened)


@router.post("/dossiers/{dossier_id}/archiving")
async def archive(body: NoteIn, act: Act) -> Receipt:
    """Lưu trữ hồ sơ đã trả kết quả."""
    dossier = await archive_dossier.archive_dossier(act.dossier_id, note=body.note, **act.terms)
    return act.receipt(dossier)
