"""What people see and mend of the portal's side: figures, the ledger, replays, mappings."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from kernel.core.caller import CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid, NotFound, Refusal
from kernel.web.deps import Caller, Now, current_work
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor

Work = Annotated[Any, Depends(current_work)]
PROBLEMS = problems(400, 401, 403, 404, 412, 422)
T = TypeVar("T")
_ROW = re.compile(r"(?P<dossier_id>[0-9a-f-]{36}):(?P<version>[0-9]{1,18})(:(?P<part>[0-9]{1,9}))?")
router = APIRouter(
    prefix="/api/v1/portal-sync", route_class=EdgeRoute, responses=PROBLEMS, tags=["portal-sync"]
)


async def _readers(caller: Caller) -> None:
    if caller.kind is not CallerKind.STAFF or not caller.has_role("ADMIN", "SUPERVISOR"):
        raise Forbidden


async def _admins(caller: Caller) -> None:
    if caller.kind is not CallerKind.STAFF or not caller.has_role("ADMIN"):
        raise Forbidden


READ, MEND = [Depends(_readers)], [Depends(_admins)]


class RefusedBy(BaseModel):
    """How many rows the portal declines, or leaves waiting, with one reason."""

    code: str
    message: str
    rows: int


class UnmappedProcedure(BaseModel):
    """A procedure without a portal code, and the rows that wait for it."""

    procedure_code: str
    rows: int


class ListRead(BaseModel):
    """A list asked of the portal: when it was read last, and what of it nobody could read."""

    name: str
    read_at: datetime | None
    lines: int
    unread: int
    """Lines that are there and were not understood."""
    fault: str
    """Why the newest answer was no list; blank when it was one."""
    fault_at: datetime | None


class UnreadPath(BaseModel):
    """A place in messages of the last 30 days which nobody reads, by names of the contract (`?` another)."""

    path: str
    messages: int
    waiting: int
    """Of these, messages that wait for people; the others went in with what stood there as an answer."""


class SyncFigures(BaseModel):
    """How far the portal is behind, and why; seconds are of the moment of asking or of the last hour."""

    waiting: int
    sending: int
    confirmed: int
    refused: int
    unmapped: int
    waiting_out_silence: int
    lag_seconds: float
    confirmed_last_hour: int
    lag_median_seconds: float | None
    lag_p95_seconds: float | None
    refused_by_reason: list[RefusedBy]
    stuck: int
    """Rows tried ten times or for two hours, and tried on: what the portal last said of them follows."""
    stuck_by_reason: list[RefusedBy]
    unmapped_procedures: list[UnmappedProcedure]
    inbound: dict[str, int]
    inbound_faulty: int
    """Messages of the portal that wait because reading them failed by a fault of ours."""
    inbound_unread: list[UnreadPath]
    """What messages said and nobody read, found by the last look before they were handed in."""
    differences: int
    lists: list[ListRead]


class LedgerLine(BaseModel):
    """One message to the portal."""

    id: str
    dossier_id: UUID
    version: int
    part: int
    kind: str
    portal_status: int
    code: str
    procedure_code: str
    occurred_at: datetime
    state: str
    attempts: int
    next_attempt_at: datetime
    answer_code: str
    answer: str
    settled_at: datetime | None


class Difference(BaseModel):
    """A dossier the portal holds otherwise."""

    dossier_id: UUID
    code: str
    told_status: int
    held_status: int
    is_there: bool
    found_at: datetime
    source: Literal["LOOK_UP", "SHEET"]
    mended_at: datetime | None
    """When the last status was told again by itself; what still differs afterwards is for people."""


class NotRefused(Refusal):
    """Only what the portal refused is told it again (409)."""

    code = "not-refused"
    title = "Dòng này không bị Cổng từ chối, không cần gửi lại"


class Replayed(BaseModel):
    """What is tried again."""

    id: str
    state: Literal["WAITING"]


class ManyReplayed(BaseModel):
    """How many rows are tried again; fewer than asked for: there were no more."""

    replayed: int


class Reason(BaseModel):
    """Một lý do từ chối như trong số liệu: mã, và 200 ký tự đầu của lời; không nêu lời thì mọi lời."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: str = Field(min_length=1, max_length=40)
    message: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=1000, ge=1, le=10_000)


class _RowId(NamedTuple):
    dossier_id: UUID
    version: int
    part: int


State = Annotated[
    Literal["WAITING", "SENDING", "CONFIRMED", "REFUSED", "UNMAPPED"] | None, Query(description="Trạng thái")
]


@router.get("/figures", dependencies=READ)
async def read_sync_figures(work: Work, now: Now) -> SyncFigures:
    """Số liệu đồng bộ với Cổng: độ trễ, đang chờ, đã xác nhận, bị từ chối theo lý do."""
    figures = await work.portal_screens.figures(now)
    return SyncFigures.model_validate({**figures, "lists": [local(row) for row in figures["lists"]]})


@router.get("/ledger", dependencies=READ)
async def list_sync_ledger(
    work: Work,
    state: State = None,
    dossier_id: UUID | None = None,
    *,
    stuck: bool = False,
    now: Now,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[LedgerLine]:
    """Sổ đồng bộ, cũ nhất trước; `stuck`: chỉ những dòng đã thử nhiều lần hoặc nhiều giờ mà chưa xong."""
    after = place_of(decode_cursor(cursor, str, str, int, int), _ledger_place)
    rows = await work.portal_screens.ledger(
        state=state, dossier_id=dossier_id, is_stuck=stuck, now=now, after=after, limit=limit + 1
    )
    last = rows[limit - 1] if len(rows) > limit else None
    following = (
        encode_cursor(last["occurred_at"].isoformat(), str(last["dossier_id"]), last["version"], last["part"])
        if last
        else None
    )
    return Page[LedgerLine](items=[_line(row) for row in rows[:limit]], next_cursor=following)


@router.get("/differences", dependencies=READ)
async def list_sync_differences(work: Work, limit: Limit = 100) -> list[Difference]:
    """Hồ sơ mà Cổng đang giữ khác với những gì đã gửi."""
    return [Difference.model_validate(local(row)) for row in await work.portal_screens.differences(limit)]


@router.post("/ledger/{id}/replay", dependencies=MEND, responses=problems(409))
async def replay_sync_row(id: str, work: Work, now: Now) -> Replayed:  # noqa: A002 - the address's own word.
    """Gửi lại một dòng bị Cổng từ chối; `id` là `<dossier_id>:<version>:<part>`."""
    row = _row_id(id)
    state = await work.portal_screens.ledger_state(*row)
    if state is None:
        raise NotFound
    if state != "REFUSED":
        raise NotRefused
    work.portal_ledger.replay(*row, now)
    return Replayed(id=id, state="WAITING")


@router.post("/replays", dependencies=MEND)
async def replay_sync_reason(body: Reason, work: Work, now: Now) -> ManyReplayed:
    """Gửi lại các dòng bị Cổng từ chối vì cùng một lý do, cũ nhất trước."""
    found = await work.portal_ledger.replay_many(body.code, body.message, body.limit, now)
    return ManyReplayed(replayed=found)


@router.post("/files/{dossier_id}/revocation", dependencies=MEND, status_code=204, response_class=Response)
async def revoke_portal_files(dossier_id: UUID, work: Work, now: Now) -> Response:
    """Thu hồi các địa chỉ tệp đã cấp cho Cổng của một hồ sơ; thu hồi lần nữa không đổi gì."""
    if not await work.portal_files.has_given_out(dossier_id):
        raise NotFound
    work.portal_files.revoke(dossier_id, now)
    return Response(status_code=204)


def place_of(parts: list[Any] | None, read: Callable[..., T]) -> T | None:
    """Return where a page begins; what is well formed but no place of ours is `Invalid`."""
    try:
        return read(*parts) if parts else None
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error


def _ledger_place(at: str, dossier_id: str, version: int, part: int) -> tuple[datetime, UUID, int, int]:
    return datetime.fromisoformat(at), UUID(dossier_id), version, part


def _row_id(text: str) -> _RowId:
    found = _ROW.fullmatch(text)
    if found is None:
        raise NotFound
    try:
        return _RowId(UUID(found["dossier_id"]), int(found["version"]), int(found["part"] or 0))
    except ValueError as error:
        raise NotFound from error


def _line(row: dict[str, Any]) -> LedgerLine:
    place = f"{row['dossier_id']}:{row['version']}:{row['part']}"
    return LedgerLine.model_validate({"id": place, **local(row)})


def local(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its moments in Vietnam's time."""
    return {
        name: value.astimezone(VIETNAM) if isinstance(value, datetime) else value
        for name, value in row.items()
    }
