"""The one-stop unit's writes: receive, accept, ask, refuse, hand over, resume, return."""

from uuid import UUID

from fastapi import APIRouter, Response

from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import receipt_of
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.schemas import CounterIn, NoteIn, Receipt, RefusalIn, ReturnIn, SupplementIn
from services.dossier.api.submissions import submission_of
from services.dossier.use_cases import receive_dossier, supplement_dossier, work_steps
from services.dossier.use_cases.receive_elsewhere import receive_at_counter
from services.dossier.use_cases.secrets import look_up_secret

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Bộ phận Một cửa"])


@router.post("/counter-dossiers", status_code=201)
async def receive_counter_dossier(
    body: CounterIn, response: Response, by: Caller, work: Work, now: Now
) -> Receipt:
    """Tiếp nhận hồ sơ tại quầy hoặc qua bưu chính, kể cả hồ sơ phi địa giới."""
    dossier = await receive_at_counter(submission_of(body), by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/dossiers/{dossier.id}"
    return receipt_of(dossier, response, secret=look_up_secret(work.seals, dossier.id))


@router.post("/dossiers/{dossier_id}/acceptance")
async def accept(
    dossier_id: UUID, body: NoteIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Receipt:
    """Tiếp nhận hồ sơ: cấp mã, hẹn trả kết quả, in giấy tiếp nhận (mẫu 01)."""
    del body
    dossier = await receive_dossier.accept_dossier(dossier_id, by=by, seen=seen, work=work, now=now)
    return receipt_of(dossier, response, secret=look_up_secret(work.seals, dossier.id))


@router.post("/dossiers/{dossier_id}/intake-supplement-request")
async def ask_intake_supplement(
    dossier_id: UUID,
    body: SupplementIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> Receipt:
    """Yêu cầu hoàn thiện hồ sơ trước tiếp nhận (mẫu 02)."""
    dossier = await receive_dossier.ask_intake_supplement(
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


@router.post("/dossiers/{dossier_id}/refusal")
async def refuse(
    dossier_id: UUID, body: RefusalIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Receipt:
    """Từ chối tiếp nhận (mẫu 03)."""
    dossier = await receive_dossier.refuse_intake(
        dossier_id,
        reason=body.reason,
        legal_basis=body.legal_basis,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return receipt_of(dossier, response)


@router.post("/dossiers/{dossier_id}/handover")
async def hand_over(
    dossier_id: UUID, body: NoteIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Receipt:
    """Chuyển hồ sơ đến bộ phận chuyên môn."""
    dossier = await receive_dossier.hand_over_dossier(
        dossier_id, note=body.note, by=by, seen=seen, work=work, now=now
    )
    return receipt_of(dossier, response)


@router.post("/dossiers/{dossier_id}/resumption")
async def resume(
    dossier_id: UUID, body: NoteIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Receipt:
    """Xác nhận hồ sơ bổ sung đầy đủ, tiếp tục tính thời hạn."""
    dossier = await supplement_dossier.resume(
        dossier_id, note=body.note, by=by, seen=seen, work=work, now=now
    )
    return receipt_of(dossier, response)


@router.post("/dossiers/{dossier_id}/return")
async def return_result(
    dossier_id: UUID, body: ReturnIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Receipt:
    """Trả kết quả."""
    dossier = await work_steps.return_result(
        dossier_id,
        delivery=body.delivery,
        receiver_name=body.receiver_name,
        tracking_number=body.tracking_number,
        note=body.note,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return receipt_of(dossier, response)
