"""Publication decisions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.catalog.api.deps import Work
from services.catalog.api.publishing.ids import uuid_of
from services.catalog.api.publishing.models.decisions import (
    DecisionAnswer,
    DecisionSummary,
    PublicationDecisionBody,
)
from services.catalog.api.publishing.models.previews import PreviewAnswer, PublicationAnswer, PublishedVersion
from services.catalog.domain.publishing.decisions import PublicationDecisionState
from services.catalog.use_cases.publishing import deciding
from services.catalog.use_cases.publishing.deciding import Standing

router = APIRouter(prefix="/v1/publication-decisions", route_class=EdgeRoute, tags=["publication-decisions"])

_WRITE = problems(400, 401, 403, 404, 409, 412, 422, 428)


def _tagged(standing: Standing, response: Response) -> DecisionAnswer:
    response.headers["ETag"] = f'"{standing.decision.version}"'
    return DecisionAnswer.whole(standing)


@router.get("", responses=problems(401, 403, 422))
async def list_publication_decisions(
    caller: Caller,
    work: Work,
    now: Now,
    state: Annotated[PublicationDecisionState | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Page[DecisionSummary]:
    """Danh sách quyết định công bố kèm cảnh báo thời hạn, mới nhất trước."""
    found = await deciding.list_decisions(
        state=state.value if state else "",
        after=uuid_of(decode_cursor(cursor, str)),
        limit=limit + 1,
        by=caller,
        work=work,
        now=now,
    )
    following = encode_cursor(str(found[limit - 1].decision.id)) if len(found) > limit else None
    return Page(items=[DecisionSummary.of(one) for one in found[:limit]], next_cursor=following)


@router.post("", status_code=201, responses=problems(400, 401, 403, 409, 412, 422))
async def create_publication_decision(
    body: PublicationDecisionBody, caller: Caller, work: Work, now: Now, response: Response
) -> DecisionAnswer:
    """Lập quyết định công bố; tính thời hạn công bố theo ngày và theo ngày làm việc."""
    standing = await deciding.open_decision(body.decision(), by=caller, work=work, now=now)
    response.headers["Location"] = f"/v1/publication-decisions/{standing.decision.id}"
    return _tagged(standing, response)


@router.get("/{decision_id}", responses=problems(401, 403, 404, 422))
async def get_publication_decision(
    decision_id: UUID, caller: Caller, work: Work, now: Now, response: Response
) -> DecisionAnswer:
    """Đọc một quyết định công bố."""
    return _tagged(await deciding.read_decision(decision_id, by=caller, work=work, now=now), response)


@router.put("/{decision_id}", responses=_WRITE)
async def update_publication_decision(
    decision_id: UUID,
    body: PublicationDecisionBody,
    caller: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
    response: Response,
) -> DecisionAnswer:
    """Ghi lại quyết định chưa công bố: ngày, danh sách thủ tục."""
    standing = await deciding.change_decision(
        decision_id, body.decision(), seen=seen, by=caller, work=work, now=now
    )
    return _tagged(standing, response)


@router.get("/{decision_id}/preview", responses=problems(401, 403, 404, 409, 422))
async def preview_publication_decision(
    decision_id: UUID, caller: Caller, work: Work, now: Now
) -> PreviewAnswer:
    """Xem trước: khác biệt từng trường, ngày nào có gì thay đổi, ảnh hưởng đến hồ sơ."""
    return PreviewAnswer.of(await deciding.preview_decision(decision_id, by=caller, work=work, now=now))


@router.post("/{decision_id}/publication", responses=_WRITE)
async def publish_publication_decision(
    decision_id: UUID, caller: Caller, work: Work, now: Now, seen: IfMatch, response: Response
) -> PublicationAnswer:
    """Công bố toàn bộ quyết định trong một lần, hoặc không gì cả."""
    decision, made = await deciding.publish_decision(decision_id, seen=seen, by=caller, work=work, now=now)
    response.headers["ETag"] = f'"{decision.version}"'
    whole = DecisionAnswer.whole(Standing(decision, "NONE"))
    return PublicationAnswer(
        **whole.model_dump(),
        versions=[
            PublishedVersion(
                code=version.code,
                version=version.version,
                agency=version.agency,
                valid_from=version.period.valid_from,
                valid_to=version.period.valid_to,
                visibility=version.visibility,
            )
            for version in made.versions
        ],
    )


@router.post("/{decision_id}/withdrawal", responses=_WRITE)
async def withdraw_publication_decision(
    decision_id: UUID, caller: Caller, work: Work, now: Now, seen: IfMatch, response: Response
) -> DecisionAnswer:
    """Hủy quyết định chưa công bố; các dự thảo được dùng cho quyết định khác."""
    decision = await deciding.withdraw_decision(decision_id, seen=seen, by=caller, work=work, now=now)
    return _tagged(Standing(decision, "NONE"), response)
