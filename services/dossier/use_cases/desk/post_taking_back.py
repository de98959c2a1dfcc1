"""Results taken off a list before the post signs: by the office, or because they go another way."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import NotFound, Stale
from services.dossier.domain.desk.errors import WithThePost
from services.dossier.domain.desk.post import ItemState, PostItem, PostList, listed
from services.dossier.use_cases.keeping import standing
from services.dossier.use_cases.ports import Work


async def remove_item(
    list_id: UUID, item_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> PostItem:
    """Take one result off a list the post has not signed; the last one takes the list with it."""
    found, items = await _of_office(list_id, by, work, now)
    item = next((one for one in items if one.id == item_id), None)
    if item is None:
        raise NotFound
    if item.version != seen:
        raise Stale
    _take_off(found, items, [item], reason, by=by, work=work, now=now)
    return item


async def withdraw_list(
    list_id: UUID, *, reason: str, by: Caller, seen: int, work: Work, now: datetime
) -> tuple[PostList, list[PostItem]]:
    """Give a whole list up before the post signs; its results are free for another list or the counter."""
    found, items = await _of_office(list_id, by, work, now)
    if found.version != seen:
        raise Stale
    _take_off(found, items, listed(items), reason, by=by, work=work, now=now)
    return found, items


async def keep_in_house(dossier_id: UUID, *, reason: str, by: Caller, work: Work, now: datetime) -> None:
    """Take a result off the list it still waits on; raise `WithThePost` once the post has signed for it."""
    item = await work.desk.post.open_item(dossier_id)
    if item is None:
        return
    if item.is_under_way:
        raise WithThePost(extra={"operator": item.operator, "tracking_number": item.tracking_number})
    found, items = await work.desk.post.load(item.list_id)
    taken = [one for one in items if one.id == item.id and one.state is ItemState.LISTED]
    if not taken:
        raise Stale
    _take_off(found, items, taken, reason, by=by, work=work, now=now)


async def _of_office(list_id: UUID, by: Caller, work: Work, now: datetime) -> tuple[PostList, list[PostItem]]:
    found, items = await work.desk.post.load(list_id)
    if not found.is_of_office(await standing(by, found.agency, work, now)):
        raise NotFound
    return found, items


def _take_off(
    found: PostList,
    items: Sequence[PostItem],
    taken: Sequence[PostItem],
    reason: str,
    *,
    by: Caller,
    work: Work,
    now: datetime,
) -> None:
    found.take_off(taken, reason, by=by.name, at=now)
    if not listed(items):
        found.withdraw(by=by.name, at=now)
    for item in taken:
        work.desk.post.save_item(item)
    work.desk.post.save_list(found)
