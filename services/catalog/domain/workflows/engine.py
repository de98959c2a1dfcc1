"""What the dossier's engine can work today; what it cannot is refused here before anybody relies on it.

The engine stands at one step at a time, tries ways in their order by single facts an officer states, opens
opinions beside a step, holds an office step for those it waits for (`join: ALL`) until each is given or past
its deadline, lets the others lapse when the step is done, and keeps a SPECIALIST from signing what they did.
An outside system's or an applicant's answer is never held up. When it learns more, a rule below goes.
"""

from collections.abc import Mapping
from typing import Any

from services.catalog.domain.workflows.faults import Fault

VARIANT_NOTE = (
    "Hệ thống giải quyết hồ sơ hiện vẫn làm theo quy trình chung; quy trình riêng của cơ quan được công bố"
    " kèm mã QUY-TRÌNH@CƠ-QUAN để hệ thống đó dùng khi đọc được"
)


def limits(process: Mapping[str, Any]) -> list[Fault]:
    """Return what the engine could not keep of what the process promises."""
    kinds = {step["code"]: step["kind"] for step in process["steps"]}
    waited = tuple(
        step["code"]
        for step in process["steps"]
        if step.get("join") == "ALL"
        and any(kinds.get(main, "OFFICE") != "OFFICE" for main in step["consultation_of"])
    )
    found = []
    if waited:
        found.append(
            Fault(
                "engine-join-all",
                waited,
                "bước của người nộp, của hệ thống khác không bị giữ lại để chờ ý kiến; dùng join LAPSE",
            )
        )
    return found


def notes(process: Mapping[str, Any]) -> list[str]:
    """Return what an approver should know of how the engine will work this process (Vietnamese)."""
    found = [VARIANT_NOTE] if process.get("agency") else []
    stated = sorted(
        {way["condition"] for step in process["steps"] for way in step["next"] if way.get("condition")}
    )
    if stated:
        found.append("Cán bộ xác nhận từng điều kiện sau khi hoàn thành bước: " + "; ".join(stated))
    if any(way.get("skips") for step in process["steps"] for way in step["next"]):
        found.append("Bỏ qua bước do người ở bước liền trước thực hiện, kèm lý do trong ghi chú")
    return found
