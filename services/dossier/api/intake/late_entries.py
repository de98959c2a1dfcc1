"""Entered afterwards: what was taken on paper while the network was down."""

from uuid import UUID

from fastapi import APIRouter, Response

from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from kernel.web.edge import EdgeRoute
from kernel.web.paging import MAX_LIMIT, Cursor, Limit, encode_cursor
from services.dossier.api.answers import receipt_of
from services.dossier.api.cursors import OLDEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.intake.faults import fitting
from services.dossier.api.schemas.answers import Receipt
from services.dossier.api.schemas.intake import LateDecisionIn, LateEntryIn, LateEntryList, LateEntryOut
from services.dossier.api.schemas.requests import CounterIn
from services.dossier.api.submissions import submission_of
from services.dossier.domain.intake.late_entries import LateEntry
from services.dossier.use_cases.intake import late_entries
from services.dossier.use_cases.secrets import look_up_secret

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Nhập bù"])


def _out(entry: LateEntry, response: Response | None = None) -> LateEntryOut:
    if response is not None:
        response.headers["ETag"] = f'"{entry.version}"'
    return LateEntryOut(
        entry_id=entry.id,
        version=entry.version,
        state=entry.state.value,
        received_at=entry.received_at.astimezone(VIETNAM),
        entered_at=entry.entered_at.astimezone(VIETNAM),
        entered_by=entry.entered_by_name,
        reason=entry.reason,
        note=entry.note,
        dossier_id=entry.dossier_id,
    )


@router.post("/late-entries", status_code=201)
async def enter_late(body: LateEntryIn, response: Response, by: Caller, work: Work, now: Now) -> LateEntryOut:
    """Nhập bù hồ sơ đã tiếp nhận trên giấy khi mất mạng; chờ người khác duyệt."""
    if body.dossier.files:
        raise Invalid(fields=[("dossier.files", "Hãy tải tệp lên trước rồi nêu mã tệp")])
    submission_of(body.dossier)
    entry = await late_entries.enter_late(
        body.dossier.model_dump(mode="json", exclude={"files"}),
        received_at=body.received_at,
        reason=body.reason,
        by=by,
        work=work,
        now=now,
    )
    response.headers["Location"] = f"/v1/late-entries/{entry.id}"
    return _out(entry, response)


@router.get("/late-entries")
async def read_late_entries(
    by: Caller, work: Work, now: Now, limit: Limit = MAX_LIMIT, cursor: Cursor = ""
) -> LateEntryList:
    """Hồ sơ nhập bù đang chờ duyệt của cơ quan; một trang có thể ngắn hơn khi còn trang sau."""
    after = cursor_place(cursor, OLDEST)
    found, following = await late_entries.list_late_entries(
        after=after, limit=limit, by=by, work=work, now=now
    )
    more = encode_cursor(str(following)) if following else None
    return LateEntryList(items=[_out(item) for item in found], next_cursor=more)


@router.post("/late-entries/{entry_id}/approval", status_code=201)
async def approve_late_entry(
    entry_id: UUID, body: LateDecisionIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> Receipt:
    """Duyệt nhập bù: mã hồ sơ và thời hạn tính từ ngày đã tiếp nhận trên giấy."""
    entry, opened = await late_entries.seen_entry(entry_id, by=by, seen=seen, work=work, now=now)
    submission = submission_of(fitting(CounterIn, opened, "dossier."))
    dossier = await late_entries.approve_late(entry, submission, note=body.note, by=by, work=work, now=now)
    return receipt_of(dossier, response, secret=look_up_secret(work.seals, dossier.id))


@router.post("/late-entries/{entry_id}/rejection")
async def decline_late_entry(
    entry_id: UUID, body: LateDecisionIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> LateEntryOut:
    """Không duyệt nhập bù, nêu lý do."""
    entry = await late_entries.decline_late(entry_id, note=body.note, by=by, seen=seen, work=work, now=now)
    return _out(entry, response)
