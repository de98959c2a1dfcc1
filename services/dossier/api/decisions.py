"""The competent unit's writes: steps, supplements, decisions, results."""
# ruff: noqa: FAST003 - the act carries the address's dossier id.

from fastapi import APIRouter

from kernel.web.edge import EdgeRoute
from services.dossier.api.deps import PROBLEMS, Act
from services.dossier.api.schemas.answers import Receipt
from services.dossier.api.schemas.course import RefundIn, StopIn, WithdrawalDecisionIn
from services.dossier.api.schemas.requests import (
    ApprovalIn,
    DraftedSupplementIn,
    RecallIn,
    ResultIn,
    StepCompletionIn,
)
from services.dossier.domain.course import Settlement
from services.dossier.use_cases import end_dossier, return_dossier, supplement_dossier, work_steps

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Giải quyết"])


@router.post("/dossiers/{dossier_id}/step-completion")
async def complete_step(body: StepCompletionIn, act: Act) -> Receipt:
    """Hoàn thành bước, trả lại bước trước, hoặc trả lời lấy ý kiến."""
    dossier = await work_steps.complete_step(
        act.dossier_id,
        step=body.step,
        outcome=body.outcome,
        chosen=body.next or "",
        note=body.note,
        facts=body.facts,
        cause=body.cause or "",
        decision=body.decision or "",
        **act.terms,
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/supplement-request")
async def draft_supplement(body: DraftedSupplementIn, act: Act) -> Receipt:
    """Dự thảo yêu cầu bổ sung."""
    dossier = await supplement_dossier.draft_supplement(
        act.dossier_id,
        items=[item.model_dump() for item in body.items],
        reason=body.reason,
        answer_days=body.answer_days,
        basis=body.basis,
        legal_basis=body.legal_basis,
        cause=body.cause or "",
        **act.terms,
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/supplement-request-approval")
async def decide_supplement(body: ApprovalIn, act: Act) -> Receipt:
    """Duyệt hoặc trả lại dự thảo yêu cầu bổ sung (mẫu 02)."""
    dossier = await supplement_dossier.decide_supplement(
        act.dossier_id, approved=body.approved, note=body.note, **act.terms
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/stop")
async def stop(body: StopIn, act: Act) -> Receipt:
    """Dừng giải quyết khi quá hạn bổ sung (mẫu 05)."""
    dossier = await end_dossier.stop_lapsed(
        act.dossier_id,
        reason=body.reason,
        legal_basis=body.legal_basis,
        settlement=_settlement(body.originals, body.refund),
        **act.terms,
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/withdrawal-decision")
async def decide_withdrawal(body: WithdrawalDecisionIn, act: Act) -> Receipt:
    """Quyết định việc rút hồ sơ (mẫu 05 nếu đồng ý)."""
    dossier = await end_dossier.decide_withdrawal(
        act.dossier_id,
        approved=body.approved,
        note=body.note,
        legal_basis=body.legal_basis,
        settlement=_settlement(body.originals, body.refund),
        **act.terms,
    )
    return act.receipt(dossier)


def _settlement(originals: tuple[str, ...], refund: RefundIn) -> Settlement:
    return Settlement(originals, refund.rule, refund.amount, refund.basis)


@router.post("/dossiers/{dossier_id}/result")
async def issue_result(body: ResultIn, act: Act) -> Receipt:
    """Vào sổ, phát hành kết quả đã ký."""
    dossier = await work_steps.issue_result(
        act.dossier_id,
        number=body.number,
        name=body.name,
        outcome=body.outcome,
        reason=body.reason,
        signed_by=body.signed_by,
        attachment_ids=body.attachment_ids,
        cause=body.cause or "",
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        **act.terms,
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/result-recall")
async def recall_result(body: RecallIn, act: Act) -> Receipt:
    """Thu hồi kết quả sai trước khi trả."""
    dossier = await return_dossier.recall_result(act.dossier_id, reason=body.reason, **act.terms)
    return act.receipt(dossier)
