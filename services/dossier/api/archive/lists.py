"""Lists of records to destroy: prepared, reviewed, approved, carried out."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints, model_validator

from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, encode_cursor
from services.dossier.api.archive.records import Words
from services.dossier.api.cursors import NEWEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.moments import Day, local
from services.dossier.api.schemas.requests import Strict
from services.dossier.domain.archive.destruction import (
    MOST_LINES,
    Decision,
    DestructionList,
    Line,
    ListState,
    Outcome,
    Review,
    Verdict,
)
from services.dossier.use_cases.archive import destroy_records

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Lưu trữ"])
_Line = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200)]


class DestructionListIn(Strict):
    """At most so many records, the longest over first."""

    most: Annotated[int, Field(strict=True, ge=1, le=MOST_LINES)] = MOST_LINES


class LineReviewIn(Strict):
    """Whether a record goes; keeping it needs the reason."""

    dossier_id: UUID
    verdict: Literal[Verdict.DESTROY, Verdict.KEEP]
    reason: Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=1000)] = ""

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.verdict is Verdict.KEEP and not self.reason:
            raise ValueError("Giữ lại phải nêu lý do")
        return self


class LineReviewsIn(Strict):
    """What a reviewer says of lines."""

    lines: Annotated[list[LineReviewIn], Field(min_length=1, max_length=MOST_LINES)]


class DestructionDecisionIn(Strict):
    """The decision a list is approved by; the document is an uploaded file of the caller."""

    decision_number: _Line
    decided_on: Day
    council: Annotated[list[_Line], Field(min_length=1, max_length=20)]
    document_id: UUID


class DestructionRejectionIn(Strict):
    """Why a list is given up."""

    reason: Words


class DestructionListOut(BaseModel):
    """A list; `protocol` is what was written when it had been carried out."""

    list_id: UUID
    version: int
    number: str
    agency: str
    state: ListState
    prepared_by: str
    prepared_at: datetime
    approved_by: str
    approved_at: datetime | None
    decision_number: str
    decided_on: date | None
    council: list[str]
    document_id: UUID | None
    reason: str
    protocol: dict[str, Any] | None
    done_at: datetime | None


class DestructionLineOut(BaseModel):
    """One record on a list."""

    dossier_id: UUID
    code: str
    procedure_code: str
    procedure_name: str
    ended_on: date
    retention: str
    kept_through: date
    verdict: Verdict
    reviewed_by: str
    reason: str
    outcome: Outcome
    done_at: datetime | None
    history_head: str | None


class DestructionListDetailOut(DestructionListOut):
    """A list with its lines."""

    lines: list[DestructionLineOut]


@router.post("/archive/destruction-lists", status_code=201)
async def prepare_destruction_list(
    body: DestructionListIn, response: Response, by: Caller, work: Work, now: Now
) -> DestructionListOut:
    """Lập danh mục hồ sơ hết thời hạn bảo quản đề nghị hủy."""
    found = await destroy_records.prepare_list(most=body.most, by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/archive/destruction-lists/{found.id}"
    return _out(found, response)


@router.get("/archive/destruction-lists")
async def list_destruction_lists(
    by: Caller, work: Work, now: Now, limit: Limit = 20, cursor: Cursor = ""
) -> Page[DestructionListOut]:
    """Các danh mục hủy của cơ quan mình, mới nhất trước."""
    before = cursor_place(cursor, NEWEST)
    found = await destroy_records.list_lists(before=before, limit=limit + 1, by=by, work=work, now=now)
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page[DestructionListOut](items=[_out(one) for one in found[:limit]], next_cursor=following)


@router.get("/archive/destruction-lists/{list_id}")
async def show_destruction_list(
    list_id: UUID, response: Response, by: Caller, work: Work, now: Now
) -> DestructionListDetailOut:
    """Một danh mục với từng dòng và kết quả."""
    found, lines = await destroy_records.read_list(list_id, by=by, work=work, now=now)
    told = _out(found, response).model_dump()
    return DestructionListDetailOut(**told, lines=[_line_out(one) for one in lines])


@router.post("/archive/destruction-lists/{list_id}/reviews")
async def review_destruction_list(
    list_id: UUID, body: LineReviewsIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> DestructionListOut:
    """Thẩm tra từng dòng: hủy hoặc giữ lại, có lý do; người lập không tự thẩm tra."""
    said = [Review(one.dossier_id, Verdict(one.verdict), one.reason) for one in body.lines]
    found = await destroy_records.review_lines(list_id, said, by=by, seen=seen, work=work, now=now)
    return _out(found, response)


@router.post("/archive/destruction-lists/{list_id}/approval")
async def approve_destruction_list(
    list_id: UUID,
    body: DestructionDecisionIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> DestructionListOut:
    """Duyệt danh mục bằng quyết định có văn bản; người lập, người thẩm tra không được duyệt."""
    decision = Decision(
        number=body.decision_number,
        decided_on=body.decided_on,
        council=tuple(body.council),
        document_id=body.document_id,
    )
    found = await destroy_records.approve_list(list_id, decision, by=by, seen=seen, work=work, now=now)
    return _out(found, response)


@router.post("/archive/destruction-lists/{list_id}/rejection")
async def reject_destruction_list(
    list_id: UUID,
    body: DestructionRejectionIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> DestructionListOut:
    """Không duyệt danh mục, nêu lý do; không hồ sơ nào bị hủy."""
    found = await destroy_records.reject_list(
        list_id, reason=body.reason, by=by, seen=seen, work=work, now=now
    )
    return _out(found, response)


def _out(found: DestructionList, response: Response | None = None) -> DestructionListOut:
    if response is not None:
        response.headers["ETag"] = f'"{found.version}"'
    return DestructionListOut(
        list_id=found.id,
        version=found.version,
        number=found.written_number,
        agency=found.agency,
        state=found.state,
        prepared_by=found.prepared_by_name,
        prepared_at=local(found.prepared_at) or found.prepared_at,
        approved_by=found.approved_by_name,
        approved_at=local(found.approved_at),
        decision_number=found.decision_number,
        decided_on=found.decided_on,
        council=list(found.council),
        document_id=found.document_id,
        reason=found.reason,
        protocol=found.protocol,
        done_at=local(found.done_at),
    )


def _line_out(line: Line) -> DestructionLineOut:
    return DestructionLineOut(
        dossier_id=line.dossier_id,
        code=line.code,
        procedure_code=line.procedure_code,
        procedure_name=line.procedure_name,
        ended_on=line.ended_on,
        retention=line.retention,
        kept_through=line.kept_through,
        verdict=line.verdict,
        reviewed_by=line.reviewed_by_name,
        reason=line.reason,
        outcome=line.outcome,
        done_at=local(line.done_at),
        history_head=line.history_head.hex() if line.history_head else None,
    )
