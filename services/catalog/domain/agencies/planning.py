"""Lays out what a change makes of agencies, competence, staff and places; nothing under it is forgotten."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.catalog.domain.agencies.changes import (
    EVERY,
    ChangeKind,
    ChangePlan,
    ChangeRequest,
    Held,
    Offering,
    Question,
    Record,
)
from services.catalog.domain.agencies.checks import check
from services.catalog.domain.agencies.errors import ParentEnded, ProceduresOrphaned
from services.catalog.domain.agencies.in_time import has_ended
from services.catalog.domain.identifiers import legacy_agency_code


def plan_change(request: ChangeRequest, held: Held, today: date) -> ChangePlan:
    """Return everything the change writes; raise what stands against it."""
    check(request, held, today)
    plan = ChangePlan(request)
    if request.kind is ChangeKind.RENAME:
        short = request.short_name or None
        plan.then[request.agency] = {"name": request.name, "short_name": short}
        return plan
    if request.kind is ChangeKind.MOVE:
        plan.then[request.agency] = {"parent": request.parent}
        return plan
    for code in request.ended:
        _end(plan, code)
    _begin(plan, held)
    _children(plan, held)
    _competence(plan, held)
    _people(plan, held)
    _places(plan, held)
    return plan


def _end(plan: ChangePlan, code: str) -> None:
    request = plan.request
    plan.now[code] = {
        "valid_to": request.last_day.isoformat(),
        "successors": list(request.successors),
        "continuing": {"agency": request.continuing or request.sole, "by_procedure": {}},
        "ended_by": request.decision.data(),
    }
    plan.then[code] = {}


def _begin(plan: ChangePlan, held: Held) -> None:
    request = plan.request
    for record in request.created:
        code = record["code"]
        plan.created[code] = {
            "short_name": None,
            "address": None,
            "phone": None,
            "place": None,
            "calendar": "default",
            "one_stop_unit": None,
            "units": [],
            "parent": None,
            **record,
            "legacy_code": legacy_agency_code(code),
            "valid_from": request.effective_on.isoformat(),
            "valid_to": None,
            "successors": [],
            "created_by": request.decision.data(),
        }
        plan.then[code] = {}
    for code in request.successors:
        carried = [item for old in request.ended for item in _line(request, held, old, code)]
        if code in plan.created:
            plan.created[code]["predecessors"] = carried
            continue
        held_before = list(held.agencies[code].get("predecessors") or ())
        plan.now[code] = {"predecessors": [*held_before, *carried]}
        plan.then.setdefault(code, {})


def _carried(request: ChangeRequest, old: str, code: str) -> dict[str, Any]:
    """Return what a successor takes over of one that ended: all procedures (null), or those named."""
    mine = sorted(one for one, targets in request.procedures.items() if code in targets and one != EVERY)
    is_all = bool(request.sole) or code in request.procedures.get(EVERY, ())
    return {
        "agency": old,
        "procedures": None if is_all else mine,
        "except": _given_elsewhere(request, code) if is_all else [],
        "from": request.effective_on.isoformat(),
    }


def _line(request: ChangeRequest, held: Held, old: str, code: str) -> list[dict[str, Any]]:
    """Return what comes of one that ended, with what it had itself taken over before."""
    direct = _carried(request, old, code)
    return [direct, *(_both(before, direct) for before in held.agencies[old].get("predecessors") or ())]


def _both(before: Record, direct: dict[str, Any]) -> dict[str, Any]:
    """Return what passed through two successions: only what both carried."""
    if direct["procedures"] is None and before["procedures"] is None:
        left_out = sorted({*before["except"], *direct["except"]})
        return {**before, "except": left_out, "from": direct["from"]}
    if direct["procedures"] is None:
        passed = [one for one in before["procedures"] if one not in direct["except"]]
    elif before["procedures"] is None:
        passed = [one for one in direct["procedures"] if one not in before["except"]]
    else:
        passed = [one for one in direct["procedures"] if one in before["procedures"]]
    return {**before, "procedures": passed, "except": [], "from": direct["from"]}


def _given_elsewhere(request: ChangeRequest, code: str) -> list[str]:
    return sorted(one for one, targets in request.procedures.items() if one != EVERY and code not in targets)


def _children(plan: ChangePlan, held: Held) -> None:
    request = plan.request
    left: list[str] = []
    for code, agency in held.agencies.items():
        if agency.get("parent") not in request.ended or code in request.ended:
            continue
        if has_ended(agency, request.effective_on) or agency["valid_to"]:
            continue
        parent = _new_parent(request, code, held.agencies[str(agency["parent"])])
        if not parent:
            left.append(code)
            continue
        plan.then[code] = {**plan.then.get(code, {}), "parent": parent}
    if left:
        raise ParentEnded("Có cơ quan trực thuộc chưa có cấp trên mới.", extra={"agencies": sorted(left)})


def _new_parent(request: ChangeRequest, child: str, ended: Record) -> str:
    """Return whom a child stands under next: as told, who carries on alone, or, when a level goes, the next.

    A child that itself carries on its parent comes under whom the parent stood.
    """
    told = request.children.get(child)
    if told:
        return told
    if request.kind is ChangeKind.DISSOLVE or request.sole == child:
        return str(ended.get("parent") or "")
    return request.sole


def _competence(plan: ChangePlan, held: Held) -> None:
    """Hand on every procedure; raise `ProceduresOrphaned` for those nobody would be competent for."""
    request = plan.request
    orphaned: set[str] = set()
    opened: dict[tuple[str, str], Offering] = {}
    of_ended = {
        procedure: agencies & set(request.ended)
        for procedure, agencies in held.performers.items()
        if agencies & set(request.ended)
    }
    for procedure, losing in of_ended.items():
        targets = _targets(request, procedure)
        if not targets and not held.performers[procedure] - set(request.ended):
            orphaned.add(procedure)
        if len(targets) == 1 and not request.sole:
            for code in losing:
                plan.now[code]["continuing"]["by_procedure"][procedure] = targets[0]
    if orphaned:
        raise ProceduresOrphaned(extra={"procedures": sorted(orphaned)})
    for row in held.offerings:
        if row.agency not in request.ended or (row.valid_to and row.valid_to < request.effective_on):
            continue
        plan.closed.append(row)
        for target in _targets(request, row.procedure):
            key, start = (target, row.procedure), max(row.valid_from, request.effective_on)
            known = opened.get(key)
            if known is None:
                opened[key] = replace(row, agency=target, valid_from=start)
                continue
            is_open = known.valid_to is None or row.valid_to is None
            last = None if is_open else max(known.valid_to or start, row.valid_to or start)
            opened[key] = replace(known, valid_from=min(known.valid_from, start), valid_to=last)
    has_already = {
        (row.agency, row.procedure)
        for row in held.offerings
        if row.valid_to is None or row.valid_to >= request.effective_on
    }
    plan.opened = [row for key, row in opened.items() if key not in has_already]


def _targets(request: ChangeRequest, procedure: str) -> list[str]:
    if request.sole:
        return [request.sole]
    return list(request.procedures.get(procedure) or request.procedures.get(EVERY) or ())


def _people(plan: ChangePlan, held: Held) -> None:
    request = plan.request
    units = {code: _units(record) for code, record in {**held.agencies, **plan.created}.items()}
    for member in held.staff:
        subject = str(member["subject"])
        target, unit = request.staff.get(subject, (request.sole, str(member.get("unit") or "")))
        if not target:
            text = f"Chưa phân công cơ quan mới cho {member['name']}"
            plan.questions.append(Question("staff", subject, text))
            continue
        if unit and unit not in units.get(target, frozenset()):
            text = f"Cơ quan mới không có đơn vị “{unit}” của {member['name']}"
            plan.questions.append(Question("staff", subject, text))
            unit = ""
        plan.staff[subject] = {"agency": target, "unit": unit or None}


def _units(record: Record) -> frozenset[str]:
    return frozenset(str(unit["code"]) for unit in record.get("units") or ())


def _places(plan: ChangePlan, held: Held) -> None:
    request = plan.request
    for point in held.points:
        code = str(point["code"])
        target = request.points.get(code) or request.sole
        if target:
            plan.points[code] = target
        else:
            text = f"Chưa rõ cơ quan quản lý mới của {point['name']}"
            plan.questions.append(Question("one_stop_point", code, text))
