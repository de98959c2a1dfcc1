"""Why a process cannot be worked: every reason, with a code that never changes and the steps it is about."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.catalog.domain.workflows.conditions import BadCondition, parse
from services.catalog.domain.workflows.facts import misuses, never_taken, rules_of
from services.catalog.domain.workflows.graph import Graph, Step


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason: its stable code, the steps (or agencies) it is about, the words for people (Vietnamese)."""

    code: str
    about: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"{self.reason} ({', '.join(self.about)})" if self.about else self.reason


def faults(process: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with a process read by `read_process`, whatever agency works it; none: sound."""
    unknown = list(_names(process))
    if unknown:
        return unknown
    graph = Graph(process)
    found = [*_ways(graph), *_branches(graph, process), *_consultations(graph), *_waits(graph)]
    if not any(fault.code == "cycle" for fault in found):
        found += [*_returns(graph), *_signing(graph)]
    return found


def _names(process: Mapping[str, Any]) -> Iterator[Fault]:
    codes = [step["code"] for step in process["steps"]]
    twice = tuple(sorted({code for code in codes if codes.count(code) > 1}))
    if twice:
        yield Fault("step-twice", twice, "có hai bước trùng mã")
    if process["first"] not in codes:
        yield Fault("first-unknown", (str(process["first"]),), "bước đầu không có trong quy trình")
    for step in process["steps"]:
        named = [*(way["to"] for way in step["next"]), *step["can_return_to"], *step["consultation_of"]]
        unknown = tuple(dict.fromkeys(code for code in named if code not in codes))
        if unknown:
            yield Fault("step-unknown", (step["code"], *unknown), "có bước chuyển đến bước không tồn tại")


def _ways(graph: Graph) -> Iterator[Fault]:
    if graph.order() is None:
        circle = tuple(sorted(code for code in graph.reached if code in graph.after(code)))
        yield Fault("cycle", circle, "các bước chuyển tiếp tạo thành vòng kín")
    else:
        yield from _endings(graph)
    into_first = tuple(code for code, targets in graph.ways.items() if graph.first in targets)
    if into_first:
        yield Fault("first-entered", into_first, "bước đầu không được là bước tiếp theo của bước khác")
    unreached = tuple(code for code in graph.steps if code not in graph.reached and code not in graph.beside)
    if unreached:
        yield Fault("unreachable", unreached, "có bước không thể đi tới từ bước đầu")


def _endings(graph: Graph) -> Iterator[Fault]:
    silent = tuple(step["code"] for step in graph.ends() if not step["issues_result"])
    if silent:
        yield Fault("end-without-result", silent, "bước cuối không phát hành kết quả")
    early = tuple(code for code, step in graph.steps.items() if step["issues_result"] and step["next"])
    if early:
        yield Fault("result-before-end", early, "bước phát hành kết quả không được có bước tiếp theo")


def _branches(graph: Graph, process: Mapping[str, Any]) -> Iterator[Fault]:
    rules = rules_of(process)
    for code, step in graph.steps.items():
        ways = [way for way in step["next"] if not way.get("skips")]
        defaults = [way for way in ways if not way["when"]]
        if ways and not defaults:
            yield Fault("default-missing", (code,), "thiếu nhánh khi không điều kiện nào đúng")
        if len(defaults) > 1:
            yield Fault("default-twice", (code,), "một bước có hai bước tiếp theo không điều kiện")
        conditions = []
        for way in ways:
            if way["when"]:
                try:
                    conditions.append(parse(way.get("condition") or way["when"]))
                except BadCondition as error:
                    yield Fault("condition-unreadable", (code, way["to"]), f"điều kiện: {error}")
        wrong = [reason for condition in conditions for reason in misuses(condition, rules)]
        for reason in dict.fromkeys(wrong):
            yield Fault("condition-misuse", (code,), reason)
        for place in [] if wrong else never_taken(conditions, rules):
            target = [way["to"] for way in ways if way["when"]][place]
            yield Fault("branch-never-taken", (code, target), "có nhánh không bao giờ được đi vì điều kiện")


def _consultations(graph: Graph) -> Iterator[Fault]:
    for code, step in graph.beside.items():
        entered = any(code in targets for targets in graph.ways.values())
        if step["next"] or entered or code == graph.first:
            yield Fault("consultation-on-way", (code,), "bước lấy ý kiến song song không có bước tiếp theo")
        if not set(step["consultation_of"]) <= graph.reached - set(graph.beside):
            yield Fault(
                "consultation-beside-nothing",
                (code,),
                "bước lấy ý kiến phải song song với một bước của quy trình",
            )
        if step["kind"] != "OFFICE":
            yield Fault(
                "consultation-not-office", (code,), "chỉ cơ quan, đơn vị mới được lấy ý kiến song song"
            )
        for main in step["consultation_of"]:
            waits = step.get("join") == "ALL"
            if not waits and float(step["hours"]) > float(graph.steps[main]["hours"]):
                yield Fault(
                    "consultation-outlasts", (code, main), "ý kiến hết hạn sau khi bước chính kết thúc"
                )


def _waits(graph: Graph) -> Iterator[Fault]:
    for code, step in graph.steps.items():
        if step["kind"] != "OFFICE" and not step["hours"] > 0:
            yield Fault("wait-unbounded", (code,), "bước chờ bên ngoài hoặc chờ người nộp phải có thời hạn")
        if step["kind"] == "OUTSIDE" and not step.get("system"):
            yield Fault("outside-unnamed", (code,), "bước ở hệ thống khác phải nêu tên hệ thống")
        if step["kind"] != "OFFICE" and step["issues_result"]:
            yield Fault("result-outside", (code,), "bước phát hành kết quả phải do cơ quan thực hiện")


def _returns(graph: Graph) -> Iterator[Fault]:
    for code, step in graph.steps.items():
        for target in dict.fromkeys(step["can_return_to"]):
            if code in graph.beside or code not in graph.after(target):
                yield Fault("return-not-back", (code, target), "chỉ được trả lại bước đã qua")


def _signing(graph: Graph) -> Iterator[Fault]:
    for code in graph.steps:
        if (
            is_signing(graph.steps[code])
            and code not in graph.beside
            and _reached_without(graph, code, is_work)
        ):
            yield Fault("signer-drafts", (code,), "bước ký phải đứng sau một bước do vai trò khác thực hiện")


def is_signing(step: Step) -> bool:
    """Tell whether the step signs."""
    return (step["kind"], step["role"]) == ("OFFICE", "SIGNER")


def is_work(step: Step) -> bool:
    """Tell whether the step is office work of somebody who does not sign."""
    return bool(step["kind"] == "OFFICE" and step["role"] != "SIGNER")


def is_drafting(step: Step) -> bool:
    """Tell whether the dossier keeps this step's hand away from the signature (four eyes)."""
    return (step["kind"], step["role"]) == ("OFFICE", "SPECIALIST")


def _reached_without(graph: Graph, goal: str, passes: Callable[[Step], bool]) -> bool:
    """Tell whether some way comes to the goal without a step of that sort before it."""
    seen: set[str] = set()
    waiting = [graph.first]
    while waiting:
        code = waiting.pop()
        if code == goal:
            return True
        if code not in seen and not passes(graph.steps[code]):
            waiting += graph.ways[code]
        seen.add(code)
    return False


def undrafted(graph: Graph) -> list[str]:
    """Return signing steps some way reaches without a specialist's work before."""
    return [
        code
        for code, step in graph.steps.items()
        if is_signing(step) and code not in graph.beside and _reached_without(graph, code, is_drafting)
    ]


def reasons(found: Iterable[Fault]) -> list[str]:
    """Return the faults in words."""
    return [str(fault) for fault in found]
