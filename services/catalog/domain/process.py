"""Internal processes (quy trình nội bộ): steps, who takes them, and the longest way through."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.domain.reading import Reader
from services.catalog.domain.registers import WORK_ROLES

KINDS = ("OFFICE", "OUTSIDE", "APPLICANT")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def read_process(item: Reader) -> None:
    """Read a process and judge its graph: one start, all reachable, no circle, a result at the end."""
    item.code("code", _CODE)
    item.text("name", longest=500)
    item.inner("approved_by", _read_decision)
    item.code("first", _CODE)
    steps = item.items("steps", _read_step, required=True)
    if "version" in item.data:
        item.data["edition"] = item.data.pop("version")
    if not item.reasons:
        for reason in graph_faults(item.data["first"], steps):
            item.refuse("steps", reason)
    if not item.reasons:
        item.data["critical_hours"] = critical_hours(item.data["first"], steps)


def _read_decision(decision: Reader) -> None:
    decision.text("number", longest=200)
    decision.date("signed_on")


def _read_step(step: Reader) -> None:
    step.code("code", _CODE)
    step.text("name", longest=500)
    kind = step.choice("kind", KINDS)
    step.choice("role", WORK_ROLES, required=kind == "OFFICE")
    step.code("unit", _CODE, required=kind == "OFFICE")
    step.number("hours", least=0, most=20_000, required=True)
    step.items("next", _read_next)
    step.texts("can_return_to")
    step.texts("consultation_of")
    step.flag("issues_result", default=False)


def _read_next(link: Reader) -> None:
    link.code("to", _CODE)
    if not isinstance(link.data.setdefault("when", ""), str):
        link.refuse("when", "phải là chuỗi ký tự")


def graph_faults(first: str, steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with the steps' graph (Vietnamese); an empty list is a sound one.

    A step with `consultation_of` runs beside the steps it names and has no way on of its own.
    """
    by_code = {step["code"]: step for step in steps}
    if len(by_code) < len(steps):
        return ["có hai bước trùng mã"]
    if first not in by_code:
        return ["bước đầu không có trong quy trình"]
    unknown = {
        target
        for step in steps
        for target in (*_targets(step), *step["can_return_to"], *step["consultation_of"])
        if target not in by_code
    }
    if unknown:
        return ["có bước chuyển đến bước không tồn tại"]
    return [*_way_faults(first, by_code), *_role_faults(by_code)]


def _targets(step: Mapping[str, Any]) -> list[str]:
    return [link["to"] for link in step["next"]]


def _way_faults(first: str, by_code: Mapping[str, Mapping[str, Any]]) -> list[str]:
    faults = []
    if _order(first, by_code) is None:
        return ["các bước chuyển tiếp tạo thành vòng kín"]
    if any(first in _targets(step) for step in by_code.values()):
        faults.append("bước đầu không được là bước tiếp theo của bước khác")
    reached = _reached(first, by_code)
    beside = {code for code, step in by_code.items() if step["consultation_of"]}
    if set(by_code) - reached - beside:
        faults.append("có bước không thể đi tới từ bước đầu")
    if any(step["next"] for code, step in by_code.items() if code in beside):
        faults.append("bước lấy ý kiến song song không có bước tiếp theo")
    if any(not set(by_code[code]["consultation_of"]) <= reached for code in beside):
        faults.append("bước lấy ý kiến phải song song với một bước của quy trình")
    ends = [by_code[code] for code in reached if not by_code[code]["next"]]
    if not any(step["issues_result"] for step in ends):
        faults.append("không có bước cuối phát hành kết quả")
    if any(len([link for link in step["next"] if not link["when"]]) > 1 for step in by_code.values()):
        faults.append("một bước có hai bước tiếp theo không điều kiện")
    return faults


def _role_faults(by_code: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say where the one who signs would also have drafted: a signing step follows another role's work."""
    for step in by_code.values():
        if step["role"] == "SIGNER" and not any(
            step["code"] in _targets(other) and other["role"] != "SIGNER" for other in by_code.values()
        ):
            return ["bước ký phải đứng sau một bước do vai trò khác thực hiện"]
    return []


def _reached(first: str, by_code: Mapping[str, Mapping[str, Any]]) -> set[str]:
    found, waiting = {first}, [first]
    while waiting:
        for target in _targets(by_code[waiting.pop()]):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _order(first: str, by_code: Mapping[str, Mapping[str, Any]]) -> list[str] | None:
    """Return the reachable steps so that each comes before its targets; None when there is a circle."""
    open_ways = dict.fromkeys(_reached(first, by_code), 0)
    for code in open_ways:
        for target in _targets(by_code[code]):
            open_ways[target] += 1
    ready = [code for code, count in open_ways.items() if count == 0]
    order: list[str] = []
    while ready:
        code = ready.pop()
        order.append(code)
        for target in _targets(by_code[code]):
            open_ways[target] -= 1
            if open_ways[target] == 0:
                ready.append(target)
    return order if len(order) == len(open_ways) else None


def critical_hours(first: str, steps: Sequence[Mapping[str, Any]]) -> float:
    """Return the working hours of the longest way through; steps of the applicant do not count.

    A consultation that lasts longer than the step it runs beside stretches that step.
    """
    by_code = {step["code"]: step for step in steps}
    length = {
        code: 0.0 if step["kind"] == "APPLICANT" else float(step["hours"]) for code, step in by_code.items()
    }
    for step in steps:
        for code in step["consultation_of"]:
            length[code] = max(length[code], float(step["hours"]))
    longest: dict[str, float] = {}
    for code in _order(first, by_code) or []:
        end = longest.get(code, 0.0) + length[code]
        longest[code] = end
        for target in _targets(by_code[code]):
            longest[target] = max(longest.get(target, 0.0), end)
    return max(longest.values(), default=0.0)
