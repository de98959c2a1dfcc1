"""What two records say differently, field by field; lists of coded things are matched by their code."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.domain.items import canonical

_KEYS = ("code", "channel", "case", "number", "sha256")
_UNTOLD = frozenset(
    {"version", "valid_from", "valid_to", "visibility", "agency", "national", "sector_name", "found_at"}
)
NAMES = {
    "name": "Tên thủ tục",
    "sector": "Lĩnh vực",
    "levels": "Cấp thực hiện",
    "route": "Nơi giải quyết",
    "submit_here": "Nộp tại hệ thống này",
    "process": "Quy trình nội bộ",
    "online_level": "Mức độ trực tuyến",
    "partial_reason": "Lý do một phần",
    "identification_level": "Mức độ định danh điện tử",
    "online_roadmap": "Lộ trình trực tuyến",
    "performing_agencies": "Cơ quan thực hiện",
    "competent_agency": "Cơ quan có thẩm quyền",
    "competent_agency_kind": "Cơ quan có thẩm quyền",
    "coordinating_agencies": "Cơ quan phối hợp",
    "delegated_to": "Cơ quan được ủy quyền",
    "applicant_types": "Đối tượng thực hiện",
    "channels": "Cách thức thực hiện",
    "processing_time": "Thời hạn giải quyết",
    "statutory_time": "Thời hạn luật định",
    "fees": "Phí, lệ phí",
    "cases": "Trường hợp",
    "components": "Thành phần hồ sơ",
    "results": "Kết quả thực hiện",
    "legal_bases": "Căn cứ pháp lý",
    "steps_text": "Trình tự thực hiện",
    "requirements": "Yêu cầu, điều kiện",
    "keywords": "Từ khóa",
    "decision": "Quyết định công bố",
    "sensitive_class": "Phân loại dữ liệu nhạy cảm",
    "at_centre": "Tiếp nhận tại Trung tâm",
    "standard_reasons": "Lý do mẫu",
    "copies_sets": "Số bộ hồ sơ",
    "successors": "Thủ tục thay thế",
}


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return [{path, name, kind: ADDED|REMOVED|CHANGED, before, after}] in the order of the fields' names.

    A thing of a coded list is named by its code (`components[to-khai].originals`), so that a new first paper
    does not make every other one look changed. Null, an empty text and an empty list say the same: nothing.
    """
    found: list[dict[str, Any]] = []
    old = before or {}
    for name in sorted({*old, *after} - _UNTOLD):
        _compare(name, old.get(name), after.get(name), NAMES.get(name, name), found)
    return found


def _compare(path: str, before: Any, after: Any, name: str, found: list[dict[str, Any]]) -> None:
    before, after = _plain(before), _plain(after)
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            inner = NAMES.get(key)
            _compare(
                f"{path}.{key}", before.get(key), after.get(key), f"{name}: {inner}" if inner else name, found
            )
        return
    key = _key_of(before, after)
    if key:
        _compare_coded(path, key, before or [], after or [], name, found)
        return
    kind = "ADDED" if before is None else "REMOVED" if after is None else "CHANGED"
    found.append({"path": path, "name": name, "kind": kind, "before": before, "after": after})


def _compare_coded(
    path: str, key: str, before: Sequence[Any], after: Sequence[Any], name: str, found: list[dict[str, Any]]
) -> None:
    old, new = {str(part[key]): part for part in before}, {str(part[key]): part for part in after}
    for code in dict.fromkeys([*old, *new]):
        _compare(f"{path}[{code}]", old.get(code), new.get(code), name, found)
    if list(old) != list(new) and set(old) == set(new):
        found.append({"path": path, "name": name, "kind": "CHANGED", "before": list(old), "after": list(new)})


def _plain(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def _key_of(before: Any, after: Any) -> str | None:
    """Return the member by which both lists name their parts; None: they are compared whole."""
    parts = [part for side in (before, after) if isinstance(side, list) for part in side]
    if not parts or not all(side is None or isinstance(side, list) for side in (before, after)):
        return None
    for key in _KEYS:
        if all(isinstance(part, Mapping) and part.get(key) is not None for part in parts) and all(
            len({str(part[key]) for part in side}) == len(side) for side in (before, after) if side
        ):
            return key
    return None


def is_same(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    """Tell whether two parts say the same."""
    return before is not None and canonical(_bare(before)) == canonical(_bare(after))


def _bare(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in record.items() if name not in _UNTOLD and _plain(value) is not None
    }
