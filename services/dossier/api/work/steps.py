"""Sharing out a step: claim, give back, assign, hand over, ask opinions, take the last step back."""
# ruff: noqa: FAST003 - the act carries the address's dossier id.

from uuid import UUID

from fastapi import APIRouter

from kernel.web.edge import EdgeRoute
from services.dossier.api.deps import PROBLEMS, Act, Caller, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.schemas.answers import Receipt
from services.dossier.api.schemas.requests import NoteIn
from services.dossier.api.schemas.work import (
    OfferAnswerIn,
    OpinionIn,
    SlipOut,
    ToColleagueIn,
    UndoIn,
    slip_row_out,
)
from services.dossier.use_cases.work import arrange_step
from services.dossier.use_cases.work.read_work import read_slip

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Phân công xử lý"])
_MOMENTS = ("given_at", "received_at", "taken_back_at", "due_at")


@router.post("/dossiers/{dossier_id}/claim")
async def claim(body: NoteIn, act: Act) -> Receipt:
    """Nhận thụ lý bước hiện tại."""
    return act.receipt(await arrange_step.claim_step(act.dossier_id, note=body.note, **act.terms))


@router.post("/dossiers/{dossier_id}/release")
async def release(body: NoteIn, act: Act) -> Receipt:
    """Trả lại bước đã nhận cho đơn vị, hoặc lãnh đạo thu lại kèm lý do."""
    return act.receipt(await arrange_step.release_step(act.dossier_id, note=body.note, **act.terms))


@router.post("/dossiers/{dossier_id}/assignment")
async def assign(body: ToColleagueIn, act: Act) -> Receipt:
    """Giao, giao lại bước hiện tại cho một người của đơn vị."""
    dossier = await arrange_step.assign_step(act.dossier_id, to=body.to, note=body.note, **act.terms)
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/step-handover")
async def offer(body: ToColleagueIn, act: Act) -> Receipt:
    """Bàn giao bước đang giữ cho đồng nghiệp; người nhận phải xác nhận."""
    dossier = await arrange_step.offer_step(act.dossier_id, to=body.to, note=body.note, **act.terms)
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/step-receipt")
async def answer_offer(body: OfferAnswerIn, act: Act) -> Receipt:
    """Xác nhận nhận bàn giao, từ chối, hoặc rút lại bàn giao chưa ai nhận."""
    dossier = await arrange_step.answer_offer(
        act.dossier_id, accepted=body.accepted, note=body.note, **act.terms
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/consultation-request")
async def ask_opinion(body: OpinionIn, act: Act) -> Receipt:
    """Lấy ý kiến đơn vị, cơ quan khác song song với bước hiện tại, có thời hạn."""
    return act.receipt(await arrange_step.ask_opinion(act.dossier_id, **body.model_dump(), **act.terms))


@router.post("/dossiers/{dossier_id}/step-undo")
async def undo(body: UndoIn, act: Act) -> Receipt:
    """Hoàn tác bước vừa làm khi chưa có gì ra khỏi cơ quan."""
    return act.receipt(await arrange_step.undo_step(act.dossier_id, note=body.note, **act.terms))


@router.get("/dossiers/{dossier_id}/handovers")
async def list_handovers(dossier_id: UUID, by: Caller, work: Work, now: Now) -> SlipOut:
    """Các lần giao, nhận hồ sơ (dòng của phiếu kiểm soát)."""
    rows = await read_slip(dossier_id, by=by, work=work, now=now)
    return SlipOut(items=[slip_row_out(row, {name: local(row[name]) for name in _MOMENTS}) for row in rows])
