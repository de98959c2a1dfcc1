"""What stands against a change of agencies: judged before anything is planned, all on the effective day."""

from collections.abc import Iterable, Mapping
from datetime import date

from services.catalog.domain.agencies.changes import ChangeKind, ChangeRequest, Held, Record
from services.catalog.domain.agencies.errors import (
    AgencyEnded,
    EffectiveInPast,
    LevelEnded,
    MissingPart,
    NothingChanges,
    ParentEnded,
    PeriodsOverlap,
    SuccessionCycle,
    UnknownAgency,
)
from services.catalog.domain.agencies.in_time import has_ended, is_in_force, leads_to

_ENDING = (ChangeKind.MERGE, ChangeKind.SPLIT, ChangeKind.DISSOLVE)


def check(request: ChangeRequest, held: Held, today: date) -> None:
    """Raise the first refusal; the order is that in which a person would mend it."""
    if request.effective_on < today and not request.is_correction:
        raise EffectiveInPast
    _complete(request)
    _known(request, held.agencies)
    if request.kind in _ENDING:
        _ending(request, held)
    else:
        _staying(request, held.agencies)
    _parents(request, held)


def _complete(request: ChangeRequest) -> None:
    """Raise `MissingPart` where the kind of change needs more, or has no use for what is said."""
    many = 2
    wanted: list[tuple[str, bool, str]] = {
        ChangeKind.MERGE: [
            ("ended", bool(request.ended), "Phải nêu cơ quan được sáp nhập"),
            ("successors", len(request.successors) == 1, "Sáp nhập vào đúng một cơ quan"),
        ],
        ChangeKind.SPLIT: [
            ("ended", len(request.ended) == 1, "Chia tách đúng một cơ quan"),
            ("successors", len(request.successors) >= many, "Phải có ít nhất hai cơ quan kế thừa"),
        ],
        ChangeKind.DISSOLVE: [
            ("ended", len(request.ended) == 1, "Giải thể đúng một cơ quan"),
            ("created", not request.created, "Giải thể không lập cơ quan mới"),
            ("successors", bool(request.successors), "Phải nêu cơ quan kế thừa nhiệm vụ"),
        ],
        ChangeKind.RENAME: [
            ("agency", bool(request.agency), "Phải nêu cơ quan được đổi tên"),
            ("name", bool(request.name), "Phải nêu tên mới"),
        ],
        ChangeKind.MOVE: [
            ("agency", bool(request.agency), "Phải nêu cơ quan được chuyển"),
            ("parent", bool(request.parent), "Phải nêu cơ quan cấp trên mới"),
        ],
    }[request.kind]
    faults = [(name, reason) for name, holds, reason in wanted if not holds]
    if request.kind in _ENDING:
        if len(request.successors) > 1 and request.continuing not in request.successors:
            faults.append(("continuing", "Phải nêu cơ quan kế thừa tiếp tục giải quyết hồ sơ đang chạy"))
        if not {record["code"] for record in request.created} <= set(request.successors):
            faults.append(("created", "Cơ quan mới phải là cơ quan kế thừa"))
    elif request.ended or request.created or request.successors:
        faults.append(("ended", "Đổi tên hay chuyển cấp trên không kết thúc cơ quan nào"))
    if request.decision.signed_on > request.effective_on and not request.is_correction:
        faults.append(("effective_on", "Trước ngày ký quyết định"))
    for name, codes in (("ended", request.ended), ("successors", request.successors)):
        if len(set(codes)) < len(codes):
            faults.append((name, "Một cơ quan được nêu hai lần"))
    if faults:
        raise MissingPart(fields=faults)


def _known(request: ChangeRequest, agencies: Mapping[str, Record]) -> None:
    new = {record["code"] for record in request.created}
    named = {
        "ended": request.ended,
        "successors": [code for code in request.successors if code not in new],
        "agency": [request.agency] if request.agency else [],
        "parent": [request.parent] if request.parent else [],
    }
    faults = [
        (name, "Không có trong danh mục")
        for name, codes in named.items()
        if any(code not in agencies for code in codes)
    ]
    if faults:
        raise UnknownAgency(fields=faults)
    _one_of(request.successors, request.procedures.values(), "procedures")
    stays = {*request.successors, *agencies} - set(request.ended)
    _one_of(stays, [[target] for target, _ in request.staff.values()], "staff")
    _one_of(stays, [[code] for code in request.points.values()], "points")
    _one_of(stays, [[code] for code in request.children.values()], "children")


def _one_of(allowed: Iterable[str], named: Iterable[Iterable[str]], field: str) -> None:
    known = set(allowed)
    if any(code not in known for codes in named for code in codes):
        raise UnknownAgency(fields=[(field, "Không phải cơ quan kế thừa hoặc không có trong danh mục")])


def _ending(request: ChangeRequest, held: Held) -> None:
    _ended(request, held.agencies)
    _successors(request, held)


def _ended(request: ChangeRequest, agencies: Mapping[str, Record]) -> None:
    day = request.effective_on
    for code in request.ended:
        agency = agencies[code]
        if agency["valid_to"]:
            raise AgencyEnded(extra={"agency": code, "valid_to": str(agency["valid_to"])})
        if str(agency["valid_from"]) >= day.isoformat():
            raise PeriodsOverlap(
                "Cơ quan chưa hoạt động ngày nào trước ngày hiệu lực.", extra={"agency": code}
            )


def _successors(request: ChangeRequest, held: Held) -> None:
    agencies, day = held.agencies, request.effective_on
    for code in request.successors:
        if code in request.ended or any(leads_to(code, old, agencies) for old in request.ended):
            raise SuccessionCycle(extra={"agency": code})
    for record in request.created:
        if record["code"] in agencies and not agencies[record["code"]].get("withdrawn"):
            raise PeriodsOverlap("Mã định danh đã thuộc về một cơ quan.", extra={"agency": record["code"]})
        _level(str(record["level"]), held, day)
    new = {record["code"] for record in request.created}
    for code in request.successors:
        if code in new:
            continue
        if has_ended(agencies[code], day) or agencies[code]["valid_to"]:
            raise AgencyEnded(
                "Cơ quan kế thừa đã kết thúc hoặc sắp kết thúc.",
                extra={"agency": code, "valid_to": str(agencies[code]["valid_to"])},
            )
        if not is_in_force(agencies[code], day):
            raise PeriodsOverlap("Cơ quan kế thừa chưa hoạt động vào ngày hiệu lực.", extra={"agency": code})


def _level(level: str, held: Held, day: date) -> None:
    period = held.levels.get(level)
    if period is None or day < period[0] or (period[1] is not None and period[1] < day):
        raise LevelEnded(extra={"level": level})


def _staying(request: ChangeRequest, agencies: Mapping[str, Record]) -> None:
    agency = agencies[request.agency]
    if agency["valid_to"]:
        raise AgencyEnded(extra={"agency": request.agency, "valid_to": str(agency["valid_to"])})
    if not is_in_force(agency, request.effective_on):
        raise PeriodsOverlap("Cơ quan chưa hoạt động vào ngày hiệu lực.", extra={"agency": request.agency})
    is_same_name = request.kind is ChangeKind.RENAME and agency["name"] == request.name
    if is_same_name or (request.kind is ChangeKind.MOVE and agency["parent"] == request.parent):
        raise NothingChanges


def _parents(request: ChangeRequest, held: Held) -> None:
    """Raise `ParentEnded` where an agency would stand under one that does not work on the day."""
    agencies, day = held.agencies, request.effective_on
    new = {record["code"]: record for record in request.created}
    parents = [str(record["parent"]) for record in request.created if record.get("parent")]
    parents += [request.parent] if request.parent else []
    parents += [target for target in request.children.values() if target]
    for code in parents:
        parent = new.get(code) or agencies.get(code)
        if parent is None or code in request.ended or (code not in new and not is_in_force(parent, day)):
            raise ParentEnded(extra={"agency": code})
    if request.kind is ChangeKind.MOVE and _is_under(request.parent, request.agency, agencies):
        raise SuccessionCycle("Cơ quan không thể đứng dưới cơ quan trực thuộc mình.")


def _is_under(code: str, top: str, agencies: Mapping[str, Record]) -> bool:
    seen: set[str] = set()
    while code and code not in seen:
        if code == top:
            return True
        seen.add(code)
        code = str((agencies.get(code) or {}).get("parent") or "")
    return False
