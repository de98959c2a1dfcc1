"""A procedure as the national portal's `LayThuTuc` answers it (its section 11.2), made a public record.

Leaf values are strings, mostly; lists may be null; amounts may be "150.000" or "Không"; texts may hold HTML.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from services.catalog.domain.fees import dong
from services.catalog.domain.sources.rows import Dirt, Row
from services.catalog.domain.text import a_day, fold, one_line

_KINDS = {"1": "in_person", "2": "online", "3": "postal"}
_LEVELS = {"0": "Cấp bộ", "1": "Cấp tỉnh", "2": "Cấp huyện", "3": "Cấp xã"}
_LEVEL_NAMES = {"bo": "Cấp bộ", "tinh": "Cấp tỉnh", "huyen": "Cấp huyện", "xa": "Cấp xã", "phuong": "Cấp xã"}
_TYPES = {
    "1": "TTHC không được luật giao cho địa phương quy định hoặc quy định chi tiết",
    "2": "TTHC được luật giao quy định chi tiết",
    "3": "Khác",
}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_PUBLIC = "1"
_KNOWN = frozenset(
    [
        "ID",
        "MATTHC",
        "TENTTHC",
        "MACOQUANCONGBO",
        "LOAITTHC",
        "TRANGTHAI",
        "IDQUYETDINHCONGBO",
        "YEUCAU",
        "TUKHOA",
        "MOTA",
        "QUYETDINH",
        "DIACHITIEPNHAN",
        "MOTADOITUONGTHUCHIEN",
        "MOTACOQUANTHUCHIEN",
        "MOTACOQUANTHAMQUYEN",
        "TRINHTUTHUCHIEN",
        "CAPTHUCHIEN",
        "LINHVUCTHUCHIEN",
        "CACHTHUCTHUCHIEN",
        "DOITUONGTHUCHIEN",
        "THANHPHANHOSO",
        "KETQUATHUCHIEN",
        "CANCUPHAPLY",
        "COQUANTHUCHIEN",
        "COQUANCOTHAMQUYEN",
        "COQUANDUOCUYQUYEN",
        "COQUANPHOIHOP",
        "TTHCLIENQUAN",
        "TTHCLIENTHONG",
        "ISNGANHDOC",
    ]
)


def is_portal_record(found: Mapping[str, Any]) -> bool:
    """Tell whether a record speaks the portal's language."""
    return "MATTHC" in found


def read_portal_record(row: Row) -> None:
    """Make the row's record a public one; refuse what the portal says is not public."""
    found = row.record
    state = _text(found.get("TRANGTHAI"))
    if state and state != _PUBLIC:
        row.reasons.append("TRANGTHAI: thủ tục không ở trạng thái công khai")
    for name in found.keys() - _KNOWN:
        row.note(Dirt.UNKNOWN_COLUMN, name)
    if any(value is None for name, value in found.items() if name.isupper()):
        row.note(Dirt.NULL_LIST, next(name for name, value in found.items() if value is None))
    row.record = {
        "code": _text(found.get("MATTHC")) or None,
        "name": _text(found.get("TENTTHC")) or None,
        "field": next((_text(part.get("TENLINHVUC")) for part in _parts(found, "LINHVUCTHUCHIEN")), None),
        "levels": [_level(part, row) for part in _parts(found, "CAPTHUCHIEN")],
        "issuing_agency": _text(found.get("MACOQUANCONGBO")) or None,
        "implementing_agencies": _names(found, "COQUANTHUCHIEN"),
        "implementing_agency": _text(found.get("MOTACOQUANTHUCHIEN")) or None,
        "competent_authority": "; ".join(_names(found, "COQUANCOTHAMQUYEN"))
        or _text(found.get("MOTACOQUANTHAMQUYEN"))
        or None,
        "delegated_agency": "; ".join(_names(found, "COQUANDUOCUYQUYEN")) or None,
        "coordinating_agency": "; ".join(_names(found, "COQUANPHOIHOP")) or None,
        "target_audience": [
            name for part in _parts(found, "DOITUONGTHUCHIEN") if (name := _text(part.get("TENDOITUONG")))
        ],
        "procedure_type": _TYPES.get(_text(found.get("LOAITTHC"))),
        "channels": [
            channel for part in _parts(found, "CACHTHUCTHUCHIEN") for channel in _channels(part, row)
        ],
        "steps_text": _steps(found),
        "components": [item for part in _parts(found, "THANHPHANHOSO") for item in _components(part, row)],
        "results": [
            {"name": _text(part.get("TENKETQUA")), "code": _text(part.get("MAKETQUA")) or None}
            for part in _parts(found, "KETQUATHUCHIEN")
        ],
        "legal_bases": [_law(part) for part in _parts(found, "CANCUPHAPLY")],
        "conditions_text": _text(found.get("YEUCAU")) or None,
        "decision_number": _text(found.get("QUYETDINH")) or None,
        "keywords": [word.strip() for word in re.split(r"[;,]", _text(found.get("TUKHOA"))) if word.strip()],
        "description": _text(found.get("MOTA")) or None,
        "receiving_address": _text(found.get("DIACHITIEPNHAN")) or None,
        "related_procedures": _codes(found.get("TTHCLIENQUAN")),
        "source": "LayThuTuc",
    }


def _text(value: object) -> str:
    if value is None or isinstance(value, bool | list | dict):
        return ""
    return str(value).strip()


def _parts(found: Mapping[str, Any], name: str) -> Iterable[Mapping[str, Any]]:
    value = found.get(name)
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []


def _names(found: Mapping[str, Any], name: str) -> list[str]:
    return [text for part in _parts(found, name) if (text := _text(part.get("TENDONVI")))]


def _codes(value: object) -> list[str]:
    return [text for code in value if (text := _text(code))] if isinstance(value, list) else []


def _level(part: Mapping[str, Any], row: Row) -> str:
    """Read the level by its name first: portals number levels differently, their names agree."""
    name = fold(one_line(_text(part.get("TENCAP")))).removeprefix("cap ").strip()
    found = _LEVEL_NAMES.get(name) or (None if name else _LEVELS.get(_text(part.get("CAPTHUCHIEN"))))
    if found is None:
        row.note(Dirt.UNKNOWN_LEVEL, part.get("TENCAP") or part.get("CAPTHUCHIEN"))
    return found or _text(part.get("TENCAP")) or "Khác"


def _channels(part: Mapping[str, Any], row: Row) -> Iterable[dict[str, Any]]:
    kind = _KINDS.get(_text(part.get("KENH")), "in_person")
    if _text(part.get("KENH")) not in _KINDS:
        row.note(Dirt.UNKNOWN_CHANNEL, part.get("KENH"))
    for time in _parts(part, "THOIGIAN") or [{}]:
        value, unit = _text(time.get("THOIGIANGIAIQUYET")), _text(time.get("DONVITINH"))
        is_number = _NUMBER.fullmatch(value) is not None
        if value and not is_number:
            row.note(Dirt.DURATION_UNREAD, value)
        unit = "" if fold(unit) == "khac" else unit
        told = [] if is_number else [f"{value} {unit}".strip()]
        yield {
            "channel": kind,
            "duration_text": f"{value} {unit}".strip() if is_number else None,
            "fee_text": "\n".join(_fee(fee, row) for fee in _parts(time, "PHILEPHI")) or None,
            "description": "\n".join(text for text in [*told, _text(time.get("MOTA"))] if text) or None,
        }


def _fee(fee: Mapping[str, Any], row: Row) -> str:
    """Write a fee the way the catalogue's pages write it: kind, amount, unit, note."""
    amount, note = _text(fee.get("SOTIEN")), one_line(_text(fee.get("MOTA")))
    unit = _text(fee.get("DONVI")) or "Đồng"
    whole = dong(amount)
    amount = amount if whole is None else str(whole)
    if whole is None and fold(amount) != "khong":
        if amount or note:
            row.note(Dirt.FEE_UNREAD, amount or note)
        return " ".join(text for text in (amount, unit if amount else "", note) if text)
    kind = "Lệ phí" if "le phi" in fold(note) else "Phí"
    return f"{kind}: {amount} {unit}" + (f" ({note})" if note else "")


def _steps(found: Mapping[str, Any]) -> str | None:
    lines: list[str] = []
    for part in _parts(found, "TRINHTUTHUCHIEN"):
        case = _text(part.get("TRUONGHOP"))
        lines += [case] if case else []
        lines += [text for step in _parts(part, "TRINHTU") if (text := _text(step.get("TENTRINHTU")))]
    return "\n".join(lines) or None


def _components(part: Mapping[str, Any], row: Row) -> Iterable[dict[str, Any]]:
    for paper in _parts(part, "GIAYTO"):
        yield {
            "case": _text(part.get("TRUONGHOP")) or None,
            "name": _text(paper.get("TENGIAYTO")),
            "form": _text(paper.get("TENMAUDON")) or None,
            "originals": _count(paper.get("SOBANCHINH"), row),
            "copies": _count(paper.get("SOBANSAO"), row),
        }


def _count(value: object, row: Row) -> int:
    text = _text(value)
    if not text:
        return 0
    if not text.isdecimal():
        row.note(Dirt.BAD_NUMBER, text)
        return 0
    return int(text)


def _law(part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": _text(part.get("SOVANBAN")) or None,
        "title": _text(part.get("TENVANBAN")) or None,
        "date": _date(_text(part.get("NGAYBANHANH"))),
        "issuer": _text(part.get("COQUANBANHANH")) or None,
    }


def _date(text: str) -> str | None:
    """Return an ISO date of `dd/mm/yyyy`, `yyyy-mm-dd` or `yyyymmdd…`; None for what is no day."""
    if found := re.match(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        return a_day(f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}")
    if found := re.match(r"(\d{4})-?(\d{2})-?(\d{2})", text):
        return a_day(f"{found[1]}-{found[2]}-{found[3]}")
    return None
