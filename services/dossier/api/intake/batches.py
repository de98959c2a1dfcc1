"""One company's thirty, from a sheet."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kernel.core.clock import VIETNAM
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import receipt_of
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.intake.faults import faults_of
from services.dossier.api.moments import local
from services.dossier.api.schemas.intake import BatchAuthorityIn, BatchFault, BatchOut, BatchReceived
from services.dossier.api.schemas.requests import Owner
from services.dossier.domain.files import XLSX
from services.dossier.domain.intake.batches import Batch
from services.dossier.use_cases.intake import batches
from services.dossier.use_cases.secrets import look_up_secret

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Tiếp nhận theo bảng kê"])
_UPLOAD = {
    "x-max-body-bytes": 2_097_152,
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}
_FILE: dict[int | str, dict[str, Any]] = {200: {"description": "XLSX", "content": {XLSX: {}}}}
Procedure = Annotated[str, Query(min_length=1, max_length=64)]


def _out(batch: Batch, response: Response) -> BatchOut:
    response.headers["ETag"] = f'"{batch.version}"'
    return BatchOut(
        batch_id=batch.id,
        version=batch.version,
        state=batch.state.value,
        procedure_code=batch.procedure_code,
        rows=len(batch.sheet.rows),
        faults=[BatchFault(row=one.row, column=one.column, reason=one.reason) for one in batch.sheet.faults],
        open_duplicates=batch.warnings,
        created_at=batch.created_at.astimezone(VIETNAM),
        received_at=local(batch.received_at),
    )


@router.get("/intake-batches/template", response_class=Response, responses=_FILE)
async def read_batch_template(procedure: Procedure, by: Caller, work: Work, now: Now) -> Response:
    """Tải mẫu bảng kê của một thủ tục."""
    content = await batches.read_template(procedure, by=by, work=work, now=now)
    return Response(
        content,
        media_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="bang-ke.xlsx"', "Cache-Control": "no-store"},
    )


@router.post("/intake-batches", status_code=201, openapi_extra=_UPLOAD, responses=problems(429, 503))
async def try_intake_batch(
    procedure: Procedure, request: Request, response: Response, by: Caller, work: Work, now: Now
) -> BatchOut:
    """Thử bảng kê: báo cáo từng dòng, chưa tiếp nhận hồ sơ nào."""
    batch = await batches.try_sheet(
        await request.body(),
        procedure,
        checked=lambda owner: faults_of(Owner, owner),
        by=by,
        work=work,
        now=now,
    )
    response.headers["Location"] = f"/v1/intake-batches/{batch.id}"
    return _out(batch, response)


@router.get("/intake-batches/{batch_id}")
async def read_intake_batch(batch_id: UUID, response: Response, by: Caller, work: Work) -> BatchOut:
    """Một bảng kê đã thử."""
    return _out(await batches.read_batch(batch_id, by=by, work=work), response)


@router.post("/intake-batches/{batch_id}/submission", status_code=201)
async def receive_intake_batch(
    batch_id: UUID,
    body: BatchAuthorityIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> BatchReceived:
    """Tiếp nhận cả bảng kê trong một lần, hoặc không hồ sơ nào."""
    batch, dossiers = await batches.receive_batch(
        batch_id, authority=body.model_dump(), by=by, seen=seen, work=work, now=now
    )
    items = [receipt_of(one, response, secret=look_up_secret(work.seals, one.id)) for one in dossiers]
    response.headers["ETag"] = f'"{batch.version}"'
    return BatchReceived(batch_id=batch.id, version=batch.version, state=batch.state.value, items=items)
