"""Cash closings, and the platform's list held against our books."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, encode_cursor
from services.dossier.api.cursors import NEWEST, OLDEST, cursor_place
from services.dossier.api.deps import PROBLEMS, ActingFor, Caller, IfMatch, Now, Work
from services.dossier.api.moments import Day
from services.dossier.api.payments.cash_answers import (
    ClosingOut,
    ClosingPage,
    DrawerOut,
    OpenDrawers,
    closing_out,
    drawer_out,
    open_drawers_out,
)
from services.dossier.api.payments.platform_answers import (
    DifferenceOut,
    DifferencePage,
    FoundDifference,
    ReconciliationOut,
    difference_out,
)
from services.dossier.api.payments.requests import CashClosingIn, NoteOnly, ReconciliationIn
from services.dossier.api.payments.times import with_zone
from services.dossier.domain.payments.reconciliation import Listed
from services.dossier.use_cases.payments import closings, drawers, reconciling

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Phí, lệ phí"])


@router.get("/cash-drawer")
async def read_drawer(
    day: Day, by: ActingFor, work: Work, now: Now, cashier: Annotated[str, Query(max_length=120)] = ""
) -> DrawerOut:
    """Số tôi đã thu trong một ngày; `cashier`: của người thu phí vắng mặt, cho người phụ trách."""
    found = await closings.read_drawer(day, cashier=cashier, by=by, work=work, now=now)
    return drawer_out(found, day)


@router.get("/cash-drawers")
async def list_open_drawers(by: Caller, work: Work, now: Now) -> OpenDrawers:
    """Những ngày thu trước hôm nay chưa khóa sổ ở cơ quan tôi."""
    return open_drawers_out(await drawers.open_drawers(by=by, work=work, now=now))


@router.post("/cash-closings", status_code=201)
async def close_day(body: CashClosingIn, by: ActingFor, work: Work, now: Now) -> ClosingOut:
    """Khóa sổ ngày thu của tôi; `cashier`: người phụ trách khóa thay người thu phí vắng mặt."""
    done = await closings.close_day(
        body.day,
        counted=body.counted,
        reason=body.reason,
        cashier=body.cashier,
        by=by,
        work=work,
        now=now,
    )
    return closing_out(done)


@router.get("/cash-closings")
async def list_closings(
    by: Caller, work: Work, now: Now, limit: Limit = 20, cursor: Cursor = ""
) -> ClosingPage:
    """Sổ thu của cơ quan tôi."""
    before = cursor_place(cursor, NEWEST)
    found = await closings.list_closings(before=before, limit=limit, by=by, work=work, now=now)
    items = [closing_out(one) for one in found.records]
    more = encode_cursor(str(found.following)) if found.following else None
    return ClosingPage(items=items, next_cursor=more, unreadable=list(found.unreadable))


@router.post("/cash-closings/{closing_id}/approval")
async def approve_closing(
    closing_id: UUID, body: NoteOnly, by: Caller, seen: IfMatch, work: Work, now: Now
) -> ClosingOut:
    """Duyệt sổ thu."""
    done = await closings.approve_closing(closing_id, note=body.note, by=by, seen=seen, work=work, now=now)
    return closing_out(done)


@router.post("/payment-reconciliations", openapi_extra={"x-max-body-bytes": 8_388_608})
async def reconcile(body: ReconciliationIn, by: Caller, work: Work, now: Now) -> ReconciliationOut:
    """Đối soát một ngày với danh sách của nền tảng thanh toán."""
    listed = [
        Listed(one.reference, one.transaction, one.amount, with_zone(one.paid_at, "rows.paid_at"))
        for one in body.rows
    ]
    found = await reconciling.reconcile(body.day, listed, by=by, work=work, now=now)
    return ReconciliationOut(
        day=body.day,
        differences=[
            FoundDifference(kind=one.kind.value, reference=one.reference, ours=one.ours, theirs=one.theirs)
            for one in found
        ],
    )


@router.get("/payment-differences")
async def list_differences(
    by: Caller,
    work: Work,
    now: Now,
    state: Literal["OPEN", "SETTLED"] = "OPEN",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> DifferencePage:
    """Chênh lệch chờ xử lý."""
    after = cursor_place(cursor, OLDEST)
    found = await reconciling.list_differences(
        state=state, after=after, limit=limit + 1, by=by, work=work, now=now
    )
    items = [difference_out(one) for one in found[:limit]]
    more = encode_cursor(str(items[-1].difference_id)) if len(found) > limit else None
    return DifferencePage(items=items, next_cursor=more)


@router.post("/payment-differences/{difference_id}/settlement")
async def settle_difference(
    difference_id: UUID, body: NoteOnly, by: Caller, seen: IfMatch, work: Work, now: Now
) -> DifferenceOut:
    """Xử lý xong một chênh lệch."""
    found = await reconciling.settle_difference(
        difference_id, note=body.note, by=by, seen=seen, work=work, now=now
    )
    return difference_out(found).model_copy(
        update={"state": "SETTLED", "note": body.note, "version": found.version + 1}
    )
