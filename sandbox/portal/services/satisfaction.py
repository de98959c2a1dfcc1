"""`DongBoDanhGia`: the monthly summary of satisfaction (section 15)."""

from sandbox.portal.services.writes import elements_of, require_shape
from sandbox.portal.shapes import SATISFACTION, SATISFACTION_GROUPS
from sandbox.portal.state import PortalState
from sandbox.portal.store.dossiers import to_json
from sandbox.portal.wire import Answer, Call, Json, PortalRefusal, as_text

_WHOLE = 100.0
_ROUNDING = 1.0
"""Three rounded percentages may miss 100 by this much."""


def sync_satisfaction(state: PortalState, call: Call) -> Answer:
    """Keep one summary per month, agency, procedure and question; a later one takes its place."""
    for element in elements_of(state, call):
        require_shape(state, SATISFACTION, element)
        _require_whole(state, element)
        state.journal.write(
            "INSERT OR REPLACE INTO satisfaction VALUES (?, ?, ?, ?, ?, ?)",
            as_text(element["NgayTongHop"]),
            as_text(element["Madonvi"]),
            as_text(element.get("MaThuTuc")),
            as_text(element.get("NoiDung")),
            call.at.isoformat(),
            to_json(element),
        )
    return Answer(0, "Đồng bộ đánh giá thành công")


def _require_whole(state: PortalState, element: Json) -> None:
    for group in SATISFACTION_GROUPS:
        said = [as_text(element.get(name)) for name in group]
        if not any(said):
            continue
        total = sum(float(text.rstrip("%").replace(",", ".") or 0) for text in said)
        if total and abs(total - _WHOLE) > _ROUNDING:
            raise PortalRefusal(state.settings.code_invalid, f"Tổng tỷ lệ của {group[0]}… phải bằng 100%")
