"""Replies that came over the axis: which ended an outside step, and which wait for people."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from kernel.core.clock import VIETNAM
from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.gateway.api.documents import ANSWER, READ, Work
from services.gateway.api.portal.sync import PROBLEMS, local, place_of
from services.gateway.use_cases.documents.answering import settle_reply

router = APIRouter(
    prefix="/api/v1/document-replies", route_class=EdgeRoute, responses=PROBLEMS, tags=["Văn bản liên thông"]
)


class ReplyLine(BaseModel):
    """A reply: `why` says what kept it from ending a step, `asked` which of our documents it names."""

    id: UUID
    document: UUID
    organ: str
    organ_name: str
    number: str
    promulgated_on: date
    asked: UUID | None
    dossier_id: UUID | None
    dossier_code: str
    state: Literal["WAITING", "TOLD", "LISTED", "SETTLED"]
    why: Literal[
        "",
        "unknown-reference",
        "wrong-sender",
        "second-reply",
        "step-moved",
        "step-over",
        "late",
        "refused",
        "reply-superseded",
        "reply-revoked",
        "question-not-sent",
        "question-refused",
    ]
    outcome: str
    attempts: int
    next_attempt_at: datetime | None
    created_at: datetime
    settled_at: datetime | None
    settled_by: str
    version: int


class ReplyNote(BaseModel):
    """What was done with it."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[
        str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=1_000)
    ]


class ReplySettled(BaseModel):
    """What is off the list."""

    id: UUID
    state: Literal["SETTLED"] = "SETTLED"


@router.get("", dependencies=READ)
async def list_document_replies(
    work: Work,
    by: Caller,
    now: Now,
    state: Literal["WAITING", "TOLD", "LISTED", "SETTLED"] | None = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[ReplyLine]:
    """Văn bản trả lời đến cơ quan mình; LISTED là việc chờ người xử lý."""
    before = place_of(decode_cursor(cursor, str), UUID)
    rows: list[dict[str, Any]] = await work.document_replies.lines(
        agency=by.agency,
        today=now.astimezone(VIETNAM).date(),
        state=state,
        before=before,
        limit=limit + 1,
    )
    following = encode_cursor(str(rows[limit - 1]["id"])) if len(rows) > limit else None
    return Page[ReplyLine](
        items=[ReplyLine.model_validate(local(row)) for row in rows[:limit]], next_cursor=following
    )


@router.post("/{id}/settlement", dependencies=ANSWER, responses=problems(409, 428))
async def settle_document_reply(
    id: UUID,  # noqa: A002 - the address's own word.
    body: ReplyNote,
    by: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
    response: Response,
) -> ReplySettled:
    """Đưa một văn bản trả lời ra khỏi danh sách việc, ghi rõ đã xử lý thế nào."""
    await settle_reply(id, body.note, seen=seen, by=by, work=work, now=now)
    response.headers["ETag"] = f'"{seen + 1}"'
    return ReplySettled(id=id)
