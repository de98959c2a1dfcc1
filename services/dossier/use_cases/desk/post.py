"""Results by post: listed, numbered, handed over under two signatures."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, NotFound, Stale
from kernel.core.ids import new_id
from services.dossier.domain.desk.errors import NotForThePost, PostOperatorUnknown, TrackingTaken
from services.dossier.domain.desk.post import PostItem, PostList, listed
from services.dossier.use_cases.desk.post_items import Wish, item_of, read_again, require_fitting
from services.dossier.use_cases.desk.post_reports import tell_of_item
from services.dossier.use_cases.keeping import books_of, standing
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading


async def make_list(
    operator: str,
    dossier_ids: Sequence[UUID],
    *,
    wishes: Mapping[UUID, Wish],
    by: Caller,
    work: Work,
    now: datetime,
) -> tuple[PostList, list[PostItem]]:
    """List results that wait to be sent from the officer's own agency; each is under way once only.

    The operator is one whose agents the staff directory has for the agency.
    """
    if by.kind is not CallerKind.STAFF or not by.has_role("ONE_STOP_OFFICER"):
        raise Forbidden
    known = await work.desk.post.operators(by.agency)
    if operator not in known:
        raise PostOperatorUnknown(
            fields=[("operator", "Không có trong danh bạ cán bộ")], extra={"operators": list(known)}
        )
    day = now.astimezone(VIETNAM).date()
    list_id = new_id()
    items = [
        await item_of(
            dossier_id,
            wish=wishes.get(dossier_id),
            list_id=list_id,
            place=place,
            operator=operator,
            by=by,
            work=work,
        )
        for place, dossier_id in enumerate(dossier_ids)
    ]
    if await work.desk.post.are_listed(dossier_ids):
        raise NotForThePost("Có hồ sơ đang nằm trong danh sách bàn giao khác.")
    number = await work.desk.post.next_number(by.agency, day)
    made = PostList(
        id=list_id,
        version=1,
        number=f"{by.agency}/BC-{day:%y%m%d}-{number:02d}",
        agency=by.agency,
        operator=operator,
        day=day,
        made_by=by.subject,
        made_by_name=by.name,
        made_at=now,
    )
    work.desk.post.add(made, items)
    # The answer shows the maker where each item goes.
    await log_reading(work, by, "post-list", None, made.id, now, shown=dossier_ids)
    return made, items


async def read_list(
    list_id: UUID, *, by: Caller, work: Work, now: datetime
) -> tuple[PostList, list[PostItem]]:
    """Return a list to its agency or to an agent of its operator, who is shown where each item goes."""
    found, items = await work.desk.post.load(list_id)
    by = await _as_party(found, by, work, now)
    await log_reading(work, by, "post-list", None, found.id, now, shown=_dossiers(items))
    return found, items


def _dossiers(items: Sequence[PostItem]) -> list[UUID]:
    return [item.dossier_id for item in listed(items)]


async def lists_for(by: Caller, before: UUID, limit: int, *, work: Work, now: datetime) -> Sequence[PostList]:
    """Return the lists of the caller's agencies (`books_of`), to a postal agent those of its operator."""
    is_agent = by.has_role("POSTAL_AGENT") and not by.has_role("ONE_STOP_OFFICER", "ONE_STOP_MANAGER")
    if is_agent:
        return await work.desk.post.lists_of_post(by.unit, by.agency, before, limit)
    return await work.desk.post.lists(await books_of(by, work, now), before, limit)


async def _as_party(found: PostList, by: Caller, work: Work, now: datetime) -> Caller:
    """Return the caller as one of the list's office or of its operator's agents; raise `NotFound` for others.

    The office is the agency's one-stop unit, or that of who goes on for the agency.
    """
    here = await standing(by, found.agency, work, now) if not found.is_of_post(by) else by
    is_open_to_post = found.withdrawn_at is None and found.is_of_post(here)
    if not found.is_of_office(here) and not is_open_to_post:
        raise NotFound
    return here


async def name_tracking(
    list_id: UUID, item_id: UUID, number: str, *, by: Caller, seen: int, work: Work, now: datetime
) -> PostItem:
    """Write down the operator's number of an item, before the operator signs."""
    found, items = await work.desk.post.load(list_id)
    by = await _as_party(found, by, work, now)
    item = next((one for one in items if one.id == item_id), None)
    if item is None:
        raise NotFound
    if item.version != seen:
        raise Stale
    found.require_open()
    if await work.desk.post.hold_tracking(found.operator, number) not in {None, item.id}:
        raise TrackingTaken
    item.name_tracking(number)
    work.desk.post.save_item(item)
    return item


async def sign_list(
    list_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime
) -> tuple[PostList, list[PostItem]]:
    """Sign for the office or for the post; with both, everything is on its way and people are told.

    Every dossier is read again. A result that left or was recalled while the list was being made falls off it
    as the office signs; what waits no more when the post signs, or owes money, is named and refused.
    """
    found, items = await work.desk.post.load(list_id)
    by = await _as_party(found, by, work, now)
    if found.version != seen:
        raise Stale
    await log_reading(work, by, "post-list", None, found.id, now, shown=_dossiers(items))
    gone, owing = await read_again(listed(items), work)
    is_handed = found.sign(items, by, now, gone=gone)
    require_fitting(listed(gone), owing)
    for item in gone:
        work.desk.post.save_item(item)
    if is_handed:
        for item in listed(items):
            item.send(now)
            work.desk.post.save_item(item)
            tell_of_item("handed_over", item, work, now)
    else:
        for item in listed(items):
            # The office signs for what it holds: each result came to the counter.
            work.slips.confirm(item.dossier_id, subject=by.subject, name=by.name, at=now)
    work.desk.post.save_list(found)
    return found, items
