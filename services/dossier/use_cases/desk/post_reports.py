"""What the post says of its items: taken over, failed, brought back, delivered; people are told."""

import hashlib
from datetime import datetime
from typing import Any

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, NotFound
from kernel.core.event import Event
from services.dossier.domain.desk.errors import StatusDiffers
from services.dossier.domain.desk.post import PostItem, PostStatus
from services.dossier.domain.events import moment
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.return_dossier import return_by_post

POST_SCOPE = "post.status"


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
    """Take the operator's report once, however often it comes; delivery returns the letter's result.

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
        await return_by_post(item, at=at, by=by, work=work, now=now)
    elif status in _TOLD:
        dossier, _ = await work.dossiers.load(item.dossier_id)
        tell_of_item(_TOLD[status], item, work, now, counter=dossier.now_at(item.agency))


_TOLD = {PostStatus.ATTEMPT_FAILED: "failed", PostStatus.RETURNED: "brought_back"}


def tell_of_item(what: str, item: PostItem, work: Work, now: datetime, *, counter: str = "") -> None:
    """Say what became of an item, to the counter that has it now; whom it reaches is sealed."""
    data: dict[str, Any] = {
        "item_id": str(item.id),
        "dossier_id": str(item.dossier_id),
        "dossier_code": item.dossier_code,
        "agency": counter or item.agency,
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
