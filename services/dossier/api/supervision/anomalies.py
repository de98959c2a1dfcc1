"""Anomalies: listed, shown, closed with what they turned out to be."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from kernel.core.clock import VIETNAM
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, encode_cursor
from services.dossier.api.cursors import NEWEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.supervision.schemas import AnomalyOut, OutcomeIn
from services.dossier.api.supervision.sight import AgencyAsked, sight
from services.dossier.use_cases.supervision import find_anomalies
from services.dossier.use_cases.supervision.ports import KeptAnomaly

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Giám sát"])


@router.get("/anomalies")
async def list_anomalies(
    by: Caller,
    work: Work,
    now: Now,
    agency: AgencyAsked = "",
    kind: Annotated[str, Query(pattern=r"^[A-Z_]{0,40}$")] = "",
    is_open: bool | None = None,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Page[AnomalyOut]:
    """Các bất thường phát hiện trong quá trình giải quyết hồ sơ."""
    asked = await sight(agency, by, work, now, may_lead=False)
    found = await work.supervision.anomalies.listed(
        asked, kind=kind, is_open=is_open, before=cursor_place(cursor, NEWEST), limit=limit + 1
    )
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page[AnomalyOut](items=[_anomaly_out(item) for item in found[:limit]], next_cursor=following)


@router.get("/anomalies/{anomaly_id}")
async def show_anomaly(anomaly_id: UUID, response: Response, by: Caller, work: Work, now: Now) -> AnomalyOut:
    """Một bất thường với chứng cứ."""
    return _anomaly_out(await find_anomalies.read_anomaly(anomaly_id, by=by, work=work, now=now), response)


@router.post("/anomalies/{anomaly_id}/closing")
async def close_anomaly(
    anomaly_id: UUID, body: OutcomeIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> AnomalyOut:
    """Kết luận một bất thường."""
    anomaly = await find_anomalies.close_anomaly(
        anomaly_id, outcome=body.outcome, note=body.note, by=by, seen=seen, work=work, now=now
    )
    return _anomaly_out(anomaly, response)


def _anomaly_out(anomaly: KeptAnomaly, response: Response | None = None) -> AnomalyOut:
    if response is not None:
        response.headers["ETag"] = f'"{anomaly.version}"'
    same = ("version", "kind", "dossier_id", "dossier_code", "dossier_version", "agency", "outcome", "note")
    return AnomalyOut(
        anomaly_id=anomaly.id,
        **{name: getattr(anomaly, name) for name in same},
        evidence=dict(anomaly.evidence),
        closed_by=anomaly.closed_by,
        at=anomaly.at.astimezone(VIETNAM),
        found_at=anomaly.found_at.astimezone(VIETNAM),
        closed_at=local(anomaly.closed_at),
    )
