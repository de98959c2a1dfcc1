"""A person's drafts."""

from uuid import UUID

import orjson
from fastapi import APIRouter, Response

from kernel.core.caller import CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from kernel.web.edge import EdgeRoute
from services.dossier.api.answers import receipt_of
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.intake.faults import fitting
from services.dossier.api.interlinked.answers import new_parent_out
from services.dossier.api.interlinked.requests import group_of
from services.dossier.api.interlinked.schemas import GroupSubmissionIn, InterlinkedOut
from services.dossier.api.schemas.answers import Receipt
from services.dossier.api.schemas.intake import DraftChangeIn, DraftIn, DraftList, DraftOut
from services.dossier.api.schemas.requests import SubmissionIn
from services.dossier.api.submissions import submission_of
from services.dossier.domain.intake.drafts import SubmissionDraft
from services.dossier.use_cases.intake import drafts

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Bản nháp"])
_MOST_BYTES = 65_536


def _checked(content: dict[str, object], *, is_group: bool) -> dict[str, object]:
    """Return the content if a submission could have these members and it is no larger than one."""
    model, named = (GroupSubmissionIn, "group_code") if is_group else (SubmissionIn, "procedure_code")
    unknown = sorted(content.keys() - (model.model_fields.keys() - {named}))
    if unknown:
        raise Invalid(fields=[(f"content.{unknown[0]}", "Không có mục này")])
    if len(orjson.dumps(content)) > _MOST_BYTES:
        raise Invalid(fields=[("content", "Bản nháp quá dài")])
    return content


def _out(draft: SubmissionDraft, response: Response | None = None) -> DraftOut:
    if response is not None:
        response.headers["ETag"] = f'"{draft.version}"'
    return DraftOut(
        draft_id=draft.id,
        version=draft.version,
        procedure_code=draft.procedure_code,
        group_code=draft.group_code or None,
        content=dict(draft.content),
        state=draft.state.value,
        created_at=draft.created_at.astimezone(VIETNAM),
        changed_at=draft.changed_at.astimezone(VIETNAM),
        expires_at=draft.expires_at.astimezone(VIETNAM),
        expires_soon=draft.noticed_at is not None,
        dossier_id=draft.dossier_id,
    )


@router.post("/drafts", status_code=201)
async def begin_draft(body: DraftIn, response: Response, by: Caller, work: Work, now: Now) -> DraftOut:
    """Lưu bản nháp hồ sơ, của một thủ tục hoặc của cả nhóm liên thông."""
    group = body.group_code or ""
    content = _checked(body.content, is_group=bool(group))
    draft = await drafts.begin_draft(
        body.procedure_code or "", content, group_code=group, by=by, work=work, now=now
    )
    response.headers["Location"] = f"/v1/drafts/{draft.id}"
    return _out(draft, response)


@router.get("/drafts")
async def read_drafts(by: Caller, work: Work) -> DraftList:
    """Các bản nháp đang giữ của người đăng nhập."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    return DraftList(items=[_out(item) for item in await work.ways_in.drafts.of(by.subjects)])


@router.get("/drafts/{draft_id}")
async def read_draft(draft_id: UUID, response: Response, by: Caller, work: Work) -> DraftOut:
    """Một bản nháp của chính mình."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    return _out(await work.ways_in.drafts.find(draft_id, by.subjects), response)


@router.put("/drafts/{draft_id}")
async def change_draft(
    draft_id: UUID,
    body: DraftChangeIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> DraftOut:
    """Lưu lại bản nháp; thời hạn giữ tính lại từ đầu."""
    draft = await drafts.seen_draft(draft_id, by=by, seen=seen, work=work, now=now)
    content = _checked(body.content, is_group=bool(draft.group_code))
    return _out(drafts.change_draft(draft, content, work=work, now=now), response)


@router.delete("/drafts/{draft_id}")
async def discard_draft(
    draft_id: UUID, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> DraftOut:
    """Xóa bản nháp; nội dung đã khai bị xóa ngay."""
    return _out(await drafts.discard_draft(draft_id, by=by, seen=seen, work=work, now=now), response)


@router.post("/drafts/{draft_id}/submission", status_code=201)
async def submit_draft(
    draft_id: UUID, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Receipt:
    """Nộp bản nháp, đúng một lần; tệp đã tải lên được gắn vào hồ sơ."""
    draft = await drafts.seen_draft(draft_id, by=by, seen=seen, work=work, now=now)
    draft.require_of(is_group=False)
    content = {**draft.content, "procedure_code": draft.procedure_code}
    body = fitting(SubmissionIn, content if draft.content else {"procedure_code": draft.procedure_code})
    dossier = await drafts.submit_draft(draft, submission_of(body), by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/dossiers/{dossier.id}"
    return receipt_of(dossier, response)


@router.post("/drafts/{draft_id}/interlinked-submission", status_code=201)
async def submit_group_draft(
    draft_id: UUID, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> InterlinkedOut:
    """Nộp bản nháp của cả nhóm liên thông, đúng một lần."""
    draft = await drafts.seen_draft(draft_id, by=by, seen=seen, work=work, now=now)
    draft.require_of(is_group=True)
    body = fitting(GroupSubmissionIn, {**draft.content, "group_code": draft.group_code})
    parent, opened = await drafts.submit_group_draft(draft, group_of(body), by=by, work=work, now=now)
    return new_parent_out(parent, opened, response, by=by, work=work, now=now)
