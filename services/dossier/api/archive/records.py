"""Records of ended dossiers: how long each is kept, and what holds it."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, StringConstraints

from kernel.core.errors import Invalid
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.schemas.requests import Strict
from services.dossier.domain.archive.holds import Hold, HoldKind
from services.dossier.domain.archive.retention import Record, RecordState
from services.dossier.use_cases.archive import hold_records

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Lưu trữ"])
Words = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=1000)]


class HoldIn(Strict):
    """What a record is held for."""

    kind: HoldKind
    reason: Words
    legal_basis: Words


class HoldReleaseIn(Strict):
    """Why a hold ends."""

    reason: Words


class HoldOut(BaseModel):
    """A hold; it stands until it is released."""

    hold_id: UUID
    version: int
    kind: HoldKind
    reason: str
    legal_basis: str
    placed_by: str
    placed_at: datetime
    released_at: datetime | None
    release_reason: str


class RecordOut(BaseModel):
    """How long the record of a dossier is kept; `kept_through` null: for ever."""

    dossier_id: UUID
    code: str
    procedure_code: str
    procedure_name: str
    agency: str
    ending: str
    ended_on: date
    retention: str
    source: str
    is_checked: bool
    counted_from: date
    kept_through: date | None
    submit_by: date
    state: RecordState
    archive_code: str
    holds: int


class RecordWithHoldsOut(RecordOut):
    """A record with its holds."""

    all_holds: list[HoldOut]


@router.get("/archive/records")
async def list_records(
    by: Caller,
    work: Work,
    now: Now,
    state: RecordState = RecordState.KEPT,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Page[RecordOut]:
    """Hồ sơ đã kết thúc của cơ quan mình, kết thúc lâu nhất trước; không có tên người."""
    parts = decode_cursor(cursor, str, str)
    found = await hold_records.list_records(
        state=state, after=_after(parts) if parts else None, limit=limit + 1, by=by, work=work, now=now
    )
    last = found[limit - 1] if len(found) > limit else None
    following = encode_cursor(last.ended_on.isoformat(), str(last.dossier_id)) if last else None
    return Page[RecordOut](items=[record_out(one) for one in found[:limit]], next_cursor=following)


@router.get("/archive/records/{dossier_id}")
async def show_record(dossier_id: UUID, by: Caller, work: Work, now: Now) -> RecordWithHoldsOut:
    """Thời hạn bảo quản của một hồ sơ và các lệnh giữ."""
    record, holds = await hold_records.read_record(dossier_id, by=by, work=work, now=now)
    return RecordWithHoldsOut(**record_out(record).model_dump(), all_holds=[_hold_out(one) for one in holds])


@router.post("/archive/records/{dossier_id}/holds", status_code=201)
async def place_hold(
    dossier_id: UUID, body: HoldIn, response: Response, by: Caller, work: Work, now: Now
) -> HoldOut:
    """Giữ hồ sơ vì khiếu nại, thanh tra, kiện: không được hủy khi lệnh còn hiệu lực."""
    hold = await hold_records.place_hold(
        dossier_id,
        kind=body.kind,
        reason=body.reason,
        legal_basis=body.legal_basis,
        by=by,
        work=work,
        now=now,
    )
    response.headers["ETag"] = f'"{hold.version}"'
    return _hold_out(hold)


@router.post("/archive/holds/{hold_id}/release")
async def release_hold(
    hold_id: UUID, body: HoldReleaseIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> HoldOut:
    """Gỡ lệnh giữ, nêu lý do."""
    hold = await hold_records.release_hold(hold_id, reason=body.reason, by=by, seen=seen, work=work, now=now)
    response.headers["ETag"] = f'"{hold.version}"'
    return _hold_out(hold)


def record_out(record: Record) -> RecordOut:
    """Return what callers see of a record."""
    return RecordOut.model_validate(record, from_attributes=True)


def _hold_out(hold: Hold) -> HoldOut:
    return HoldOut(
        hold_id=hold.id,
        version=hold.version,
        kind=hold.kind,
        reason=hold.reason,
        legal_basis=hold.legal_basis,
        placed_by=hold.placed_by_name,
        placed_at=local(hold.placed_at) or hold.placed_at,
        released_at=local(hold.released_at),
        release_reason=hold.release_reason,
    )


def _after(parts: list[Any]) -> tuple[date, UUID]:
    try:
        return date.fromisoformat(parts[0]), UUID(parts[1])
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error
