"""Checks of one-stop units: opened, findings recorded, the unit reminded, its answers judged."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, NotFound, Stale
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.dossier.domain.supervision.errors import FindingsOpen
from services.dossier.domain.supervision.inspections import Finding, FindingState, Inspection
from services.dossier.use_cases.keeping import keepers_on, oversees, standing
from services.dossier.use_cases.ports import Work


async def require_supervisor(agency: str, by: Caller, work: Work, now: datetime) -> None:
    """Raise `Forbidden` unless the caller supervises this agency: own, under it, or as the province's."""
    if not await oversees(by, [(agency, "")], work, now):
        raise Forbidden


def leads_unit(by: Caller) -> bool:
    """Tell whether the caller leads the one-stop unit of their agency."""
    return by.kind is CallerKind.STAFF and by.has_role("ONE_STOP_MANAGER")


async def _leads(agency: str, by: Caller, work: Work, now: datetime) -> bool:
    return leads_unit(by) and (await _as_one_of(agency, by, work, now)).agency == agency


async def _as_one_of(agency: str, by: Caller, work: Work, now: datetime) -> Caller:
    """Return the caller as one of an agency theirs goes on for; most ask about their own."""
    return by if by.agency == agency else await standing(by, agency, work, now)


async def open_inspection(point: str, kind: str, *, by: Caller, work: Work, now: datetime) -> Inspection:
    """Begin a check of a point."""
    found = await work.desk.points.point(point)
    await require_supervisor(found.agency, by, work, now)
    inspection = Inspection(
        id=new_id(),
        version=1,
        point=point,
        agency=found.agency,
        kind=kind,
        by=by.subject,
        by_name=by.name,
        opened_at=now,
    )
    work.supervision.inspections.add(inspection)
    return inspection


async def record_finding(
    inspection_id: UUID,
    *,
    check: str,
    severity: str,
    text: str,
    evidence: Sequence[str],
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Finding:
    """Write down what was found, under a check in force that day."""
    inspection, _ = await _open(inspection_id, by=by, seen=seen, work=work, now=now)
    work.supervision.rules.require_check(check, now.astimezone(VIETNAM).date())
    inspection.note_finding()
    finding = Finding(
        id=new_id(),
        version=1,
        inspection_id=inspection.id,
        agency=inspection.agency,
        check=check,
        severity=severity,
        text=text,
        evidence=tuple(evidence),
        state=FindingState.RECORDED,
        found_at=now,
    )
    work.supervision.inspections.save(inspection)
    work.supervision.inspections.add_finding(finding)
    return finding


async def close_inspection(
    inspection_id: UUID, *, conclusion: str, by: Caller, seen: int, work: Work, now: datetime
) -> tuple[Inspection, list[Finding]]:
    """Conclude; not while a reminder waits for an accepted answer."""
    inspection, findings = await _open(inspection_id, by=by, seen=seen, work=work, now=now)
    inspection.require_open()
    if any(not finding.is_settled for finding in findings):
        raise FindingsOpen
    inspection.close(conclusion, now)
    work.supervision.inspections.save(inspection)
    return inspection, findings


async def remind(
    finding_id: UUID, *, text: str, due_on: date, by: Caller, seen: int, work: Work, now: datetime
) -> Finding:
    """Ask the unit to put it right by a day; its manager is told."""
    finding, inspection = await _finding(finding_id, seen=seen, by=by, work=work, now=now)
    await require_supervisor(inspection.agency, by, work, now)
    inspection.require_open()
    finding.remind(text, due_on, by=by.name, at=now)
    await _keep_reminded(finding, inspection, text, work, now)
    return finding


async def answer(finding_id: UUID, *, text: str, by: Caller, seen: int, work: Work, now: datetime) -> Finding:
    """Say what was done about it: the unit's manager only."""
    finding, inspection = await _finding(finding_id, seen=seen, by=by, work=work, now=now)
    if not await _leads(inspection.agency, by, work, now):
        raise Forbidden
    finding.answer(text, by=by.name, at=now)
    work.supervision.inspections.save_finding(finding)
    return finding


async def judge(
    finding_id: UUID,
    *,
    text: str,
    is_accepted: bool,
    due_on: date | None,
    by: Caller,
    seen: int,
    work: Work,
    now: datetime,
) -> Finding:
    """Accept the answer, or ask again."""
    finding, inspection = await _finding(finding_id, seen=seen, by=by, work=work, now=now)
    await require_supervisor(inspection.agency, by, work, now)
    inspection.require_open()
    finding.judge(text, is_accepted=is_accepted, due_on=due_on, by=by.name, at=now)
    if is_accepted:
        work.supervision.inspections.save_finding(finding)
    else:
        await _keep_reminded(finding, inspection, text, work, now)
    return finding


async def read_inspection(
    inspection_id: UUID, *, by: Caller, work: Work, now: datetime
) -> tuple[Inspection, list[Finding]]:
    """Return a check to who supervises its agency or leads the unit; raise `NotFound` to others."""
    inspection, findings = await work.supervision.inspections.load(inspection_id)
    await _require_sight(inspection, by, work, now)
    return inspection, findings


async def _require_sight(inspection: Inspection, by: Caller, work: Work, now: datetime) -> None:
    if await _leads(inspection.agency, by, work, now):
        return
    try:
        await require_supervisor(inspection.agency, by, work, now)
    except Forbidden as error:
        raise NotFound from error


async def _open(
    inspection_id: UUID, *, by: Caller, seen: int, work: Work, now: datetime
) -> tuple[Inspection, list[Finding]]:
    inspection, findings = await read_inspection(inspection_id, by=by, work=work, now=now)
    if inspection.version != seen:
        raise Stale
    await require_supervisor(inspection.agency, by, work, now)
    return inspection, findings


async def _finding(
    finding_id: UUID, *, seen: int, by: Caller, work: Work, now: datetime
) -> tuple[Finding, Inspection]:
    finding, inspection = await work.supervision.inspections.finding(finding_id)
    await _require_sight(inspection, by, work, now)
    if finding.version != seen:
        raise Stale
    return finding, inspection


async def _keep_reminded(
    finding: Finding, inspection: Inspection, text: str, work: Work, now: datetime
) -> None:
    work.supervision.inspections.save_finding(finding)
    data = {
        "finding_id": str(finding.id),
        "inspection_id": str(inspection.id),
        "point": inspection.point,
        "agency": (await keepers_on(work, now)).of(inspection.agency),
        "check": finding.check,
        "text": text,
        "due_on": finding.due_on.isoformat() if finding.due_on else None,
        "version": finding.version,
    }
    work.record(
        Event(
            type="inspection_reminder.raised.v1",
            key=str(finding.id),
            sequence=finding.version,
            data=data,
            occurred_at=now,
        )
    )
