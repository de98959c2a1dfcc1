"""The portal's own list, downloaded there by people, held against what it was told."""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from kernel.core.errors import Invalid
from kernel.web.deps import Caller, Now
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.gateway.api.portal.sync import MEND, PROBLEMS, READ, Work, local, place_of
from services.gateway.use_cases.portal.telling.comparing import compare_sheet

router = APIRouter(
    prefix="/api/v1/portal-sync/comparisons", route_class=EdgeRoute, responses=PROBLEMS, tags=["portal-sync"]
)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {_XLSX: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Counts(BaseModel):
    """Lines of the list by what they mean; `unread` had no code or a status nobody knows."""

    lines: int
    unread: int
    same: int
    different: int
    waiting: int
    elsewhere: int
    unknown: int


class ComparisonShown(BaseModel):
    """What came of a comparison; at most 500 codes and lines are shown."""

    id: UUID
    at: datetime
    subject: str
    sha256: str
    counts: Counts
    unknown_codes: list[str]
    unread_lines: list[int]


@router.post("", status_code=201, dependencies=MEND, responses=problems(413), openapi_extra=_BODY)
async def compare_portal_sheet(request: Request, work: Work, by: Caller, now: Now) -> ComparisonShown:
    """Đối chiếu bảng hồ sơ tải từ Cổng (XLSX) với sổ đồng bộ; chỗ khác được liệt kê và gửi lại một lần."""
    portal, content = work.resources.portal, await request.body()
    try:
        sheet = await asyncio.to_thread(portal.read_sheet, content)
    except ValueError as fault:
        raise Invalid(fields=[("body", str(fault))]) from fault
    found = await compare_sheet(
        sheet,
        content,
        subject=by.subject,
        ledger=work.portal_comparing,
        refusal_status=portal.reconcile.refusal_status,
        mends=portal.reconcile.mends,
        now=now,
    )
    return _shown(asdict(found))


@router.get("", dependencies=READ)
async def list_portal_comparisons(
    work: Work, limit: Limit = 50, cursor: Cursor = ""
) -> Page[ComparisonShown]:
    """Các lần đối chiếu, mới nhất trước."""
    after = place_of(decode_cursor(cursor, str), UUID)
    rows = await work.portal_comparing.comparisons(after=after, limit=limit + 1)
    following = encode_cursor(str(rows[limit - 1]["id"])) if len(rows) > limit else None
    return Page[ComparisonShown](items=[_shown(row) for row in rows[:limit]], next_cursor=following)


def _shown(values: dict[str, Any]) -> ComparisonShown:
    return ComparisonShown.model_validate(local({**values, "sha256": values["sha256"].hex()}))
