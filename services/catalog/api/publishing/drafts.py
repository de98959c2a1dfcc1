"""Drafts of procedures."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.publishing.ids import uuid_of
from services.catalog.api.publishing.models.basics import Reason
from services.catalog.api.publishing.models.drafts import (
    DraftChange,
    DraftSummary,
    ProcedureDraftAnswer,
    ProcedureDraftBody,
)
from services.catalog.domain.publishing.drafts import Draft, ProcedureDraftState, require_reader
from services.catalog.use_cases.publishing import drafting

router = APIRouter(prefix="/v1/procedure-drafts", route_class=EdgeRoute, tags=["procedure-drafts"])

_WRITE = problems(400, 401, 403, 404, 409, 412, 422, 428)


def _tagged(draft: Draft, response: Response) -> None:
    response.headers["ETag"] = f'"{draft.version}"'


@router.get("", responses=problems(401, 403, 422))
async def list_procedure_drafts(
    caller: Caller,
    work: Work,
    state: Annotated[ProcedureDraftState | None, Query()] = None,
    code: Annotated[str, Query(max_length=60)] = "",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Page[DraftSummary]:
    """Danh sách dự thảo thủ tục, mới nhất trước."""
    require_reader(caller)
    found = await work.publishing.draft_page(
        state=state.value if state else "",
        code=code,
        after=uuid_of(decode_cursor(cursor, str)),
        limit=limit + 1,
    )
    following = encode_cursor(str(found[limit - 1]["id"])) if len(found) > limit else None
    return Page(items=[DraftSummary(**row) for row in found[:limit]], next_cursor=following)


@router.post("", status_code=201, responses=problems(400, 401, 403, 404, 409, 422))
async def create_procedure_draft(
    body: ProcedureDraftBody, caller: Caller, work: Work, now: Now, response: Response
) -> ProcedureDraftAnswer:
    """Mở dự thảo từ một phiên bản hoặc từ đầu."""
    verdict = await drafting.open_draft(
        body.code,
        agency=body.agency,
        part=body.part,
        from_version=body.from_version,
        data=body.data,
        by=caller,
        work=work,
        now=now,
    )
    _tagged(verdict.draft, response)
    response.headers["Location"] = f"/v1/procedure-drafts/{verdict.draft.id}"
    return ProcedureDraftAnswer.judged(verdict)


@router.get("/{draft_id}", responses=problems(401, 403, 404, 422))
async def get_procedure_draft(
    draft_id: UUID, caller: Caller, work: Work, response: Response
) -> ProcedureDraftAnswer:
    """Đọc một dự thảo kèm lỗi theo từng trường và khác biệt so với phiên bản gốc."""
    verdict = await drafting.read_draft(draft_id, by=caller, work=work)
    _tagged(verdict.draft, response)
    return ProcedureDraftAnswer.judged(verdict)


@router.put("/{draft_id}", responses=_WRITE)
async def update_procedure_draft(
    draft_id: UUID,
    body: DraftChange,
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
    response: Response,
) -> ProcedureDraftAnswer:
    """Ghi nội dung dự thảo; nội dung chưa đủ vẫn ghi được và được báo lỗi từng trường."""
    verdict = await drafting.change_draft(
        draft_id, body.data, body.base, seen=seen, by=caller, work=work, now=now
    )
    _tagged(verdict.draft, response)
    return ProcedureDraftAnswer.judged(verdict)


@router.post("/{draft_id}/review", responses=_WRITE)
async def review_procedure_draft(
    draft_id: UUID, caller: Caller, work: Work, now: Now, seen: IfMatch, response: Response
) -> ProcedureDraftAnswer:
    """Trình dự thảo để thẩm định."""
    verdict = await drafting.hand_over_draft(draft_id, seen=seen, by=caller, work=work, now=now)
    _tagged(verdict.draft, response)
    return ProcedureDraftAnswer.judged(verdict)


async def _settle(
    draft_id: UUID,
    step: str,
    reason: str,
    seen: int,
    caller: Caller,
    work: Work,
    now: Now,
    response: Response,
) -> DraftSummary:
    draft = await drafting.settle_draft(draft_id, step, reason, seen=seen, by=caller, work=work, now=now)
    _tagged(draft, response)
    return DraftSummary.of(draft)


@router.post("/{draft_id}/return", responses=_WRITE)
async def return_procedure_draft(
    draft_id: UUID, body: Reason, caller: Caller, work: Work, now: Now, seen: IfMatch, response: Response
) -> DraftSummary:
    """Trả dự thảo cho người soạn, kèm lý do."""
    return await _settle(draft_id, "return", body.reason, seen, caller, work, now, response)


@router.post("/{draft_id}/approval", responses=_WRITE)
async def approve_procedure_draft(
    draft_id: UUID, caller: Caller, work: Work, now: Now, seen: IfMatch, response: Response
) -> DraftSummary:
    """Phê duyệt dự thảo do người khác soạn."""
    return await _settle(draft_id, "approve", "", seen, caller, work, now, response)


@router.post("/{draft_id}/withdrawal", responses=_WRITE)
async def withdraw_procedure_draft(
    draft_id: UUID, body: Reason, caller: Caller, work: Work, now: Now, seen: IfMatch, response: Response
) -> DraftSummary:
    """Rút dự thảo."""
    return await _settle(draft_id, "withdraw", body.reason, seen, caller, work, now, response)
