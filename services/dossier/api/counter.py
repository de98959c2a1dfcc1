"""The one-stop unit's writes: receive, accept, ask, refuse, hand over, resume, return."""
# ruff: noqa: FAST003 - the act carries the address's dossier id.

from fastapi import APIRouter, Response

from kernel.core.caller import CallerKind
from kernel.core.errors import Forbidden
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import receipt_of
from services.dossier.api.deps import PROBLEMS, Act, Caller, Now, Work
from services.dossier.api.inline_files import kept_inline
from services.dossier.api.schemas.answers import Receipt
from services.dossier.api.schemas.requests import (
    AcceptanceIn,
    CounterIn,
    NoteIn,
    RefusalIn,
    ReturnIn,
    SupplementIn,
)
from services.dossier.api.submissions import submission_of, verdict_of
from services.dossier.use_cases import end_dossier, receive_dossier, return_dossier, supplement_dossier
from services.dossier.use_cases.receive_elsewhere import receive_at_counter
from services.dossier.use_cases.secrets import look_up_secret

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Bộ phận Một cửa"])


@router.post(
    "/counter-dossiers",
    status_code=201,
    openapi_extra={"x-max-body-bytes": 73_400_320},
    responses=problems(429, 503),
)
async def receive_counter_dossier(
    body: CounterIn, response: Response, by: Caller, work: Work, now: Now
) -> Receipt:
    """Tiếp nhận hồ sơ tại quầy hoặc qua bưu chính, kể cả hồ sơ phi địa giới."""
    if by.kind is not CallerKind.STAFF or not by.has_role("ONE_STOP_OFFICER"):
        raise Forbidden
    scans = await kept_inline(body.files, by=by, work=work, now=now, path="files")
    dossier = await receive_at_counter(submission_of(body, scans), by=by, work=work, now=now, scans=scans)
    response.headers["Location"] = f"/v1/dossiers/{dossier.id}"
    return receipt_of(dossier, response, secret=look_up_secret(work.seals, dossier.id))


@router.post("/dossiers/{dossier_id}/acceptance")
async def accept(body: AcceptanceIn, act: Act) -> Receipt:
    """Tiếp nhận hồ sơ: cấp mã, hẹn trả kết quả, in giấy tiếp nhận (mẫu 01)."""
    verdict = verdict_of(body.exemption)
    dossier = await receive_dossier.accept_dossier(act.dossier_id, exemption=verdict, **act.terms)
    return act.receipt(dossier, secret=look_up_secret(act.terms["work"].seals, dossier.id))


@router.post("/dossiers/{dossier_id}/intake-supplement-request")
async def ask_intake_supplement(body: SupplementIn, act: Act) -> Receipt:
    """Yêu cầu hoàn thiện hồ sơ trước tiếp nhận (mẫu 02)."""
    dossier = await receive_dossier.ask_intake_supplement(
        act.dossier_id,
        items=[item.model_dump() for item in body.items],
        reason=body.reason,
        answer_days=body.answer_days,
        basis=body.basis,
        legal_basis=body.legal_basis,
        **act.terms,
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/refusal")
async def refuse(body: RefusalIn, act: Act) -> Receipt:
    """Từ chối tiếp nhận (mẫu 03)."""
    dossier = await end_dossier.refuse_intake(
        act.dossier_id, reason=body.reason, legal_basis=body.legal_basis, **act.terms
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/handover")
async def hand_over(body: NoteIn, act: Act) -> Receipt:
    """Chuyển hồ sơ đến bộ phận chuyên môn."""
    dossier = await receive_dossier.hand_over_dossier(act.dossier_id, note=body.note, **act.terms)
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/resumption")
async def resume(body: NoteIn, act: Act) -> Receipt:
    """Xác nhận hồ sơ bổ sung đầy đủ, tiếp tục tính thời hạn."""
    dossier = await supplement_dossier.resume(act.dossier_id, note=body.note, **act.terms)
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/return")
async def return_result(body: ReturnIn, act: Act) -> Receipt:
    """Trả kết quả."""
    handing = return_dossier.Handing(
        delivery=body.delivery,
        receiver=body.receiver,
        receiver_name=body.receiver_name,
        identity_number=body.identity_number or "",
        checked_by=body.checked_by or "",
        authorization=body.authorization,
        authorization_attachment_id=body.authorization_attachment_id,
        authorization_id=body.authorization_id,
        receipt_attachment_id=body.receipt_attachment_id,
        tracking_number=body.tracking_number,
        no_receipt_reason=body.no_receipt_reason,
        delivery_reason=body.delivery_reason,
    )
    dossier = await return_dossier.return_result(act.dossier_id, handing=handing, note=body.note, **act.terms)
    return act.receipt(dossier)
