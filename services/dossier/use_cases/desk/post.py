"""Results by post: listed, handed over, reported on by the operator, delivered or back at the counter."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound, Stale
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.dossier.domain.actions import Action, may
from services.dossier.domain.desk.errors import ListSigned, NotForThePost, StatusDiffers, TrackingTaken
from services.dossier.domain.desk.post import ItemState, PostItem, PostList, PostStatus
from services.dossier.domain.errors import StillOwed
from services.dossier.domain.events import moment
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.return_dossier import return_by_post

POST_SCOPE = "post.status"


async def make_list(
    operator: str, dossier_ids: Sequence[UUID], *, by: Caller, work: Work, now: datetime
) -> tuple[PostList, list[PostItem]]:
    """List results that wait to be sent from the officer's own agency; each is under way once only."""
    if by.kind is not CallerKind.STAFF or not by.has_role("ONE_STOP_OFFICER"):
        raise Forbidden
    day = now.astimezone(VIETNAM).date()
    list_id, items = new_id(), []
    for place, dossier_id in enumerate(dossier_ids):
        try:
            item = await _item(list_id, place, operator, dossier_id, by, work)
        except (NotFound, NotForThePost) as error:
            raise NotForThePost(
                fields=[(f"dossier_ids.{place}", "Không có kết quả chờ gửi bưu chính tại đơn vị này")]
            ) from error
        items.append(item)
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


async def _item(
    list_id: UUID, place: int, operator: str, dossier_id: UUID, by: Caller, work: Work
) -> PostItem:
    dossier, grounds = await work.dossiers.load(dossier_id)
    if not may(Action.RETURN, dossier, by) or dossier.result is None:
        raise NotForThePost
    if owed := max(dossier.owed, grounds.account.outstanding):
        raise StillOwed.of(owed)
    owner = parties_of(dossier, work).get("owner", {})
    receiver = {name: owner.get(name) or "" for name in ("full_name", "address", "phone")}
    return PostItem(
        id=new_id(),
        version=1,
        list_id=list_id,
        place=place,
        operator=operator,
        agency=by.agency,
        dossier_id=dossier.id,
        dossier_code=dossier.dossier_code or dossier.reference,
        state=ItemState.LISTED,
        tracking_number="",
        receiver_sealed=work.seals.seal(receiver, purpose="post receiver"),
        contact_sealed=dossier.contact_sealed,
        owner_subject=dossier.owner_subject,
    )


async def read_list(
    list_id: UUID, *, by: Caller, work: Work, now: datetime
) -> tuple[PostList, list[PostItem]]:
    """Return a list to its agency or to a postal agent, who is shown where each item goes."""
    found, items = await work.desk.post.load(list_id)
    _require_party(found, by)
    await log_reading(work, by, "post-list", None, found.id, now, shown=_dossiers(items))
    return found, items


def _dossiers(items: Sequence[PostItem]) -> list[UUID]:
    return [item.dossier_id for item in items]


def _require_party(found: PostList, by: Caller) -> None:
    is_office = by.has_role("ONE_STOP_OFFICER", "ONE_STOP_MANAGER") and by.agency == found.agency
    if by.kind is not CallerKind.STAFF or not (is_office or by.has_role("POSTAL_AGENT")):
        raise NotFound


async def name_tracking(
    list_id: UUID, item_id: UUID, number: str, *, by: Caller, seen: int, work: Work
) -> PostItem:
    """Write down the operator's number of an item, before the operator signs."""
    found, items = await work.desk.post.load(list_id)
    _require_party(found, by)
    item = next((one for one in items if one.id == item_id), None)
    if item is None:
        raise NotFound
    if item.version != seen:
        raise Stale
    if found.handed_at is not None:
        raise ListSigned
    if await work.desk.post.hold_tracking(found.operator, number) not in {None, item.id}:
        raise TrackingTaken
    item.name_tracking(number)
    work.desk.post.save_item(item)
    return item


async def sign_list(
    list_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime
) -> tuple[PostList, list[PostItem]]:
    """Sign for the office or for the post; with both, everything is on its way and people are told."""
    found, items = await work.desk.post.load(list_id)
    _require_party(found, by)
    if found.version != seen:
        raise Stale
    await log_reading(work, by, "post-list", None, found.id, now, shown=_dossiers(items))
    if found.sign(items, by, now):
        for item in items:
            item.send(now)
            work.desk.post.save_item(item)
            _tell("handed_over", item, work, now)
    else:
        for item in items:
            # The office signs for what it holds: each result came to the counter.
            work.slips.confirm(item.dossier_id, subject=by.subject, name=by.name, at=now)
    work.desk.post.save_list(found)
    return found, items


async def receive_status(
    event_id: str,
    tracking_number: str,
    status: PostStatus,
    *,
    at: datetime,
    note: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> str:
    """Take the operator's report once, however often it comes; delivery returns the dossier's result.

    Return what it did: `applied`, `kept` (it changed nothing) or `repeated`.
    """
    if by.kind is not CallerKind.SERVICE or not by.has_role(POST_SCOPE):
        raise Forbidden
    if at > now:
        raise Invalid(fields=[("at", "Thời điểm ở tương lai")])
    item_id = await work.desk.post.hold_tracking(by.subject, tracking_number)
    if item_id is None:
        raise NotFound
    digest = hashlib.sha256(f"{tracking_number}\n{status}\n{at.timestamp()}\n{note}".encode()).digest()
    known = await work.desk.post.status_digest(by.subject, event_id)
    if known is not None:
        if known != digest:
            raise StatusDiffers
        return "repeated"
    item = await work.desk.post.item(item_id)
    is_applied = item.report(status, at)
    work.desk.post.keep_status(
        operator=by.subject, event_id=event_id, item_id=item.id, status=status, at=at, digest=digest, now=now
    )
    if is_applied:
        await _settle(item, status, at=at, by=by, work=work, now=now)
    return "applied" if is_applied else "kept"


async def _settle(
    item: PostItem, status: PostStatus, *, at: datetime, by: Caller, work: Work, now: datetime
) -> None:
    work.desk.post.save_item(item)
    if status is PostStatus.DELIVERED:
        await return_by_post(
            item.dossier_id, tracking_number=item.tracking_number, at=at, by=by, work=work, now=now
        )
    elif status is PostStatus.ATTEMPT_FAILED:
        _tell("failed", item, work, now)
    elif status is PostStatus.RETURNED:
        _tell("brought_back", item, work, now)


def _tell(what: str, item: PostItem, work: Work, now: datetime) -> None:
    data: dict[str, Any] = {
        "item_id": str(item.id),
        "dossier_id": str(item.dossier_id),
        "dossier_code": item.dossier_code,
        "agency": item.agency,
        "operator": item.operator,
        "tracking_number": item.tracking_number,
        "attempts": item.attempts,
        "at": moment(item.last_at),
        "owner_subject": item.owner_subject,
        "contact": item.contact_sealed,
        "version": item.version,
    }
    work.record(
        Event(
            type=f"post_item.{what}.v1",
            key=str(item.id),
            sequence=item.version,
            data=data,
            occurred_at=now,
        )
    )
