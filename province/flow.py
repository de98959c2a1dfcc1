"""What an internal process says as a graph: where it starts, that it ends, how long its longest way is.

A step with `consultation_of` runs beside the steps it names and belongs to no way of its own: nothing leads
to it or from it, and its hours must fit within each of theirs.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

Step = dict[str, Any]


def consultations(process: dict[str, Any]) -> list[Step]:
    """Return the steps that run beside others."""
    return [step for step in process["steps"] if step["consultation_of"]]


def graph_problems(process: dict[str, Any]) -> Iterator[str]:
    """Yield why the process cannot be walked from its first step to the issue of a result."""
    steps: dict[str, Step] = {step["code"]: step for step in process["steps"]}
    if len(steps) != len(process["steps"]):
        yield "a step code is used twice"
    if process["first"] not in steps:
        yield f"first step {process['first']!r} does not exist"
        return
    named = {edge["to"] for step in steps.values() for edge in step["next"]}
    named |= {back for step in steps.values() for back in step["can_return_to"]}
    named |= {main for step in consultations(process) for main in step["consultation_of"]}
    if unknown := sorted(named - set(steps)):
        yield f"unknown steps {unknown}"
        return
    if _has_cycle(steps):
        yield "the steps run in a circle"
        return
    yield from _way_problems(process, steps)
    yield from _consultation_problems(process, steps)


def critical_hours(process: dict[str, Any]) -> Decimal:
    """Return the working hours of the longest way; meaningful only when `graph_problems` yields nothing."""
    steps = {step["code"]: step for step in process["steps"]}
    return _longest(steps, process["first"])


def _longest(steps: dict[str, Step], code: str) -> Decimal:
    step = steps[code]
    return Decimal(str(step["hours"])) + max(
        (_longest(steps, edge["to"]) for edge in step["next"]), default=Decimal(0)
    )


def _has_cycle(steps: dict[str, Step]) -> bool:
    left = {code: {edge["to"] for edge in step["next"]} for code, step in steps.items()}
    while left:
        ends = {code for code, targets in left.items() if not targets & set(left)}
        if not ends:
            return True
        left = {code: targets for code, targets in left.items() if code not in ends}
    return False


def _way_problems(process: dict[str, Any], steps: dict[str, Step]) -> Iterator[str]:
    beside = {step["code"] for step in consultations(process)}
    entered = {edge["to"] for step in steps.values() for edge in step["next"]}
    starts = set(steps) - entered - beside
    if starts != {process["first"]}:
        yield f"starts are {sorted(starts)}, not the first step alone"
    for code, step in steps.items():
        if code in beside:
            continue
        last = not step["next"]
        if last != step["issues_result"]:
            yield f"{code}: only the last step issues the result, and it must"
        if last and (step["role"], step["kind"], step["product"]) != ("CLERK", "OFFICE", "ket-qua"):
            yield f"{code}: the last step is a clerk's, in the office, with product ket-qua"
        if step["next"] and [edge["when"] for edge in step["next"]].count("") != 1:
            yield f"{code}: exactly one way on is unconditional"


def _consultation_problems(process: dict[str, Any], steps: dict[str, Step]) -> Iterator[str]:
    entered = {edge["to"] for step in steps.values() for edge in step["next"]}
    for step in consultations(process):
        if step["next"] or step["code"] in entered:
            yield f"{step['code']}: a consultation stands beside the way, not in it"
        for main in step["consultation_of"]:
            if Decimal(str(step["hours"])) > Decimal(str(steps[main]["hours"])):
                yield f"{step['code']}: outlasts {main}"
