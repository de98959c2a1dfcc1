"""Results by post: hand-over lists, tracking numbers, the operator's reports."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from kernel.core import caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, encode_cursor
from services.dossier.api.cursors import NEWEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.desk.schemas import Nothing, Subject
from services.dossier.api.moments import Moment, local
from services.dossier.api.schemas.requests import Strict
from services.dossier.api.texts import Address, Note, Reason
from services.dossier.domain.desk.post import ItemState, PostItem, PostList, PostStatus
from services.dossier.use_cases import ports
from services.dossier.use_cases.desk import post, post_reports, post_taking_back
from services.dossier.use_cases.desk.post_items import RECEIVER, Wish
from services.dossier.use_cases.secrets import opened_or_nothing

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Bưu chính"])
Tracking = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z0-9]{5,30}$")]


class WishIn(Strict):
    """What the applicant said since the submission: who asked for the post and when, and where to."""

    dossier_id: UUID
    reason: Reason
    address: Address = ""


class PostListIn(Strict):
    """Which results go; the operator is the unit of its postal agents and its machine client at the door.

    `wishes` are for what was asked for another way, or goes to another address than the owner's.
    """

    operator: Subject
    dossier_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    wishes: Annotated[list[WishIn], Field(default_factory=list, max_length=50)]


class ReasonIn(Strict):
    """Why something is taken back."""

    reason: Reason


class TrackingIn(Strict):
    """The operator's number of an item."""

    tracking_number: Tracking


class StatusIn(Strict):
    """A report of the operator; `event_id` is its own and the same when it sends it again."""

    event_id: Annotated[
        str, StringConstraints(strict=True, min_length=1, max_length=100, pattern=r"^[!-~]+$")
    ]
    tracking_number: Tracking
    status: Literal["ACCEPTED", "IN_TRANSIT", "ATTEMPT_FAILED", "DELIVERED", "RETURNED"]
    at: Moment
    note: Note = ""


class StatusOut(BaseModel):
    """What the report did."""

    outcome: Literal["applied", "kept", "repeated"]


class ReceiverOut(BaseModel):
    """Where an item goes; `wish` is why by post though asked for another way, for the office alone."""

    full_name: str = ""
    address: str = ""
    phone: str = ""
    wish: str = ""


class PostItemOut(BaseModel):
    """An item; the receiver is shown to those who hand it over."""

    item_id: UUID
    version: int
    dossier_id: UUID
    dossier_code: str
    state: str
    tracking_number: str
    attempts: int
    last_at: datetime | None
    result_version: int
    ended_reason: str
    ended_by: str
    receiver: ReceiverOut | None


class SignatureOut(BaseModel):
    """Who signed what for which side."""

    side: str
    name: str
    at: datetime
    digest: str


class PostListOut(BaseModel):
    """A hand-over list."""

    list_id: UUID
    version: int
    number: str
    agency: str
    operator: str
    state: str
    made_by_name: str
    made_at: datetime
    handed_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: str
    signatures: list[SignatureOut]
    items: list[PostItemOut]


@router.post("/post-lists", status_code=201)
async def make_list(body: PostListIn, response: Response, by: Caller, work: Work, now: Now) -> PostListOut:
    """Lập danh sách bàn giao kết quả cho bưu chính."""
    if len(set(body.dossier_ids)) < len(body.dossier_ids):
        raise Invalid(fields=[("dossier_ids", "Một hồ sơ ghi hai lần")])
    wishes = {one.dossier_id: Wish(one.reason, one.address) for one in body.wishes}
    if len(wishes) < len(body.wishes) or wishes.keys() - set(body.dossier_ids):
        raise Invalid(fields=[("wishes", "Hồ sơ ghi hai lần hoặc không có trong danh sách")])
    made, items = await post.make_list(
        body.operator, body.dossier_ids, wishes=wishes, by=by, work=work, now=now
    )
    response.headers["Location"] = f"/v1/post-lists/{made.id}"
    return _list_out(made, items, work, response, by)


@router.get("/post-lists")
async def list_lists(
    by: Caller, work: Work, now: Now, limit: Limit = 20, cursor: Cursor = ""
) -> Page[PostListOut]:
    """Danh sách bàn giao của đơn vị; nhân viên bưu chính thấy danh sách giao cho đơn vị bưu chính mình."""
    before = cursor_place(cursor, NEWEST)
    found = await post.lists_for(by, before, limit + 1, work=work, now=now)
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    items = [_list_out(item, [], None, None, by) for item in found[:limit]]
    return Page[PostListOut](items=items, next_cursor=following)


@router.get("/post-lists/{list_id}")
async def show_list(list_id: UUID, response: Response, by: Caller, work: Work, now: Now) -> PostListOut:
    """Một danh sách bàn giao, có nơi nhận của từng bưu gửi."""
    found, items = await post.read_list(list_id, by=by, work=work, now=now)
    return _list_out(found, items, work, response, by)


@router.post("/post-lists/{list_id}/items/{item_id}/tracking")
async def name_tracking(
    list_id: UUID,
    item_id: UUID,
    body: TrackingIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> PostItemOut:
    """Ghi số hiệu bưu gửi."""
    item = await post.name_tracking(
        list_id, item_id, body.tracking_number, by=by, seen=seen, work=work, now=now
    )
    response.headers["ETag"] = f'"{item.version}"'
    return _item_out(item, None)


@router.post("/post-lists/{list_id}/items/{item_id}/removal")
async def remove_post_item(
    list_id: UUID,
    item_id: UUID,
    body: ReasonIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> PostItemOut:
    """Đưa một kết quả ra khỏi danh sách bưu chính chưa ký nhận; bộ phận một cửa ký lại phần còn lại."""
    item = await post_taking_back.remove_item(
        list_id, item_id, reason=body.reason, by=by, seen=seen, work=work, now=now
    )
    response.headers["ETag"] = f'"{item.version}"'
    return _item_out(item, None, is_office=True)


@router.post("/post-lists/{list_id}/withdrawal")
async def withdraw_post_list(
    list_id: UUID, body: ReasonIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> PostListOut:
    """Rút danh sách bưu chính chưa ký nhận; các kết quả được lập danh sách khác hoặc trả tại quầy."""
    found, items = await post_taking_back.withdraw_list(
        list_id, reason=body.reason, by=by, seen=seen, work=work, now=now
    )
    return _list_out(found, items, None, response, by)


@router.post("/post-lists/{list_id}/signature")
async def sign_list(
    list_id: UUID, body: Nothing, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> PostListOut:
    """Ký bàn giao: cán bộ một cửa ký trước, nhân viên bưu chính ký nhận sau."""
    del body
    found, items = await post.sign_list(list_id, by=by, seen=seen, work=work, now=now)
    return _list_out(found, items, work, response, by)


@router.post("/post-statuses")
async def receive_status(body: StatusIn, by: Caller, work: Work, now: Now) -> StatusOut:
    """Bưu chính báo trạng thái bưu gửi; gửi lại không làm gì thêm."""
    outcome = await post_reports.receive_status(
        body.event_id,
        body.tracking_number,
        PostStatus(body.status),
        at=body.at,
        note=body.note,
        by=by,
        work=work,
        now=now,
    )
    return StatusOut.model_validate({"outcome": outcome})


def _list_out(
    found: PostList,
    items: list[PostItem],
    work: ports.Work | None,
    response: Response | None,
    by: caller.Caller,
) -> PostListOut:
    if response is not None:
        response.headers["ETag"] = f'"{found.version}"'
    same = ("version", "number", "agency", "operator", "state", "made_by_name", "withdrawn_by")
    return PostListOut(
        list_id=found.id,
        **{name: getattr(found, name) for name in same},
        made_at=found.made_at.astimezone(VIETNAM),
        handed_at=local(found.handed_at),
        withdrawn_at=local(found.withdrawn_at),
        signatures=[SignatureOut.model_validate(one) for one in found.signatures],
        items=[_item_out(item, work, is_office=not found.is_of_post(by)) for item in items],
    )


def _item_out(item: PostItem, work: ports.Work | None, *, is_office: bool = False) -> PostItemOut:
    """Return an item; where it goes is shown while it goes there, why by post only to the office."""
    is_shown = work is not None and item.state is not ItemState.REMOVED
    sealed = item.receiver_sealed
    receiver: Any = opened_or_nothing(work.seals, sealed, purpose=RECEIVER) if work and is_shown else None
    if receiver and not is_office:
        receiver = {**receiver, "wish": ""}
    reason = item.ended_reason if is_office else ""
    same = ("version", "dossier_id", "dossier_code", "tracking_number", "attempts", "result_version")
    return PostItemOut(
        item_id=item.id,
        **{name: getattr(item, name) for name in same},
        state=item.state.value,
        last_at=local(item.last_at),
        ended_reason=reason,
        ended_by=item.ended_by if is_office else "",
        receiver=ReceiverOut.model_validate(receiver) if receiver else None,
    )
