"""A citizen's own writes: submit, answer, cancel, withdraw."""
# ruff: noqa: FAST003 - the act carries the address's dossier id.

from fastapi import APIRouter, Response

from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import receipt_of
from services.dossier.api.deps import PROBLEMS, Act, Caller, Now, Work
from services.dossier.api.schemas.answers import Receipt
from services.dossier.api.schemas.requests import AnswerIn, CounterIn, NoteIn, SubmissionIn
from services.dossier.use_cases import end_dossier, supplement_dossier
from services.dossier.use_cases.submit_dossier import Handed, Submission, submit_dossier

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Người nộp"])


def submission_of(body: SubmissionIn | CounterIn) -> Submission:
    """Return what is handed in."""
    return Submission(
        procedure_code=body.procedure_code,
        channel=body.channel,
        owner=body.owner.model_dump(),
        representative=body.representative.model_dump() if body.representative else None,
        receiving_agency=body.receiving_agency,
        competent_agency=body.competent_agency,
        components=[
            Handed(
                component_code=item.component_code,
                attachment_ids=tuple(item.attachment_ids),
                form=item.form,
            )
            for item in body.components
        ],
        form_data=body.form_data,
        result_delivery=body.result_delivery,
    )


@router.post("/dossiers", status_code=201)
async def submit(body: SubmissionIn, response: Response, by: Caller, work: Work, now: Now) -> Receipt:
    """Nộp hồ sơ trực tuyến."""
    dossier = await submit_dossier(submission_of(body), by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/dossiers/{dossier.id}"
    return receipt_of(dossier, response)


@router.post("/dossiers/{dossier_id}/intake-supplement-answer")
async def answer_intake_supplement(body: AnswerIn, act: Act) -> Receipt:
    """Hoàn thiện hồ sơ trước tiếp nhận."""
    dossier = await supplement_dossier.answer_supplement(
        act.dossier_id, attachment_ids=body.attachment_ids, note=body.note, is_intake=True, **act.terms
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/supplement-answer")
async def answer_supplement(body: AnswerIn, act: Act) -> Receipt:
    """Nộp giấy tờ bổ sung."""
    dossier = await supplement_dossier.answer_supplement(
        act.dossier_id, attachment_ids=body.attachment_ids, note=body.note, is_intake=False, **act.terms
    )
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/cancellation")
async def cancel(body: NoteIn, act: Act) -> Receipt:
    """Hủy hồ sơ trước tiếp nhận."""
    dossier = await end_dossier.cancel_dossier(act.dossier_id, note=body.note, **act.terms)
    return act.receipt(dossier)


@router.post("/dossiers/{dossier_id}/withdrawal")
async def ask_withdrawal(body: NoteIn, act: Act) -> Receipt:
    """Đề nghị rút hồ sơ."""
    dossier = await end_dossier.ask_withdrawal(act.dossier_id, note=body.note, **act.terms)
    return act.receipt(dossier)
