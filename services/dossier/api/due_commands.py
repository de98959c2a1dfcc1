"""Counting due moments again after a working calendar changed: asked, previewed, approved by another."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from services.dossier.api.cursors import cursor_id
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.schemas.requests import NoteIn, Strict
from services.dossier.api.texts import Code, Reason
from services.dossier.use_cases import recompute_due
from services.dossier.use_cases.ports.due_commands import DueCommand

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Thời hạn"])


class RecomputationIn(Strict):
    """Which calendar changed, why the dossiers under way follow it, and by which decision."""

    calendar: Code
    reason: Reason
    legal_basis: Reason


class RecomputationOut(BaseModel):
    """A logged command; `moves` counts by what became of them."""

    command_id: UUID
    version: int
    calendar: str
    agency: str
    reason: str
    legal_basis: str
    state: str
    asked_by: str
    asked_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    done_at: datetime | None
    moves: dict[str, int] = {}


class DueMoveOut(BaseModel):
    """One dossier, from which due moment to which."""

    dossier_id: UUID
    dossier_code: str
    previous_due_at: datetime | None
    due_at: datetime | None
    outcome: str


class DueMovePage(BaseModel):
    """One page of moves."""

    items: list[DueMoveOut]
    next_cursor: str | None = None


def _out(command: DueCommand, response: Response, moves: dict[str, int] | None = None) -> RecomputationOut:
    response.headers["ETag"] = f'"{command.version}"'
    return RecomputationOut(
        command_id=command.id,
        version=command.version,
        calendar=command.calendar,
        agency=command.agency,
        reason=command.reason,
        legal_basis=command.legal_basis,
        state=command.state,
        asked_by=command.asked_by_name,
        asked_at=local(command.asked_at),
        approved_by=command.approved_by_name,
        approved_at=local(command.approved_at),
        done_at=local(command.done_at),
        moves=moves or {},
    )


@router.post("/due-recomputations", status_code=201)
async def ask_due_recomputation(
    body: RecomputationIn, response: Response, by: Caller, work: Work, now: Now
) -> RecomputationOut:
    """Yêu cầu tính lại thời hạn theo lịch làm việc đã đổi; lập bản xem trước."""
    command = await recompute_due.ask_recomputation(**body.model_dump(), by=by, work=work, now=now)
    return _out(command, response)


@router.get("/due-recomputations/{command_id}")
async def read_due_recomputation(
    command_id: UUID, response: Response, by: Caller, work: Work
) -> RecomputationOut:
    """Lệnh tính lại thời hạn và số hồ sơ thay đổi."""
    command = await recompute_due.find_command(command_id, by=by, work=work)
    return _out(command, response, await work.due_commands.counts(command.id))


@router.get("/due-recomputations/{command_id}/moves")
async def list_due_moves(
    command_id: UUID, by: Caller, work: Work, limit: Limit = 50, cursor: Cursor = ""
) -> DueMovePage:
    """Hồ sơ nào đổi hạn, từ lúc nào sang lúc nào."""
    command = await recompute_due.find_command(command_id, by=by, work=work)
    parts = decode_cursor(cursor, str)
    after = cursor_id(parts[0]) if parts else recompute_due.FIRST
    found = await work.due_commands.moves(command.id, "", after, limit + 1)
    items = [
        DueMoveOut(
            dossier_id=move.dossier_id,
            dossier_code=move.dossier_code,
            previous_due_at=local(move.previous_due_at),
            due_at=local(move.due_at),
            outcome=move.outcome,
        )
        for move in found[:limit]
    ]
    more = len(found) > limit
    return DueMovePage(items=items, next_cursor=encode_cursor(str(items[-1].dossier_id)) if more else None)


@router.post("/due-recomputations/{command_id}/approval")
async def approve_due_recomputation(
    command_id: UUID, body: NoteIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> RecomputationOut:
    """Duyệt lệnh tính lại thời hạn; người yêu cầu không tự duyệt."""
    del body
    command = await recompute_due.approve_recomputation(command_id, by=by, seen=seen, work=work, now=now)
    return _out(command, response)
