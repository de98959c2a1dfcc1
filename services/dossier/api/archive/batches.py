"""Batches for the archive: prepared, handed over with a protocol, acknowledged."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, encode_cursor
from services.dossier.api.archive.records import Words
from services.dossier.api.cursors import NEWEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.moments import Day, local
from services.dossier.api.schemas.requests import Strict
from services.dossier.domain.archive.packages import (
    MOST_IN_BATCH,
    Batch,
    BatchState,
    Judgement,
    Package,
    PackageState,
)
from services.dossier.use_cases.archive import submit_packages

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Lưu trữ"])
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {}}, "description": "Gói hồ sơ nộp lưu (BagIt)"}
}


class ArchiveBatchIn(Strict):
    """Which dossiers: those returned by a day, the longest ago first, at most so many."""

    until: Day
    most: Annotated[int, Field(strict=True, ge=1, le=MOST_IN_BATCH)] = MOST_IN_BATCH


class PackageRemovalIn(Strict):
    """Why a package is taken out."""

    reason: Words


class PackageOut(BaseModel):
    """One dossier's package."""

    package_id: UUID
    dossier_id: UUID
    code: str
    state: PackageState
    file: str
    sha256: str | None
    size: int | None
    files: int | None
    reason: str
    archive_code: str
    answered_at: datetime | None


class AnswerOut(BaseModel):
    """What the archive said of a package, and what was made of it."""

    acknowledgement_id: str
    received_by: str
    received_at: datetime
    package_id: UUID
    judgement: Judgement
    reason: str


class ArchiveBatchOut(BaseModel):
    """A batch; `protocol` is what was signed when it was handed over."""

    batch_id: UUID
    version: int
    agency: str
    state: BatchState
    prepared_by: str
    prepared_at: datetime
    number: int | None
    year: int | None
    handed_by: str
    handed_at: datetime | None
    protocol: dict[str, Any] | None
    attempts: int
    last_failure: str
    closed_at: datetime | None


class ArchiveBatchDetailOut(ArchiveBatchOut):
    """A batch with its packages and all that was answered."""

    packages: list[PackageOut]
    answers: list[AnswerOut]


@router.post("/archive/batches", status_code=201)
async def prepare_batch(
    body: ArchiveBatchIn, response: Response, by: Caller, work: Work, now: Now
) -> ArchiveBatchOut:
    """Lập một đợt nộp lưu từ hồ sơ đã trả kết quả của cơ quan mình."""
    batch = await submit_packages.prepare_batch(until=body.until, most=body.most, by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/archive/batches/{batch.id}"
    return _out(batch, response)


@router.get("/archive/batches")
async def list_batches(
    by: Caller, work: Work, now: Now, limit: Limit = 20, cursor: Cursor = ""
) -> Page[ArchiveBatchOut]:
    """Các đợt nộp lưu của cơ quan mình, mới nhất trước."""
    before = cursor_place(cursor, NEWEST)
    found = await submit_packages.list_batches(before=before, limit=limit + 1, by=by, work=work, now=now)
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page[ArchiveBatchOut](items=[_out(one) for one in found[:limit]], next_cursor=following)


@router.get("/archive/batches/{batch_id}")
async def show_batch(
    batch_id: UUID, response: Response, by: Caller, work: Work, now: Now
) -> ArchiveBatchDetailOut:
    """Một đợt nộp lưu với từng gói và trả lời của lưu trữ."""
    batch, packages = await submit_packages.read_batch(batch_id, by=by, work=work, now=now)
    answers = [
        AnswerOut(**{**one, "acknowledgement_id": one["id"]})
        for one in await work.archive.messages.of(batch_id)
    ]
    told = _out(batch, response).model_dump()
    return ArchiveBatchDetailOut(**told, packages=[_package_out(one) for one in packages], answers=answers)


@router.post("/archive/batches/{batch_id}/packages/{package_id}/removal")
async def take_package_out(
    batch_id: UUID,
    package_id: UUID,
    body: PackageRemovalIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> ArchiveBatchOut:
    """Loại một hồ sơ khỏi đợt trước khi giao; If-Match là phiên bản của đợt."""
    batch = await submit_packages.take_out(
        batch_id, package_id, reason=body.reason, by=by, seen=seen, work=work, now=now
    )
    return _out(batch, response)


@router.post("/archive/batches/{batch_id}/cancellation")
async def cancel_batch(
    batch_id: UUID, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> ArchiveBatchOut:
    """Hủy cả đợt trước khi giao."""
    return _out(await submit_packages.cancel_batch(batch_id, by=by, seen=seen, work=work, now=now), response)


@router.post("/archive/batches/{batch_id}/handover")
async def hand_over_batch(
    batch_id: UUID, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> ArchiveBatchOut:
    """Ký biên bản giao nhận; sau đó hệ thống chuyển gói cho lưu trữ."""
    return _out(await submit_packages.hand_over(batch_id, by=by, seen=seen, work=work, now=now), response)


@router.post("/archive/batches/{batch_id}/resending")
async def send_batch_again(
    batch_id: UUID, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> ArchiveBatchOut:
    """Chuyển lại đợt đã giao khi chưa nhận được trả lời."""
    return _out(await submit_packages.send_again(batch_id, by=by, seen=seen, work=work, now=now), response)


@router.get("/archive/packages/{package_id}/content", response_class=StreamingResponse, responses=_FILE)
async def download_package(
    package_id: UUID,
    by: Caller,
    work: Work,
    now: Now,
    purpose: Annotated[str, Query(min_length=1, max_length=500)],
) -> StreamingResponse:
    """Tải gói hồ sơ; gói chứa toàn bộ dữ liệu cá nhân nên phải nêu mục đích và được ghi nhật ký."""
    package = await submit_packages.open_package(package_id, purpose=purpose, by=by, work=work, now=now)
    headers = {
        "Content-Disposition": f'attachment; filename="{package.name}"',
        "Content-Length": str(package.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    content = work.files.chunks(package.sha256 or b"")
    return StreamingResponse(content, media_type="application/zip", headers=headers)


def _out(batch: Batch, response: Response | None = None) -> ArchiveBatchOut:
    if response is not None:
        response.headers["ETag"] = f'"{batch.version}"'
    return ArchiveBatchOut(
        batch_id=batch.id,
        version=batch.version,
        agency=batch.agency,
        state=batch.state,
        prepared_by=batch.prepared_by_name,
        prepared_at=local(batch.prepared_at) or batch.prepared_at,
        number=batch.number,
        year=batch.year,
        handed_by=batch.handed_by_name,
        handed_at=local(batch.handed_at),
        protocol=batch.protocol,
        attempts=batch.attempts,
        last_failure=batch.last_failure,
        closed_at=local(batch.closed_at),
    )


def _package_out(package: Package) -> PackageOut:
    return PackageOut(
        package_id=package.id,
        dossier_id=package.dossier_id,
        code=package.code,
        state=package.state,
        file=package.name,
        sha256=package.sha256.hex() if package.sha256 else None,
        size=package.size,
        files=package.files,
        reason=package.reason,
        archive_code=package.archive_code,
        answered_at=local(package.answered_at),
    )
