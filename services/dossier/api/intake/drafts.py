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
from services.dossier.api.schemas.answers import Receipt
from services.dossier.api.schemas.intake import DraftChangeIn, DraftIn, DraftList, DraftOut
from services.dossier.api.schemas.requests import SubmissionIn
from services.dossier.api.submissions import submission_of
from services.dossier.domain.intake.drafts import SubmissionDraft
from services.dossier.use_cases.intake import drafts

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Bản nháp"])
_MOST_BYTES = 65_536


def _checked(content: dict[str, object]) -> dict[str, object]:
    """Return the content if a submission could have these members and it is no larger than one."""
    unknown = sorted(content.keys() - SubmissionIn.model_fields.keys())
    if unknown or "procedure_code" in content:
        raise Invalid(fields=[(f"content.{unknown[0] if unknown else 'procedure_code'}", "Không có mục này")])
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
    """Lưu bản nháp hồ sơ."""
    draft = await drafts.begin_draft(body.procedure_code, _checked(body.content), by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/drafts/{draft.id}"
    return _out(draft, response)


@router.get("/drafts")
async def read_drafts(by: Caller, work: Work) -> DraftList:
    """Các bản nháp đang giữ của người đăng nhập."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    return DraftList(items=[_out(item) for item in await work.ways_in.drafts.of(by.subject)])


@router.get("/drafts/{draft_id}")
async def read_draft(draft_id: UUID, response: Response, by: Caller, work: Work) -> DraftOut:
    """Một bản nháp của chính mình."""
    if by.kind is not CallerKind.PERSON:
        raise Forbidden
    return _out(await work.ways_in.drafts.find(draft_id, by.subject), response)


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
    content = _checked(body.content)
    draft = await drafts.change_draft(draft_id, content, by=by, seen=seen, work=work, now=now)
    return _out(draft, response)


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
    content = {**draft.content, "procedure_code": draft.procedure_code}
    body = fitting(SubmissionIn, content if draft.content else {"procedure_code": draft.procedure_code})
    dossier = await drafts.submit_draft(draft, submission_of(body), by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/dossiers/{dossier.id}"
    return receipt_of(dossier, response)
