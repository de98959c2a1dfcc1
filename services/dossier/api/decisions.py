"""The competent unit's writes: steps, supplements, decisions, results."""

from uuid import UUID

from fastapi import APIRouter, Response

from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import receipt_of
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.schemas import (
    ApprovalIn,
    RecallIn,
    Receipt,
    RefusalIn,
    ResultIn,
    StepCompletionIn,
    SupplementIn,
    WithdrawalDecisionIn,
)
from services.dossier.use_cases import end_dossier, supplement_dossier, work_steps

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Giải quyết"])


@router.post("/dossiers/{dossier_id}/step-completion")
async def complete_step(
    dossier_id: UUID,
    body: StepCompletionIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> Receipt:
    """Hoàn thành bước, trả lại bước trước, hoặc trả lời lấy ý kiến."""
    dossier = await work_steps.complete_step(
        dossier_id,
        step=body.step,
        outcome=body.outcome,
        chosen=body.next or "",
        note=body.note,
        facts=body.facts,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return receipt_of(dossier, response)


@router.post("/dossiers/{dossier_id}/supplement-request")
async def draft_supplement(
    dossier_id: UUID,
    body: SupplementIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> Receipt:
    """Dự thảo yêu cầu bổ sung."""
    dossier = await supplement_dossier.draft_supplement(
        dossier_id,
        items=[item.model_dump() for item in body.items],
        reason=body.reason,
        answer_days=body.answer_days,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return receipt_of(dossier, response)


@router.post("/dossiers/{dossier_id}/supplement-request-approval")
async def decide_supplement(
    dossier_id: UUID,
    body: ApprovalIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> Receipt:
    """Duyệt hoặc trả lại dự thảo yêu cầu bổ sung (mẫu 02)."""
    dossier = await supplement_dossier.decide_supplement(
        dossier_id, approved=body.approved, note=body.note, by=by, seen=seen, work=work, now=now
    )
    return receipt_of(dossier, response)


@router.post("/dossiers/{dossier_id}/stop")
async def stop(
    dossier_id: UUID, body: RefusalIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Receipt:
    """Dừng giải quyết khi quá hạn bổ sung (mẫu 05)."""
    dossier = await end_dossier.stop_lapsed(
        dossier_id,
        reason=body.reason,
        legal_basis=body.legal_basis,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return receipt_of(dossier, response)


@router.post("/dossiers/{dossier_id}/withdrawal-decision")
async def decide_withdrawal(
    dossier_id: UUID,
    body: WithdrawalDecisionIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> Receipt:
    """Quyết định việc rút hồ sơ (mẫu 05 nếu đồng ý)."""
    dossier = await end_dossier.decide_withdrawal(
        dossier_id,
        approved=body.approved,
        note=body.note,
        legal_basis=body.legal_basis,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return receipt_of(dossier, response)


@router.post("/dossiers/{dossier_id}/result")
async def issue_result(
    dossier_id: UUID, body: ResultIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Receipt:
    """Vào sổ, phát hành kết quả đã ký."""
    dossier = await work_steps.issue_result(
        dossier_id,
        number=body.number,
        name=body.name,
        outcome=body.outcome,
        reason=body.reason,
        signed_by=body.signed_by,
        attachment_ids=body.attachment_ids,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return receipt_of(dossier, response)


@router.post("/dossiers/{dossier_id}/result-recall")
async def recall_result(
    dossier_id: UUID, body: RecallIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Receipt:
    """Thu hồi kết quả sai trước khi trả."""
    dossier = await work_steps.recall_result(
        dossier_id, reason=body.reason, by=by, seen=seen, work=work, now=now
    )
    return receipt_of(dossier, response)
