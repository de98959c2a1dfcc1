"""Reception: look-up before intake, kiosk, visits, evidence."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import item_of, receipt_of, warned
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.readable import readable
from services.dossier.api.schemas.answers import Receipt
from services.dossier.api.schemas.intake import (
    CounterComponentOut,
    CounterLookUpIn,
    CounterLookUpOut,
    EvidenceList,
    EvidenceOut,
    KioskSubmissionIn,
    VisitOut,
)
from services.dossier.api.schemas.requests import ConsultationIn
from services.dossier.api.submissions import submission_of
from services.dossier.domain.intake.evidence import Evidence
from services.dossier.use_cases.intake import evidence, reception

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Tiếp nhận"])
_PDF: dict[int | str, dict[str, Any]] = {200: {"description": "PDF", "content": {"application/pdf": {}}}}


@router.post("/counter-look-ups")
async def look_up(body: CounterLookUpIn, by: Caller, work: Work, now: Now) -> CounterLookUpOut:
    """Tra cứu người đến quầy và thủ tục: dữ liệu lần trước, thành phần hồ sơ, hồ sơ đang giải quyết."""
    person = body.model_dump(include={"identity_type", "identity_number", "nationality"})
    found = await reception.look_up(person, body.procedure_code, by=by, work=work, now=now)
    procedure = found.procedure
    duplicates = {"count": len(found.duplicates), "dossiers": found.duplicates}
    return CounterLookUpOut(
        person=dict(found.person) if found.person else None,
        procedure={
            "code": procedure.code,
            "name": procedure.name,
            "version": procedure.version,
            "is_boundary_free": procedure.is_boundary_free,
            "channels": sorted(procedure.channels),
        },
        components=[
            CounterComponentOut(
                component_code=item.code,
                name=item.name,
                is_mandatory=item.is_mandatory,
                allowed_types=sorted(item.allowed_types),
            )
            for item in procedure.components.values()
        ],
        warnings=warned([{"code": "open-duplicate", "details": duplicates}] if found.duplicates else []),
    )


@router.post("/kiosk-dossiers", status_code=201)
async def submit_at_kiosk(
    body: KioskSubmissionIn, response: Response, by: Caller, work: Work, now: Now
) -> Receipt:
    """Nộp hồ sơ tại ki-ốt thông minh, người nộp được xác thực bằng thẻ hoặc VNeID."""
    submission = reception.at_kiosk(submission_of(body), body.kiosk.model_dump())
    dossier = await reception.submit_at_kiosk(
        submission, checked_number=body.checked_identity_number, by=by, work=work, now=now
    )
    response.headers["Location"] = f"/v1/dossiers/{dossier.id}"
    return receipt_of(dossier, response)


@router.get("/visits/{visit_id}")
async def read_visit(visit_id: UUID, by: Caller, work: Work, now: Now) -> VisitOut:
    """Các hồ sơ của một lượt đến quầy."""
    rows = await reception.read_visit(visit_id, by=by, work=work, now=now)
    items = list(readable(rows, lambda row: item_of(row, now=now)))
    return VisitOut(visit_id=visit_id, items=items)


@router.get("/visits/{visit_id}/slip", response_class=Response, responses=_PDF)
async def read_visit_slip(visit_id: UUID, by: Caller, work: Work, now: Now) -> Response:
    """Một phiếu cho mọi hồ sơ của một lượt đến quầy."""
    content = await reception.visit_slip(visit_id, by=by, work=work, now=now)
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="phieu-luot.pdf"', "Cache-Control": "no-store"},
    )


@router.get("/dossiers/{dossier_id}/evidence")
async def read_evidence(dossier_id: UUID, by: Caller, work: Work, now: Now) -> EvidenceList:
    """Chứng cứ của các cờ dữ liệu: ai, lúc nào, từ nguồn nào."""
    found = await evidence.read_evidence(dossier_id, by=by, work=work, now=now)
    return EvidenceList(items=[_evidence(item) for item in found])


@router.post("/dossiers/{dossier_id}/evidence", status_code=201)
async def record_consultation(
    dossier_id: UUID, body: ConsultationIn, by: Caller, work: Work, now: Now
) -> EvidenceOut:
    """Ghi nhận đã khai thác cơ sở dữ liệu thay cho yêu cầu người dân nộp giấy tờ."""
    told: dict[str, Any] = body.model_dump()
    return _evidence(await evidence.record_consultation(dossier_id, told, by=by, work=work, now=now))


def _evidence(item: Evidence) -> EvidenceOut:
    return EvidenceOut(
        evidence_id=item.id,
        kind=item.kind.value,
        source=item.source,
        component_code=item.component_code,
        at=item.at,
        by=item.by,
        # What a database answered stays sealed; its hash shows that it is what was kept.
        details={name: value for name, value in item.details.items() if name != "snapshot"},
    )
