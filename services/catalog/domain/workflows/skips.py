"""Skippable steps as the dossier's engine can work them: ways around, for whoever stands before."""

from collections.abc import Mapping
from typing import Any

from services.catalog.domain.workflows.faults import Fault


def skip_faults(process: Mapping[str, Any]) -> list[Fault]:
    """Return why a step's skipping has no way around it."""
    found = []
    for step in process["steps"]:
        roles = step.get("may_skip") or []
        if not roles:
            continue
        code = step["code"]
        if step["role"] == "SIGNER" or step["issues_result"]:
            found.append(
                Fault("skip-forbidden", (code,), "không được bỏ qua bước ký hay bước phát hành kết quả")
            )
        elif step["consultation_of"] or len(_ways(step)) != 1:
            found.append(Fault("skip-branching", (code,), "chỉ bỏ qua được bước có đúng một bước tiếp theo"))
        elif not _before(process, step):
            found.append(
                Fault("skip-nobody", (code,), "không bước liền trước nào do vai trò được bỏ qua thực hiện")
            )
    return found


def with_skips(process: dict[str, Any]) -> None:
    """Put the ways around skippable steps first (an engine tries ways in order), and no others."""
    by_code = {step["code"]: step for step in process["steps"]}
    for step in by_code.values():
        step["next"] = _ways(step)
    around: dict[str, list[dict[str, Any]]] = {}
    for step in by_code.values():
        if step.get("may_skip") and len(step["next"]) == 1 and not step["consultation_of"]:
            for before in _before(process, step):
                way = {"to": step["next"][0]["to"], "when": f"skip-{step['code']}", "skips": step["code"]}
                around.setdefault(before, []).append(way)
    for code, ways in around.items():
        by_code[code]["next"] = [*ways, *by_code[code]["next"]]


def _ways(step: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [way for way in step["next"] if not way.get("skips")]


def _before(process: Mapping[str, Any], step: Mapping[str, Any]) -> list[str]:
    return [
        other["code"]
        for other in process["steps"]
        if other["role"] in (step.get("may_skip") or ())
        and any(way["to"] == step["code"] for way in _ways(other))
    ]
