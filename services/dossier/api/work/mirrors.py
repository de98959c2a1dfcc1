"""Dossiers worked elsewhere: fed by machines, read by their agency; a running dossier's change of route."""
# ruff: noqa: FAST003 - the act carries the address's dossier id.

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from kernel.core.errors import Invalid
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from services.dossier.api.cursors import cursor_id
from services.dossier.api.deps import PROBLEMS, Act, Caller, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.schemas.answers import Receipt
from services.dossier.api.schemas.mirrors import (
    MirrorIn,
    MirrorKept,
    MirrorOut,
    MirrorPage,
    MirrorStatus,
    RouteChangeIn,
)
from services.dossier.domain.states import VIETNAMESE
from services.dossier.domain.work.mirrors import STATES, Mirror, Status
from services.dossier.use_cases.work import mirror_dossiers

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Liên thông"])


@router.post(
    "/mirrored-dossiers",
    responses={201: {"model": MirrorKept, "description": "Hồ sơ mới"}, 200: {"description": "Đã có"}},
)
async def feed_mirror(body: MirrorIn, response: Response, by: Caller, work: Work, now: Now) -> MirrorKept:
    """Nhận trạng thái hồ sơ do hệ thống của bộ, ngành giải quyết; gửi lại không thêm gì."""
    moments = {name: getattr(body, name) for name in ("submitted_at", "accepted_at", "due_at", "at")}
    naive = [name for name, at in moments.items() if at is not None and at.tzinfo is None]
    if naive:
        raise Invalid(fields=[(name, "Thiếu múi giờ") for name in naive])
    told = mirror_dossiers.Told(
        source=body.source,
        outside_code=body.outside_code,
        route=body.route,
        procedure_code=body.procedure_code,
        agency=body.agency,
        owner_name=body.owner_name,
        submitted_at=body.submitted_at,
        accepted_at=body.accepted_at,
        due_at=body.due_at,
        status=Status(body.status, body.at, body.status_text),
        secret=(body.secret or "").upper(),
    )
    outcome, mirror_id = await mirror_dossiers.mirror_dossier(told, by=by, work=work, now=now)
    response.status_code = 201 if outcome == "created" else 200
    return MirrorKept.model_validate({"outcome": outcome, "mirror_id": mirror_id})


@router.get("/mirrored-dossiers")
async def list_mirrors(
    by: Caller, work: Work, now: Now, limit: Limit = 20, cursor: Cursor = ""
) -> MirrorPage:
    """Hồ sơ của cơ quan do hệ thống của bộ, ngành giải quyết."""
    parts = decode_cursor(cursor, str)
    before = cursor_id(parts[0]) if parts else None
    rows = await mirror_dossiers.list_mirrors(before=before, limit=limit + 1, by=by, work=work, now=now)
    items = [_out(one) for one in rows[:limit]]
    more = len(rows) > limit
    return MirrorPage(items=items, next_cursor=encode_cursor(str(items[-1].mirror_id)) if more else None)


@router.get("/mirrored-dossiers/{mirror_id}")
async def read_mirror(mirror_id: UUID, by: Caller, work: Work, now: Now) -> MirrorOut:
    """Một hồ sơ do hệ thống của bộ, ngành giải quyết, với mọi trạng thái đã nhận."""
    return _out(await mirror_dossiers.read_mirror(mirror_id, by=by, work=work, now=now))


@router.post("/dossiers/{dossier_id}/route-change")
async def change_route(body: RouteChangeIn, act: Act) -> Receipt:
    """Chuyển tuyến giải quyết của hồ sơ đang xử lý; mã và hạn trả kết quả giữ nguyên."""
    dossier = await mirror_dossiers.change_route(
        act.dossier_id,
        route=body.route,
        source=body.source or "",
        outside_code=body.outside_code or "",
        note=body.note,
        **act.terms,
    )
    return act.receipt(dossier)


def _out(mirror: Mirror) -> MirrorOut:
    same = {name: getattr(mirror, name) for name in ("source", "outside_code", "route", "dossier_id")}
    return MirrorOut(
        mirror_id=mirror.id,
        **same,
        procedure={"code": mirror.procedure_code, "name": mirror.procedure_name, "sector": mirror.sector},
        agency={"code": mirror.agency, "name": mirror.agency_name},
        owner_name=mirror.owner_name,
        submitted_at=local(mirror.submitted_at),
        accepted_at=local(mirror.accepted_at),
        due_at=local(mirror.due_at),
        ended_at=local(mirror.ended_at),
        present=_status(mirror.present),
        statuses=[_status(one) for one in mirror.statuses],
    )


def _status(one: Status) -> MirrorStatus:
    state = STATES[one.status]
    told: dict[str, Any] = {"at": local(one.at), "received_at": local(one.received_at)}
    return MirrorStatus(status=one.status, state=state.value, text=one.text or VIETNAMESE[state], **told)
