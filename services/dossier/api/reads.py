"""What screens read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kernel.core.errors import NotFound
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from services.dossier.api.answers import detail_of, item_of, paper_out
from services.dossier.api.cursors import cursor_id
from services.dossier.api.deps import PROBLEMS, Caller, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.readable import readable
from services.dossier.api.schemas.answers import DossierOut, DossierPage, HistoryEntry, HistoryOut, PapersOut
from services.dossier.domain.states import State
from services.dossier.use_cases import read_dossiers

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Tra cứu"])
_Text = Annotated[str, Query(max_length=64)]


@router.get("/dossiers")
async def list_dossiers(
    by: Caller,
    work: Work,
    now: Now,
    state: State | None = None,
    procedure: _Text = "",
    code: _Text = "",
    limit: Limit = 20,
    cursor: Cursor = "",
) -> DossierPage:
    """Hồ sơ của tôi, hoặc của cơ quan tôi."""
    parts = decode_cursor(cursor, str)
    rows = await read_dossiers.list_dossiers(
        state=state.value if state else "",
        procedure=procedure,
        code=code,
        before=cursor_id(parts[0]) if parts else None,
        limit=limit + 1,
        by=by,
        work=work,
        now=now,
    )
    masked = not read_dossiers.sees_names(by)
    items = list(readable(rows[:limit], lambda row: item_of(row, now=now, masked=masked)))
    last = rows[limit - 1] if len(rows) > limit else None
    return DossierPage(items=items, next_cursor=encode_cursor(str(last["id"])) if last else None)


@router.get("/dossiers/{dossier_id}")
async def read_dossier(dossier_id: UUID, response: Response, by: Caller, work: Work, now: Now) -> DossierOut:
    """Chi tiết hồ sơ và các thao tác tôi được làm."""
    detail, sees_all = await read_dossiers.read_dossier(dossier_id, by=by, work=work, now=now)
    response.headers["ETag"] = f'"{detail.dossier.version}"'
    return detail_of(detail, by=by, sees_all=sees_all, work=work, now=now)


@router.get("/dossiers/{dossier_id}/history")
async def read_history(dossier_id: UUID, by: Caller, work: Work, now: Now) -> HistoryOut:
    """Lịch sử hồ sơ."""
    rows = await read_dossiers.read_history(dossier_id, by=by, work=work, now=now)
    return HistoryOut(
        items=[
            HistoryEntry(
                version=row["version"],
                type=row["type"],
                at=local(row["at"]) or row["at"],
                state=row["state"],
                change=row["change"],
            )
            for row in rows
        ]
    )


@router.get("/dossiers/{dossier_id}/papers")
async def list_papers(dossier_id: UUID, by: Caller, work: Work, now: Now) -> PapersOut:
    """Giấy tờ đã ban hành của hồ sơ."""
    detail, sees_all = await read_dossiers.read_dossier(dossier_id, by=by, work=work, now=now)
    if not sees_all:
        raise NotFound
    return PapersOut(items=[paper_out(item) for item in detail.papers])
