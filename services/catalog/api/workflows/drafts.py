"""Drafts of processes and of interlinked groups: the same road for both."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.workflows.models import (
    ApprovalBody,
    Differences,
    ReturnBody,
    WorkflowDifferenceAnswer,
    WorkflowDraftAnswer,
    WorkflowDraftBody,
    WorkflowFaultAnswer,
    WorkflowVerdictAnswer,
)
from services.catalog.domain.items import ItemKind
from services.catalog.domain.workflows.differences import differences
from services.catalog.domain.workflows.drafts import Approval, Draft, WorkflowDraftState, require_reader
from services.catalog.use_cases.workflows import drafting

_WRITE = problems(400, 401, 403, 404, 409, 412, 422, 428)
_READ = problems(401, 403, 404, 422)


def answer(draft: Draft, response: Response) -> WorkflowDraftAnswer:
    """Return a draft with its entity tag."""
    response.headers["ETag"] = f'"{draft.version}"'
    return WorkflowDraftAnswer.of(draft)


def draft_router(kind: ItemKind, noun: str, tag: str) -> APIRouter:
    """Return the routes of one kind's drafts."""
    router = APIRouter(prefix=f"/v1/{noun.replace('_', '-')}-drafts", route_class=EdgeRoute, tags=[tag])
    _reads(router, kind, noun)
    _writes(router, kind, noun)
    _decisions(router, kind, noun)
    return router


def _reads(router: APIRouter, kind: ItemKind, noun: str) -> None:
    @router.get(
        "",
        name=f"list_{noun}_drafts",
        response_model=Page[WorkflowDraftAnswer],
        responses=problems(401, 403, 422),
    )
    async def list_drafts(
        caller: Caller,
        work: Work,
        state: Annotated[WorkflowDraftState | None, Query()] = None,
        limit: Limit = 20,
        cursor: Cursor = "",
    ) -> dict[str, Any]:
        """Danh sách dự thảo, mới nhất trước."""
        require_reader(caller)
        last = decode_cursor(cursor, str)
        found = await work.workflows.drafts(kind, state, _uuid(last[0]) if last else None, limit + 1)
        following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
        return {"items": [WorkflowDraftAnswer.of(draft) for draft in found[:limit]], "next_cursor": following}

    @router.get("/{draft_id}", name=f"get_{noun}_draft", responses=_READ)
    async def get_draft(
        draft_id: UUID, caller: Caller, work: Work, response: Response
    ) -> WorkflowDraftAnswer:
        """Đọc một dự thảo."""
        draft, _ = await drafting.find_draft(kind, draft_id, by=caller, work=work)
        return answer(draft, response)

    @router.get("/{draft_id}/check", name=f"check_{noun}_draft", responses=_READ)
    async def check_draft(draft_id: UUID, caller: Caller, work: Work, now: Now) -> WorkflowVerdictAnswer:
        """Mọi lý do khiến dự thảo chưa thể được phê duyệt hôm nay."""
        verdict = await drafting.check_draft(kind, draft_id, by=caller, work=work, now=now)
        return WorkflowVerdictAnswer(
            is_sound=not verdict.faults and not verdict.is_base_moved,
            is_base_moved=verdict.is_base_moved,
            faults=[WorkflowFaultAnswer.of(fault) for fault in verdict.faults],
            notes=verdict.notes,
        )

    @router.get("/{draft_id}/differences", name=f"compare_{noun}_draft", responses=_READ)
    async def compare_draft(draft_id: UUID, caller: Caller, work: Work) -> Differences:
        """Dự thảo khác bản đang áp dụng ở đâu."""
        draft, stands = await drafting.find_draft(kind, draft_id, by=caller, work=work)
        found = differences(stands.data or {}, draft.data)
        return Differences(items=[WorkflowDifferenceAnswer.of(one) for one in found])


def _writes(router: APIRouter, kind: ItemKind, noun: str) -> None:
    @router.post(
        "",
        name=f"open_{noun}_draft",
        status_code=201,
        responses=problems(400, 401, 403, 409, 412, 422),
    )
    async def open_draft(
        body: WorkflowDraftBody, caller: Caller, work: Work, now: Now, response: Response
    ) -> WorkflowDraftAnswer:
        """Mở một dự thảo, mới hoặc trên bản đang áp dụng."""
        [draft] = await drafting.open_drafts(
            kind, [body.content], body.base_version, by=caller, work=work, now=now
        )
        return answer(draft, response)

    @router.put("/{draft_id}", name=f"change_{noun}_draft", responses=_WRITE)
    async def change_draft(
        draft_id: UUID,
        body: WorkflowDraftBody,
        caller: Caller,
        seen: IfMatch,
        work: Work,
        now: Now,
        response: Response,
    ) -> WorkflowDraftAnswer:
        """Viết nội dung khác; nêu base_version là bản đang áp dụng để chuyển dự thảo sang bản đó."""
        draft = await drafting.change_draft(
            kind, draft_id, body.content, body.base_version, seen=seen, by=caller, work=work, now=now
        )
        return answer(draft, response)


def _decisions(router: APIRouter, kind: ItemKind, noun: str) -> None:
    @router.post("/{draft_id}/submission", name=f"submit_{noun}_draft", responses=_WRITE)
    async def submit_draft(
        draft_id: UUID, caller: Caller, seen: IfMatch, work: Work, now: Now, response: Response
    ) -> WorkflowDraftAnswer:
        """Trình dự thảo; dự thảo chưa hợp lệ bị từ chối với từng lý do."""
        draft = await drafting.submit_draft(kind, draft_id, seen=seen, by=caller, work=work, now=now)
        return answer(draft, response)

    @router.post("/{draft_id}/return", name=f"return_{noun}_draft", responses=_WRITE)
    async def return_draft(
        draft_id: UUID,
        body: ReturnBody,
        caller: Caller,
        seen: IfMatch,
        work: Work,
        now: Now,
        response: Response,
    ) -> WorkflowDraftAnswer:
        """Trả lại người soạn kèm lý do."""
        draft = await drafting.give_back_draft(
            kind, draft_id, body.reason, seen=seen, by=caller, work=work, now=now
        )
        return answer(draft, response)

    @router.post("/{draft_id}/approval", name=f"approve_{noun}_draft", responses=_WRITE)
    async def approve_draft(
        draft_id: UUID,
        body: ApprovalBody,
        caller: Caller,
        seen: IfMatch,
        work: Work,
        now: Now,
        response: Response,
    ) -> WorkflowDraftAnswer:
        """Phê duyệt bằng quyết định; người soạn không tự phê duyệt. Hồ sơ đang chạy giữ bản cũ."""
        approval = Approval(
            number=body.number, signed_on=body.signed_on, signer=body.signer, effective_on=body.effective_on
        )
        draft = await drafting.approve_draft(
            kind, draft_id, approval, seen=seen, by=caller, work=work, now=now
        )
        return answer(draft, response)

    @router.post("/{draft_id}/discarding", name=f"discard_{noun}_draft", responses=_WRITE)
    async def discard_draft(
        draft_id: UUID, caller: Caller, seen: IfMatch, work: Work, now: Now, response: Response
    ) -> WorkflowDraftAnswer:
        """Bỏ dự thảo; bản đã phê duyệt chỉ bỏ được trước ngày hiệu lực."""
        draft = await drafting.discard_draft(kind, draft_id, seen=seen, by=caller, work=work, now=now)
        return answer(draft, response)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
