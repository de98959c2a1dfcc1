"""Messages of the portal that are not done: what they wait for, what people correct, trying them again."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.gateway.api.portal.sync import MEND, PROBLEMS, READ, Work, local, place_of
from services.gateway.use_cases.portal.inbound.desk import (
    correct_message,
    read_message,
    replay_message,
    settle_message,
)
from services.gateway.use_cases.portal.inbound.intake import TakeFromPortal

router = APIRouter(
    prefix="/api/v1/portal-sync/inbound", route_class=EdgeRoute, responses=PROBLEMS, tags=["portal-sync"]
)


class InboundLine(BaseModel):
    """A message of the portal that is not done."""

    id: UUID
    path: str
    received_at: datetime
    state: str
    attempts: int
    next_attempt_at: datetime | None
    portal_code: str
    other_codes: list[str]
    """Further dossiers of ours that a notice for several names."""
    dossier_id: str
    answer_code: int | None
    answer: str
    reason: str
    bytes: int


class InboundField(BaseModel):
    """A field people may correct, by the portal's name; `corrected` is null when nobody did."""

    name: str
    value: str
    corrected: str | None


class InboundAct(BaseModel):
    """Who did what to a message."""

    at: datetime
    subject: str
    action: Literal["READ", "CORRECTED", "REPLAYED", "SETTLED"]
    fields: dict[str, str]
    reason: str


class InboundMessage(BaseModel):
    """A message as people look into it; contents of files are left out."""

    id: UUID
    path: str
    received_at: datetime
    fields: list[InboundField]
    acts: list[InboundAct]


class Correction(BaseModel):
    """New values by the portal's names of the fields, and why."""

    model_config = ConfigDict(extra="forbid")

    fields: Annotated[
        dict[
            Annotated[str, StringConstraints(max_length=100)],
            Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=500)],
        ],
        Field(min_length=1, max_length=50),
    ]
    reason: Annotated[
        str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=500)
    ]


class Settlement(BaseModel):
    """Why nothing of a message is to be handed in any more: what was done about it."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[
        str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=500)
    ]


class Settled(BaseModel):
    """A message people are done with."""

    id: UUID
    state: Literal["SETTLED"] = "SETTLED"


class Resumed(BaseModel):
    """A message that is dealt with again."""

    id: UUID
    state: Literal["RECEIVED"] = "RECEIVED"


def _intake(work: Work) -> TakeFromPortal:
    intake: TakeFromPortal = work.resources.portal.intake
    return intake


@router.get("", dependencies=READ)
async def list_portal_inbound(
    work: Work,
    state: Literal["RECEIVED", "PARKED", "REFUSED"] | None = None,
    code: Annotated[str, Query(max_length=60)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[InboundLine]:
    """Bản tin từ Cổng chưa xử lý xong và lý do; `code`: mã hồ sơ mà bản tin nói đến."""
    after = place_of(decode_cursor(cursor, str), UUID)
    rows = await work.portal_screens.inbound(state=state, code=code, after=after, limit=limit + 1)
    following = encode_cursor(str(rows[limit - 1]["id"])) if len(rows) > limit else None
    items = [InboundLine.model_validate(local(row)) for row in rows[:limit]]
    return Page[InboundLine](items=items, next_cursor=following)


@router.get("/{id}", dependencies=MEND)
async def show_portal_inbound(
    id: UUID,  # noqa: A002 - the address's own word.
    by: Caller,
    work: Work,
    now: Now,
    response: Response,
) -> InboundMessage:
    """Các trường được sửa của một bản tin và những ai đã xem, đã sửa; việc xem được ghi lại."""
    intake = _intake(work)
    found = await read_message(
        id, by=by, desk=work.portal_inbox, said_by=intake.said_by, unread_in=intake.unread_in, now=now
    )
    response.headers["ETag"] = f'"{found.pop("version")}"'
    return InboundMessage.model_validate(local({**found, "acts": [local(act) for act in found["acts"]]}))


@router.post("/{id}/correction", dependencies=MEND, responses=problems(428))
async def correct_portal_inbound(
    id: UUID,  # noqa: A002 - the address's own word.
    body: Correction,
    by: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
) -> Resumed:
    """Sửa trường sai của một bản tin và xử lý lại; nội dung gốc Cổng gửi được giữ nguyên."""
    await correct_message(
        id,
        body.fields,
        seen=seen,
        reason=body.reason,
        by=by,
        desk=work.portal_inbox,
        said_by=_intake(work).said_by,
        now=now,
    )
    return Resumed(id=id)


@router.post("/{id}/replay", dependencies=MEND)
async def replay_portal_inbound(id: UUID, by: Caller, work: Work, now: Now) -> Resumed:  # noqa: A002 - the address's own word.
    """Xử lý lại một bản tin của Cổng."""
    await replay_message(id, by=by, desk=work.portal_inbox, now=now)
    return Resumed(id=id)


@router.post("/{id}/settlement", dependencies=MEND, responses=problems(428))
async def settle_portal_inbound(
    id: UUID,  # noqa: A002 - the address's own word.
    body: Settlement,
    by: Caller,
    work: Work,
    now: Now,
    seen: IfMatch,
) -> Settled:
    """Kết thúc một bản tin đang chờ người xử lý, không đưa gì thêm vào hồ sơ; ghi lại ai và vì sao."""
    await settle_message(id, seen=seen, reason=body.reason, by=by, desk=work.portal_inbox, now=now)
    return Settled(id=id)
