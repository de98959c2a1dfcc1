"""Officers at counters: opened, resting, closed."""

from uuid import UUID

from fastapi import APIRouter, Response

from kernel.core.clock import VIETNAM
from kernel.web.edge import EdgeRoute
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.desk.schemas import BreakIn, Nothing, SessionIn, SessionOut
from services.dossier.api.moments import local
from services.dossier.domain.desk.sessions import CounterSession
from services.dossier.use_cases.desk import run_counters

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Quầy giao dịch"])


def _session_out(session: CounterSession, response: Response) -> SessionOut:
    response.headers["ETag"] = f'"{session.version}"'
    return SessionOut(
        session_id=session.id,
        version=session.version,
        point=session.point,
        counter=session.counter,
        groups=list(session.groups),
        officer_name=session.officer_name,
        opened_at=session.opened_at.astimezone(VIETNAM),
        closed_at=local(session.closed_at),
        break_since=local(session.break_since),
        breaks=list(session.breaks),
    )


@router.post("/counter-sessions", status_code=201)
async def open_counter(body: SessionIn, response: Response, by: Caller, work: Work, now: Now) -> SessionOut:
    """Mở phiên trực tại một quầy."""
    session = await run_counters.open_counter(body.point, body.counter, by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/counter-sessions/{session.id}"
    return _session_out(session, response)


@router.get("/counter-sessions/{session_id}")
async def show_session(session_id: UUID, response: Response, by: Caller, work: Work) -> SessionOut:
    """Phiên trực."""
    session = await work.desk.sessions.load(session_id)
    (await work.desk.points.point(session.point)).require_officer(by)
    return _session_out(session, response)


@router.post("/counter-sessions/{session_id}/break")
async def pause_counter(
    session_id: UUID, body: BreakIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> SessionOut:
    """Tạm nghỉ: không gọi người đến quầy."""
    session = await run_counters.pause_counter(
        session_id, reason=body.reason, by=by, seen=seen, work=work, now=now
    )
    return _session_out(session, response)


@router.post("/counter-sessions/{session_id}/resumption")
async def resume_counter(
    session_id: UUID, body: Nothing, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> SessionOut:
    """Hết nghỉ, tiếp tục phục vụ."""
    del body
    return _session_out(
        await run_counters.resume_counter(session_id, by=by, seen=seen, work=work, now=now), response
    )


@router.post("/counter-sessions/{session_id}/closing")
async def close_counter(
    session_id: UUID, body: Nothing, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> SessionOut:
    """Đóng phiên trực."""
    del body
    return _session_out(
        await run_counters.close_counter(session_id, by=by, seen=seen, work=work, now=now), response
    )
