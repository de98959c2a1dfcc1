"""Interlinked submissions: handed in, read, decided about, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from kernel.core.caller import Caller as CallerValue
from kernel.core.caller import CallerKind
from kernel.core.errors import Forbidden
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from services.dossier.api.cursors import cursor_id
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.inline_files import kept_inline
from services.dossier.api.interlinked.answers import new_parent_out, parent_item, parent_out
from services.dossier.api.interlinked.requests import group_of
from services.dossier.api.interlinked.schemas import (
    CounterGroupIn,
    GroupSubmissionIn,
    GroupWithdrawalIn,
    InterlinkedEntry,
    InterlinkedHistory,
    InterlinkedOut,
    InterlinkedPage,
    MemberDecisionIn,
    OutsideMemberIn,
)
from services.dossier.api.moments import local
from services.dossier.api.schemas.course import CorrectionIn
from services.dossier.domain.interlinked.child import Choice, Told
from services.dossier.domain.interlinked.sight import Sight
from services.dossier.use_cases import ports
from services.dossier.use_cases.interlinked import decide, read
from services.dossier.use_cases.interlinked.correct_parent import correct_parent
from services.dossier.use_cases.interlinked.submit import submit_group
from services.dossier.use_cases.ports import Attachment

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Hồ sơ liên thông"])


@router.post("/interlinked-dossiers", status_code=201)
async def submit_interlinked(
    body: GroupSubmissionIn, response: Response, by: Caller, work: Work, now: Now
) -> InterlinkedOut:
    """Nộp một lần cho cả nhóm thủ tục liên thông."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    return await _submitted(body, response, by=by, work=work, now=now)


@router.post(
    "/counter-interlinked-dossiers",
    status_code=201,
    openapi_extra={"x-max-body-bytes": 73_400_320},
    responses=problems(429, 503),
)
async def receive_interlinked(
    body: CounterGroupIn, response: Response, by: Caller, work: Work, now: Now
) -> InterlinkedOut:
    """Tiếp nhận hồ sơ liên thông tại quầy của cơ quan đầu mối."""
    if by.kind is not CallerKind.STAFF or not by.has_role("ONE_STOP_OFFICER"):
        raise Forbidden
    scans = await kept_inline(body.files, by=by, work=work, now=now, path="files")
    return await _submitted(body, response, by=by, work=work, now=now, scans=scans)


async def _submitted(
    body: GroupSubmissionIn,
    response: Response,
    *,
    by: CallerValue,
    work: ports.Work,
    now: datetime,
    scans: Sequence[Attachment] = (),
) -> InterlinkedOut:
    parent, opened = await submit_group(group_of(body, scans), by=by, work=work, now=now, scans=scans)
    return new_parent_out(parent, opened, response, by=by, work=work, now=now)


@router.get("/interlinked-dossiers")
async def list_interlinked(
    by: Caller, work: Work, now: Now, limit: Limit = 20, cursor: Cursor = ""
) -> InterlinkedPage:
    """Hồ sơ liên thông của tôi, hoặc có phần của cơ quan tôi."""
    parts = decode_cursor(cursor, str)
    found = await read.list_parents(
        before=cursor_id(parts[0]) if parts else None, limit=limit + 1, by=by, work=work, now=now
    )
    items = [parent_item(parent, sight) for parent, sight in found[:limit]]
    more = len(found) > limit
    last = str(items[-1].interlinked_dossier_id) if items else ""
    return InterlinkedPage(items=items, next_cursor=encode_cursor(last) if more else None)


@router.get("/interlinked-dossiers/{parent_id}")
async def read_interlinked(
    parent_id: UUID, response: Response, by: Caller, work: Work, now: Now
) -> InterlinkedOut:
    """Một hồ sơ liên thông: mã tra cứu, một ngày hẹn, từng thủ tục."""
    parent, sight = await read.read_parent(parent_id, by=by, work=work, now=now)
    return parent_out(parent, sight, response, by=by, work=work, now=now)


@router.get("/interlinked-dossiers/{parent_id}/history")
async def read_interlinked_history(parent_id: UUID, by: Caller, work: Work, now: Now) -> InterlinkedHistory:
    """Diễn biến của hồ sơ liên thông."""
    rows = await read.read_parent_history(parent_id, by=by, work=work, now=now)
    return InterlinkedHistory(
        items=[
            InterlinkedEntry(
                version=row["version"],
                type=row["type"],
                at=local(row["at"]) or row["at"],
                change=row["data"]["change"],
            )
            for row in rows
        ]
    )


@router.post("/interlinked-dossiers/{parent_id}/withdrawal")
async def withdraw_interlinked(
    parent_id: UUID,
    body: GroupWithdrawalIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> InterlinkedOut:
    """Rút cả hồ sơ liên thông: phần chưa tiếp nhận thì hủy, phần đang giải quyết thì đề nghị rút."""
    parent = await decide.withdraw_parent(parent_id, reason=body.reason, by=by, seen=seen, work=work, now=now)
    sight = Sight.PARTY if by.kind is CallerKind.PERSON else Sight.LEAD
    return parent_out(parent, sight, response, by=by, work=work, now=now)


@router.post("/interlinked-dossiers/{parent_id}/owner-correction")
async def correct_interlinked(
    parent_id: UUID,
    body: CorrectionIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> InterlinkedOut:
    """Đính chính thông tin chủ hồ sơ của cả nhóm khi chưa có thủ tục nào đang giải quyết để đính chính."""
    told = body.model_dump(mode="json", exclude={"reason", "evidence"}, exclude_none=True)
    parent = await correct_parent(
        parent_id,
        corrected=told,
        reason=body.reason,
        evidence=body.evidence,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return parent_out(parent, Sight.LEAD, response, by=by, work=work, now=now)


@router.post("/interlinked-dossiers/{parent_id}/member-decision")
async def decide_member(
    parent_id: UUID,
    body: MemberDecisionIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> InterlinkedOut:
    """Quyết định về thủ tục sau một thủ tục không có kết quả, quá hạn hoặc chưa mở được."""
    parent = await decide.decide_member(
        parent_id,
        procedure=body.procedure,
        choice=Choice(body.choice),
        reason=body.reason,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return parent_out(parent, Sight.LEAD, response, by=by, work=work, now=now)


@router.post("/interlinked-dossiers/{parent_id}/outside-member")
async def tell_of_outside_member(
    parent_id: UUID,
    body: OutsideMemberIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> InterlinkedOut:
    """Ghi mã và tình trạng của thủ tục do hệ thống khác giải quyết."""
    is_over = body.state in {"GRANTED", "REFUSED", "WITHDRAWN"}
    told = Told(
        state=body.state,
        accepted_at=body.at if body.state == "ACCEPTED" else None,
        due_at=body.due_at,
        original_due_at=body.due_at,
        ended_at=body.at if is_over else None,
        outcome=body.state if is_over else "",
        dossier_code=body.outside_code,
    )
    parent = await decide.note_outside(
        parent_id,
        procedure=body.procedure,
        source=body.source,
        outside_code=body.outside_code,
        told=told,
        reason=body.reason,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return parent_out(parent, Sight.LEAD, response, by=by, work=work, now=now)
