"""What the dossier's engine can work today; what it cannot is refused here before anybody relies on it.

The engine stands at one step at a time, tries ways in their order by single facts an officer states, opens
opinions beside a step and lets those still open lapse when the step is done, and keeps a SPECIALIST of a
dossier from signing it. When it learns more, a rule below goes.
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
    waited = tuple(step["code"] for step in process["steps"] if step.get("join") == "ALL")
    found = []
    if waited:
        found.append(
            Fault(
                "engine-join-all",
                waited,
                "hệ thống hồ sơ chưa giữ bước chính để chờ đủ ý kiến; dùng join LAPSE",
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
