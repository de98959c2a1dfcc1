"""Checks of one-stop units: opened, found, reminded, answered, closed."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, encode_cursor
from services.dossier.api.cursors import NEWEST, cursor_place
from services.dossier.api.deps import PROBLEMS, Caller, IfMatch, Now, Work
from services.dossier.api.moments import local
from services.dossier.api.supervision.schemas import (
    CheckOut,
    ConclusionIn,
    FindingAnswerIn,
    FindingIn,
    FindingOut,
    InspectionIn,
    InspectionOut,
    JudgementIn,
    ReminderIn,
)
from services.dossier.api.supervision.sight import AgencyAsked, sight
from services.dossier.domain.standing import is_supervisor
from services.dossier.domain.supervision.inspections import Finding, Inspection
from services.dossier.use_cases.supervision import inspect

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Giám sát"])


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
    asked = await sight(agency, by, work, now, may_lead=True)
    found = await work.supervision.inspections.listed(
        asked, before=cursor_place(cursor, NEWEST), limit=limit + 1
    )
    following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
    items = [_inspection_out(item, [], now, None) for item in found[:limit]]
    return Page[InspectionOut](items=items, next_cursor=following)


@router.get("/inspections/{inspection_id}")
async def show_inspection(
    inspection_id: UUID, response: Response, by: Caller, work: Work, now: Now
) -> InspectionOut:
    """Một đợt kiểm tra với các phát hiện, nhắc nhở và trả lời."""
    found, findings = await inspect.read_inspection(inspection_id, by=by, work=work, now=now)
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
