"""What was sent, one's own inbox, one's preferences."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kernel.core.errors import Invalid, Stale
from kernel.web.deps import Caller, IfMatch, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.notify.api.deps import Work
from services.notify.api.schemas import (
    InboxItemShown,
    MessageShown,
    MessagesShown,
    Preferences,
    PreferencesShown,
    Reading,
)
from services.notify.domain.notices import Category
from services.notify.use_cases.choose_preferences import choose_preferences, show_preferences
from services.notify.use_cases.ports import Place
from services.notify.use_cases.read_inbox import mark_read, messages_about, read_inbox

router = APIRouter(route_class=EdgeRoute, prefix="/v1", tags=["messages"])


@router.get("/messages", responses=problems(401, 403, 422))
async def list_messages(
    dossier_id: Annotated[UUID, Query(description="Hồ sơ")], work: Work, caller: Caller
) -> MessagesShown:
    """Say whether and how the applicant was told; staff of the dossier's agencies only."""
    found = await messages_about(dossier_id, by=caller, work=work)
    return MessagesShown(items=[MessageShown.of(message) for message in found])


@router.get("/inbox", responses=problems(401, 422))
async def list_inbox(
    work: Work,
    caller: Caller,
    limit: Limit = 20,
    cursor: Cursor = "",
    unread: Annotated[bool, Query(description="Chỉ tin chưa đọc")] = False,
) -> Page[InboxItemShown]:
    """Return the caller's in-app messages, newest first; an officer's hold those of the own desk."""
    items = await read_inbox(caller, unread_only=unread, before=_before(cursor), limit=limit + 1, work=work)
    shown = items[:limit]
    following = encode_cursor(str(shown[-1].event_id), str(shown[-1].id)) if len(items) > limit else None
    return Page(items=[InboxItemShown.of(item) for item in shown], next_cursor=following)


@router.post("/inbox/{id}/reading", responses=problems(400, 401, 404, 422))
async def read_message(id: UUID, work: Work, caller: Caller, now: Now) -> Reading:  # noqa: A002 - the path's name.
    """Mark a message of the caller's inbox as read; marking again changes nothing."""
    await mark_read(id, by=caller, work=work, now=now)
    return Reading(message_id=id, read_at=now)


@router.get("/preferences", responses=problems(401))
async def get_preferences(work: Work, caller: Caller, response: Response) -> PreferencesShown:
    """Return what the caller does not want to be sent, with any of their linked accounts."""
    refused = await show_preferences(caller, work=work)
    response.headers["ETag"] = f'"{_tag(refused.categories)}"'
    return PreferencesShown.model_validate({"refused": refused.categories, "differing": refused.differing})


@router.put("/preferences", responses=problems(400, 401, 412, 422, 428))
async def put_preferences(
    body: Preferences, work: Work, caller: Caller, now: Now, seen: IfMatch, response: Response
) -> Preferences:
    """Refuse optional notices, for every linked account; what the law asks for is always sent."""
    if _tag((await show_preferences(caller, work=work)).categories) != seen:
        raise Stale
    response.headers["ETag"] = f'"{_tag(body.refused)}"'
    choose_preferences(caller, [Category(one) for one in body.refused], work=work, now=now)
    return body


def _tag(refused: Iterable[str]) -> int:
    """Return the tag of a choice: a bit for each category refused, so that equal choices have one tag."""
    return sum(1 << list(Category).index(Category(one)) for one in set(refused))


def _before(cursor: str) -> Place | None:
    parts = decode_cursor(cursor, str, str)
    if parts is None:
        return None
    try:
        return Place(UUID(parts[0]), UUID(parts[1]))
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error
