"""Scans at reception: a batch is measured, then split as the officer confirms."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import attachment_out
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.schemas.answers import AttachmentOut
from services.dossier.api.schemas.requests import Strict
from services.dossier.domain.scans import PageFault, Piece, ScanBatch, pages_of
from services.dossier.use_cases.files import split_scans

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Tệp"])
_Pages = Annotated[str, Field(max_length=500, description="Như 1-3,5")]


class ScanIn(Strict):
    """A scanned PDF that was uploaded."""

    attachment_id: UUID


class ScannedPageOut(BaseModel):
    """A page as it was measured, and what is wrong with it."""

    page: int
    width_mm: int
    height_mm: int
    resolution_dpi: int
    faults: list[PageFault]


class ScanBatchOut(BaseModel):
    """A batch on the officer's screen."""

    batch_id: UUID
    version: int
    attachment_id: UUID
    page_count: int
    least_dpi: int
    pages: list[ScannedPageOut]
    created_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str


class PieceIn(Strict):
    """A component and its pages."""

    component_code: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(min_length=1, max_length=150, pattern=r"^[^/\\]+$")]
    pages: Annotated[str, Field(min_length=1, max_length=500, description="Như 1-3,5")]


class ConfirmationIn(Strict):
    """How the batch is split; every page has its place or is dropped by name."""

    components: Annotated[list[PieceIn], Field(min_length=1, max_length=50)]
    dropped_pages: _Pages = ""
    accept_faults: bool = False
    note: Annotated[str, Field(max_length=500)] = ""


class SplitOut(BaseModel):
    """The components' files, in the order confirmed."""

    items: list[AttachmentOut]


@router.post("/scan-batches", status_code=201, responses=problems(429, 503))
async def measure_scan(body: ScanIn, response: Response, by: Caller, work: Work, now: Now) -> ScanBatchOut:
    """Kiểm tra chất lượng từng trang của một lô quét; gọi lại cho cùng tệp thì nhận lại chính lô quét ấy."""
    batch = await split_scans.measure_batch(body.attachment_id, by=by, work=work, now=now)
    return _out(batch, response)


@router.get("/scan-batches/{batch_id}")
async def show_scan(batch_id: UUID, response: Response, by: Caller, work: Work) -> ScanBatchOut:
    """Lô quét và chất lượng từng trang."""
    return _out(await split_scans.find_batch(batch_id, by=by, work=work), response)


@router.post("/scan-batches/{batch_id}/confirmation", responses=problems(429, 503))
async def confirm_scan(
    batch_id: UUID, body: ConfirmationIn, by: Caller, seen: IfMatch, work: Work, now: Now
) -> SplitOut:
    """Xác nhận và tách lô quét thành các thành phần hồ sơ."""
    pieces = [
        Piece(
            component_code=item.component_code,
            name=item.name,
            pages=pages_of(item.pages, f"components.{place}.pages"),
        )
        for place, item in enumerate(body.components)
    ]
    kept = await split_scans.confirm_batch(
        batch_id,
        pieces,
        pages_of(body.dropped_pages, "dropped_pages"),
        accepts_faults=body.accept_faults,
        note=body.note,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return SplitOut(items=[attachment_out(one) for one in kept])


def _out(batch: ScanBatch, response: Response) -> ScanBatchOut:
    response.headers["ETag"] = f'"{batch.version}"'
    return ScanBatchOut(
        batch_id=batch.id,
        version=batch.version,
        attachment_id=batch.attachment_id,
        page_count=len(batch.pages),
        least_dpi=batch.least_dpi,
        pages=[
            ScannedPageOut(
                page=one.page,
                width_mm=one.width_mm,
                height_mm=one.height_mm,
                resolution_dpi=one.resolution_dpi,
                faults=one.faults(batch.least_dpi),
            )
            for one in batch.pages
        ],
        created_at=local(batch.created_at) or batch.created_at,
        confirmed_at=local(batch.confirmed_at),
        confirmed_by=batch.confirmed_by,
    )
