"""Merge, split, rename, dissolve, move: one decision, one preview, one commit; the rest on its day."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from kernel.core.ids import new_id
from services.catalog.domain.agencies.changes import ChangePlan, ChangeRequest, Record, changed
from services.catalog.domain.agencies.errors import MayNotReorganise
from services.catalog.domain.agencies.in_time import placed, taking_effect
from services.catalog.domain.agencies.planning import plan_change
from services.catalog.domain.agencies.undoing import undo_of
from services.catalog.use_cases.agencies.ports import KeptChange, Rows, RowWrite
from services.catalog.use_cases.ports import Work


async def preview_change(request: ChangeRequest, *, by: Caller, work: Work, now: datetime) -> dict[str, Any]:
    """Return what the change would do, by the rules of the commit; nothing is written."""
    if not by.has_role("CATALOG_EDITOR", "CATALOG_APPROVER"):
        raise MayNotReorganise
    plan, _ = await _plan(request, work, now)
    return summary_of(plan, _today(now))


async def change_agencies(request: ChangeRequest, *, by: Caller, work: Work, now: datetime) -> KeptChange:
    """Take a decision into the catalogue, all of it; what is for a later day waits for it.

    Agencies that end and begin say so at once, with their days; names, parents, staff and places move on
    the effective day.
    """
    if not by.has_role("CATALOG_APPROVER"):
        raise MayNotReorganise
    plan, agencies = await _plan(request, work, now)
    today = _today(now)
    is_due = request.effective_on <= today
    kept = KeptChange(
        id=new_id(),
        kind=request.kind.value,
        number=request.decision.number,
        signed_on=request.decision.signed_on,
        effective_on=request.effective_on,
        state="APPLIED" if is_due else "PENDING",
        summary=summary_of(plan, today),
        deferred=plan.deferred()
        if is_due
        else {**plan.deferred(), "undo": undo_of(plan, _records(agencies))},
        questions=[question.data() for question in plan.questions],
        made_by=by.subject,
        made_at=now,
        applied_at=now if is_due else None,
    )
    work.agencies.keep_change(kept)
    work.agencies.remap(plan, by.subject)
    at_once: dict[str, dict[str, Any]] = {code: dict(members) for code, members in plan.now.items()}
    rows = Rows(agencies=agencies)
    if is_due:
        rows = await work.agencies.rows([], sorted(plan.staff), sorted(plan.points))
        rows = Rows(agencies=agencies, staff=rows.staff, points=rows.points)
        for code, members in plan.then.items():
            if code not in plan.created:
                at_once[code] = {**at_once.get(code, {}), **members}
    # The code of an agency whose foundation was withdrawn has a version already: readers go by it.
    created = [
        RowWrite(code, agencies[code][0] if code in agencies else 0, record)
        for code, record in plan.created.items()
    ]
    _write_agencies(work, rows, at_once, request.last_day, now, created)
    if is_due:
        _move_people_and_places(work, rows, plan.deferred(), now)
    return kept


def _records(agencies: Mapping[str, tuple[int, Record]]) -> dict[str, Record]:
    return {code: record for code, (_, record) in agencies.items()}


async def apply_change(change: KeptChange, *, work: Work, now: datetime) -> None:
    """Let a change take effect on its day: once, and every reader is told again."""
    deferred = change.deferred
    rows = await work.agencies.rows(
        sorted(deferred["agencies"]), sorted(deferred["staff"]), sorted(deferred["points"])
    )
    ended = {str(one["code"]) for one in change.summary["ended"]}
    deferred = _still_there(deferred, rows, ended) if ended else deferred
    _write_agencies(work, rows, deferred["agencies"], change.effective_on - timedelta(days=1), now, [])
    _move_people_and_places(work, rows, deferred, now)
    work.agencies.mark_applied(change.id, now)


def _still_there(deferred: Mapping[str, Any], rows: Rows, ended: set[str]) -> dict[str, Any]:
    """Return what is to move without what another decision has taken from under the ended meanwhile."""

    def stands(found: Mapping[str, tuple[int, Record]], code: str, member: str) -> bool:
        return code in found and found[code][1].get(member) in ended

    agencies = {
        code: {
            name: value
            for name, value in members.items()
            if name != "parent" or stands(rows.agencies, code, "parent")
        }
        for code, members in deferred["agencies"].items()
    }
    return {
        "agencies": agencies,
        "staff": {code: to for code, to in deferred["staff"].items() if stands(rows.staff, code, "agency")},
        "points": {
            code: to for code, to in deferred["points"].items() if stands(rows.points, code, "agency")
        },
    }


async def _plan(
    request: ChangeRequest, work: Work, now: datetime
) -> tuple[ChangePlan, Mapping[str, tuple[int, Record]]]:
    agencies = await work.agencies.agencies()
    coming = await work.agencies.coming(request.effective_on)
    records = {code: placed(record, coming.get(code, ())) for code, (_, record) in agencies.items()}
    held = await work.agencies.held(records, request.ended, request.effective_on)
    return plan_change(request, held, _today(now)), agencies


def _write_agencies(
    work: Work,
    rows: Rows,
    members: Mapping[str, Mapping[str, Any]],
    until: date,
    now: datetime,
    created: list[RowWrite],
) -> None:
    writes = list(created)
    for code, given in members.items():
        seen, record = rows.agencies[code]
        writes.append(RowWrite(code, seen, changed(record, taking_effect(record, given, until))))
    work.agencies.save_agencies(writes)
    for write in writes:
        work.record(agency_event(write, now))


def _move_people_and_places(work: Work, rows: Rows, deferred: Mapping[str, Any], now: datetime) -> None:
    people = [
        RowWrite(
            subject, rows.staff[subject][0], changed(rows.staff[subject][1], _moved(rows, subject, members))
        )
        for subject, members in deferred["staff"].items()
        if subject in rows.staff
    ]
    places = [
        RowWrite(code, rows.points[code][0], {**rows.points[code][1], "agency": agency})
        for code, agency in deferred["points"].items()
        if code in rows.points
    ]
    if people:
        work.agencies.save_staff(people)
    if places:
        work.agencies.save_points(places)
    for write in people:
        work.record(staff_event(write, now))
    for write in places:
        work.record(point_event(write, now))


def _moved(rows: Rows, subject: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """Return where somebody goes; what was delegated to them at the old agency goes along."""
    _, member = rows.staff[subject]
    given = member.get("delegations") or ()
    if not given:
        return dict(members)
    along = [
        {**item, "agency": members["agency"]} if item["agency"] == member["agency"] else item
        for item in given
    ]
    return {**members, "delegations": along}


def agency_event(write: RowWrite, now: datetime) -> Event:
    """Return the event of a changed agency: its full state."""
    return _event("agency.changed.v1", write, now)


def staff_event(write: RowWrite, now: datetime) -> Event:
    """Return the event of a changed member of staff: delegations and leave included."""
    return _event("staff.changed.v1", write, now)


def point_event(write: RowWrite, now: datetime) -> Event:
    """Return the event of a changed one-stop point: its full state."""
    return _event("one_stop_point.changed.v1", write, now)


def _event(event_type: str, write: RowWrite, now: datetime) -> Event:
    data = {name: value for name, value in write.data.items() if name != "decided"}
    return Event(
        type=event_type,
        key=write.code,
        sequence=write.version,
        data={**data, "version": write.version},
        occurred_at=now,
    )


def summary_of(plan: ChangePlan, today: date) -> dict[str, Any]:
    """Return what a change does, as the preview and the register show it."""
    request = plan.request
    moved = {
        code: {name: value for name, value in members.items() if name in {"name", "short_name", "parent"}}
        for code, members in plan.then.items()
    }
    return {
        "kind": request.kind.value,
        "decision": request.decision.data(),
        "effective_on": request.effective_on.isoformat(),
        "applies": "NOW" if request.effective_on <= today else "ON_THE_DAY",
        "ended": [
            {"code": code, "last_day": request.last_day.isoformat(), **_carrying(plan.now[code])}
            for code in request.ended
        ],
        "created": [
            {"code": code, "name": record["name"], "level": record["level"], "parent": record["parent"]}
            for code, record in plan.created.items()
        ],
        "moved": [{"code": code, **members} for code, members in moved.items() if members],
        "competence": [
            {"agency": row.agency, "procedure": row.procedure, "valid_from": row.valid_from.isoformat()}
            for row in plan.opened
        ],
        "staff": [{"subject": subject, **to} for subject, to in plan.staff.items()],
        "one_stop_points": [{"code": code, "agency": to} for code, to in plan.points.items()],
        "open_questions": [question.data() for question in plan.questions],
    }


def _carrying(members: Mapping[str, Any]) -> dict[str, Any]:
    return {"successors": members["successors"], "continuing": members["continuing"]}


def _today(now: datetime) -> date:
    return now.astimezone(VIETNAM).date()
