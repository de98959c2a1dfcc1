"""What waits for an officer, whose work waits for nobody, and search."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from services.dossier.api.answers import item_of
from services.dossier.api.cursors import cursor_id, cursor_moment
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.readable import readable
from services.dossier.api.schemas.answers import DossierPage
from services.dossier.api.schemas.work import InboxItem, InboxOut, InboxTally
from services.dossier.domain.states import State
from services.dossier.domain.work.urgency import Urgency
from services.dossier.use_cases.work import read_work

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Phân công xử lý"])
_Text = Annotated[str, Query(max_length=64)]


@router.get("/inbox")
async def read_inbox(
    by: Caller,
    work: Work,
    now: Now,
    state: State | None = None,
    urgency: Urgency | None = None,
    procedure: _Text = "",
    whose: Annotated[Literal["", "mine", "unclaimed", "unit"], Query()] = "",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> InboxOut:
    """Việc của tôi, gấp nhất trước; trang đầu kèm số lượng theo trạng thái và mức khẩn."""
    parts = decode_cursor(cursor, str, str)
    found = await read_work.read_inbox(
        after=(cursor_moment(parts[0]), cursor_id(parts[1])) if parts else None,
        limit=limit + 1,
        state=state.value if state else "",
        urgency=urgency.value if urgency else "",
        procedure=procedure,
        whose=whose,
        by=by,
        work=work,
        now=now,
    )
    tally = InboxTally.of(found.tally, found.counted_at) if not parts else None
    return _page(list(found.rows), limit, by=by, now=now, tally=tally)


@router.get("/reassignments")
async def read_reassignments(
    by: Caller, work: Work, now: Now, limit: Limit = 20, cursor: Cursor = ""
) -> InboxOut:
    """Việc đang do người nghỉ phép giữ, chờ giao lại."""
    parts = decode_cursor(cursor, str, str)
    rows = await read_work.read_reassignments(
        after=(cursor_moment(parts[0]), cursor_id(parts[1])) if parts else None,
        limit=limit + 1,
        by=by,
        work=work,
        now=now,
    )
    return _page(list(rows), limit, by=by, now=now, tally=None)


@router.get("/dossier-search")
async def search(
    by: Caller,
    work: Work,
    now: Now,
    q: Annotated[str, Query(min_length=2, max_length=200)],
    limit: Limit = 20,
    cursor: Cursor = "",
) -> DossierPage:
    """Tìm hồ sơ của cơ quan theo mã, họ tên không cần dấu, số định danh, điện thoại."""
    parts = decode_cursor(cursor, str)
    before = cursor_id(parts[0]) if parts else None
    rows = await read_work.search_dossiers(q, before=before, limit=limit + 1, by=by, work=work, now=now)
    items = list(readable(rows[:limit], lambda row: item_of(row, now=now)))
    last = rows[limit - 1] if len(rows) > limit else None
    return DossierPage(items=items, next_cursor=encode_cursor(str(last["id"])) if last else None)


def _page(rows: list[Any], limit: int, *, by: Any, now: Any, tally: InboxTally | None) -> InboxOut:
    last = rows[limit - 1] if len(rows) > limit else None
    return InboxOut(
        items=list(readable(rows[:limit], lambda row: _item(row, by=by, now=now))),
        next_cursor=encode_cursor(last["waits_until"].isoformat(), str(last["id"])) if last else None,
        counts=tally,
    )


def _item(row: Any, *, by: Any, now: Any) -> InboxItem:
    holder = (row["step"] or {}).get("holder") if row["kind"] == "STEP" else None
    item = item_of({**row, "task_due_at": row["waits_until"]}, now=now)
    return InboxItem(
        **item.model_dump(),
        kind=row["kind"],
        urgency=row["urgency"],
        holder_name=holder["name"] if holder else None,
        is_mine=row["task_holder"] == by.subject,
    )
