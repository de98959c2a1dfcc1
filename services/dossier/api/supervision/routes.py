"""Checks of one-stop units and anomalies: found, reminded, answered, closed."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StrictBool, StringConstraints

from kernel.core.caller import Caller as CallerValue
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, encode_cursor
from services.dossier.api.cursors import NEWEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.moments import Day, local
from services.dossier.api.schemas.requests import Strict
from services.dossier.domain.actions import is_supervisor
from services.dossier.domain.supervision.inspections import Finding, Inspection
from services.dossier.use_cases import ports
from services.dossier.use_cases.supervision import find_anomalies, inspect
from services.dossier.use_cases.supervision.ports import KeptAnomaly

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Giám sát"])
Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=2000)]
Evidence = Annotated[
    list[Annotated[str, StringConstraints(strict=True, min_length=1, max_length=120)]], Field(max_length=50)
]
AgencyAsked = Annotated[str, Query(max_length=50)]


class InspectionIn(Strict):
    """Which point is checked, announced or not."""

    point: Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
    kind: Literal["PLANNED", "UNANNOUNCED"]


class FindingIn(Strict):
    """What was found; evidence names dossiers, papers or files."""

    check: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z_]{1,40}$")]
    severity: Literal["NOTE", "MINOR", "SERIOUS"]
    text: Text
    evidence: Evidence = Field(default_factory=list)


class ReminderIn(Strict):
    """What is to be put right, by which day."""

    text: Text
    due_on: Day


class FindingAnswerIn(Strict):
    """What was done."""

    text: Text


class JudgementIn(Strict):
    """Whether the answer does; with a new last day where it does not."""

    is_accepted: StrictBool
    text: Text
    due_on: Day | None = None


class ConclusionIn(Strict):
    """How a check ended."""

    conclusion: Text


class OutcomeIn(Strict):
    """What an anomaly turned out to be, and what that rests on."""

    outcome: Literal["CONFIRMED", "EXPLAINED", "FALSE_ALARM"]
    note: Text


class CheckOut(BaseModel):
    """Something units are checked for, and the text that asks for it."""

    code: str
    name: str
    source: str


class FindingOut(BaseModel):
    """A finding with its reminders, answers and judgements."""

    finding_id: UUID
    version: int
    inspection_id: UUID
    check: str
    severity: str
    text: str
    evidence: list[str]
    state: str
    due_on: date | None
    is_late: bool
    found_at: datetime
    course: list[dict[str, Any]]


class InspectionOut(BaseModel):
    """A check of a one-stop unit."""

    inspection_id: UUID
    version: int
    point: str
    agency: str
    kind: str
    by_name: str
    opened_at: datetime
    closed_at: datetime | None
    conclusion: str
    findings: list[FindingOut]


class AnomalyOut(BaseModel):
    """Something out of order; evidence names entries, components and steps, never a person."""

    anomaly_id: UUID
    version: int
    kind: str
    dossier_id: UUID
    dossier_code: str
    dossier_version: int
    agency: str
    at: datetime
    found_at: datetime
    evidence: dict[str, Any]
    outcome: str
    note: str
    closed_by: str
    closed_at: datetime | None


@router.get("/supervision-checks")
async def list_checks(by: Caller, work: Work, now: Now) -> dict[str, list[CheckOut]]:
    """Các nội dung kiểm tra bộ phận một cửa đang áp dụng và căn cứ."""
    if not is_supervisor(by) and not by.has_role("ONE_STOP_MANAGER"):
        raise Forbidden
    found = work.supervision.rules.checks(now.astimezone(VIETNAM).date())
    return {"items": [CheckOut(code=one.code, name=one.name, source=one.source) for one in found]}


@router.post("/inspections", status_code=201)
async def open_inspection(
    body: InspectionIn, response: Response, by: Caller, work: Work, now: Now
) -> InspectionOut:
    """Mở một đợt kiểm tra bộ phận một cửa."""
    found = await inspect.open_inspection(body.point, body.kind, by=by, work=work, now=now)
    response.headers["Location"] = f"/v1/inspections/{found.id}"
    return _inspection_out(found, [], now, response)


@router.get("/inspections")
async def list_inspections(
    by: Caller, work: Work, now: Now, agency: AgencyAsked = "", limit: Limit = 20, cursor: Cursor = ""
) -> Page[InspectionOut]:
    """Các đợt kiểm tra của một đơn vị (mặc định của đơn vị mình và cấp dưới)."""
    asked, under = await _sight(agency, by, work, may_lead=True)
    found = await work.supervision.inspections.listed(
        asked, under=under, before=cursor_place(cursor, NEWEST), limit=limit + 1
    )
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    items = [_inspection_out(item, [], now, None) for item in found[:limit]]
    return Page[InspectionOut](items=items, next_cursor=following)


@router.get("/inspections/{inspection_id}")
async def show_inspection(
    inspection_id: UUID, response: Response, by: Caller, work: Work, now: Now
) -> InspectionOut:
    """Một đợt kiểm tra với các phát hiện, nhắc nhở và trả lời."""
    found, findings = await inspect.read_inspection(inspection_id, by=by, work=work)
    return _inspection_out(found, findings, now, response)


@router.post("/inspections/{inspection_id}/findings", status_code=201)
async def record_finding(
    inspection_id: UUID, body: FindingIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> FindingOut:
    """Ghi một phát hiện; If-Match là phiên bản của đợt kiểm tra."""
    finding = await inspect.record_finding(
        inspection_id, **body.model_dump(), by=by, seen=seen, work=work, now=now
    )
    return _finding_out(finding, now, response)


@router.post("/inspections/{inspection_id}/closing")
async def close_inspection(
    inspection_id: UUID,
    body: ConclusionIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> InspectionOut:
    """Kết luận và kết thúc đợt kiểm tra."""
    found, findings = await inspect.close_inspection(
        inspection_id, conclusion=body.conclusion, by=by, seen=seen, work=work, now=now
    )
    return _inspection_out(found, findings, now, response)


@router.post("/findings/{finding_id}/reminder")
async def remind_unit(
    finding_id: UUID, body: ReminderIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> FindingOut:
    """Nhắc nhở đơn vị, có hạn trả lời."""
    finding = await inspect.remind(
        finding_id, text=body.text, due_on=body.due_on, by=by, seen=seen, work=work, now=now
    )
    return _finding_out(finding, now, response)


@router.post("/findings/{finding_id}/answer")
async def answer_reminder(
    finding_id: UUID,
    body: FindingAnswerIn,
    response: Response,
    by: Caller,
    seen: IfMatch,
    work: Work,
    now: Now,
) -> FindingOut:
    """Đơn vị trả lời nhắc nhở."""
    finding = await inspect.answer(finding_id, text=body.text, by=by, seen=seen, work=work, now=now)
    return _finding_out(finding, now, response)


@router.post("/findings/{finding_id}/judgement")
async def judge_answer(
    finding_id: UUID, body: JudgementIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> FindingOut:
    """Chấp nhận trả lời, hoặc yêu cầu trả lời lại."""
    finding = await inspect.judge(
        finding_id,
        text=body.text,
        is_accepted=body.is_accepted,
        due_on=body.due_on,
        by=by,
        seen=seen,
        work=work,
        now=now,
    )
    return _finding_out(finding, now, response)


@router.get("/anomalies")
async def list_anomalies(
    by: Caller,
    work: Work,
    agency: AgencyAsked = "",
    kind: Annotated[str, Query(pattern=r"^[A-Z_]{0,40}$")] = "",
    is_open: bool | None = None,
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Page[AnomalyOut]:
    """Các bất thường phát hiện trong quá trình giải quyết hồ sơ."""
    asked, under = await _sight(agency, by, work, may_lead=False)
    found = await work.supervision.anomalies.listed(
        asked, under=under, kind=kind, is_open=is_open, before=cursor_place(cursor, NEWEST), limit=limit + 1
    )
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    return Page[AnomalyOut](items=[_anomaly_out(item) for item in found[:limit]], next_cursor=following)


@router.get("/anomalies/{anomaly_id}")
async def show_anomaly(anomaly_id: UUID, response: Response, by: Caller, work: Work) -> AnomalyOut:
    """Một bất thường với chứng cứ."""
    return _anomaly_out(await find_anomalies.read_anomaly(anomaly_id, by=by, work=work), response)


@router.post("/anomalies/{anomaly_id}/closing")
async def close_anomaly(
    anomaly_id: UUID, body: OutcomeIn, response: Response, by: Caller, seen: IfMatch, work: Work, now: Now
) -> AnomalyOut:
    """Kết luận một bất thường."""
    anomaly = await find_anomalies.close_anomaly(
        anomaly_id, outcome=body.outcome, note=body.note, by=by, seen=seen, work=work, now=now
    )
    return _anomaly_out(anomaly, response)


async def _sight(agency: str, by: CallerValue, work: ports.Work, *, may_lead: bool) -> tuple[str, bool]:
    """Return which agency's things are listed, and whether those under it are too."""
    if is_supervisor(by):
        if agency:
            await inspect.require_supervisor(agency, by, work)
            return agency, True
        return ("", True) if await work.views.is_provincial(by.agency) else (_own(by), True)
    if may_lead and inspect.leads(by.agency, by):
        return _own(by), False
    raise Forbidden


def _own(by: CallerValue) -> str:
    if not by.agency:
        raise Forbidden
    return by.agency


def _inspection_out(
    found: Inspection, findings: list[Finding], now: datetime, response: Response | None
) -> InspectionOut:
    if response is not None:
        response.headers["ETag"] = f'"{found.version}"'
    same = ("version", "point", "agency", "kind", "by_name", "conclusion")
    return InspectionOut(
        inspection_id=found.id,
        **{name: getattr(found, name) for name in same},
        opened_at=found.opened_at.astimezone(VIETNAM),
        closed_at=local(found.closed_at),
        findings=[_finding_out(one, now, None) for one in findings],
    )


def _finding_out(finding: Finding, now: datetime, response: Response | None) -> FindingOut:
    if response is not None:
        response.headers["ETag"] = f'"{finding.version}"'
    same = ("version", "inspection_id", "check", "severity", "text", "due_on")
    return FindingOut(
        finding_id=finding.id,
        **{name: getattr(finding, name) for name in same},
        evidence=list(finding.evidence),
        state=finding.state.value,
        is_late=finding.is_late(now),
        found_at=finding.found_at.astimezone(VIETNAM),
        course=list(finding.course),
    )


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
