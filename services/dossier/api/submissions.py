"""A citizen's own writes: submit, answer, cancel, withdraw."""
# ruff: noqa: FAST003 - the act carries the address's dossier id.

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from kernel.core.errors import Invalid
from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import receipt_of
from services.dossier.api.deps import PROBLEMS, Act, Caller, Now, Work
from services.dossier.api.schemas.answers import Receipt
from services.dossier.api.schemas.requests import (
    AnswerIn,
    CounterComponent,
    CounterIn,
    ExemptionVerdictIn,
    HandedComponent,
    NoteIn,
    SubmissionIn,
)
from services.dossier.domain.intake.evidence import RESULT_OF_DOSSIER
from services.dossier.domain.payments.errors import EvidenceMissing
from services.dossier.use_cases import end_dossier, supplement_dossier
from services.dossier.use_cases.ports import Attachment
from services.dossier.use_cases.submission import ExemptionClaim, Handed, Submission, Verdict
from services.dossier.use_cases.submit_dossier import submit_dossier

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Người nộp"])


def submission_of(body: SubmissionIn | CounterIn, scans: Sequence[Attachment] = ()) -> Submission:
    """Return what is handed in; scans that came with it belong to their components."""
    scanned: dict[str, list[UUID]] = {}
    for item in scans:
        scanned.setdefault(item.component_code, []).append(item.id)
    unnamed = scanned.keys() - {item.component_code for item in body.components}
    if unnamed:
        raise Invalid(fields=[("files", f"Tệp của thành phần không được nêu: {', '.join(sorted(unnamed))}")])
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
                attachment_ids=(*item.attachment_ids, *scanned.get(item.component_code, ())),
                form=item.form,
                reused_from=_reused(item),
            )
            for item in body.components
        ],
        form_data=body.form_data,
        result_delivery=body.result_delivery,
        helper=body.helper.model_dump() if body.helper else None,
        authorization_id=body.authorization_id,
        exemption=_claimed(body),
        **_brought(body),
    )


def _claimed(body: SubmissionIn | CounterIn) -> ExemptionClaim | None:
    """Return the exemption claimed; at a counter on the paper shown, decided at once if the officer can."""
    if isinstance(body, SubmissionIn):
        claim = body.exemption_claim
        return ExemptionClaim(claim.category, claim.attachment_id) if claim else None
    shown = body.exemption
    if shown is None:
        return None
    if (shown.paper is None) is (shown.attachment_id is None):
        raise EvidenceMissing(fields=[("exemption", "Nêu giấy tờ đã xem, hoặc tệp đã tải lên")])
    return ExemptionClaim(shown.category, shown.attachment_id, shown.paper or "", verdict_of(shown.decision))


def verdict_of(said: ExemptionVerdictIn | None) -> Verdict | None:
    """Return what an officer says of a claim."""
    return Verdict(said.granted, said.reason) if said else None


def _reused(item: HandedComponent) -> dict[str, Any] | None:
    """Return where a component was found: an entry of the register, or what an officer names."""
    named = item.reused_from if isinstance(item, CounterComponent) else None
    if item.result_id is None:
        return named.model_dump() if named else None
    found = {"kind": RESULT_OF_DOSSIER, "source": "result_register", "reference": str(item.result_id)}
    return {**found, "result_id": str(item.result_id)}


def _brought(body: SubmissionIn | CounterIn) -> dict[str, Any]:
    """Return what only a counter tells."""
    if not isinstance(body, CounterIn):
        return {}
    if (body.postal is None) is (body.channel == "POSTAL"):
        raise Invalid(fields=[("postal", "Hồ sơ qua bưu chính, và chỉ hồ sơ ấy, cần thông tin bưu gửi")])
    return {
        "postal": body.postal.model_dump() if body.postal else None,
        "visit_id": body.visit_id,
        "consultations": [item.model_dump() for item in body.consultations],
    }


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
