"""A record of the national catalogue as found, turned into a procedure without losing what was found."""

import re
from collections.abc import Mapping
from typing import Any

from services.catalog.domain.durations import UNKNOWN_UNIT, parse_duration
from services.catalog.domain.fees import parse_fees
from services.catalog.domain.identifiers import national_code
from services.catalog.domain.reading import Reader
from services.catalog.domain.text import a_day, clean, fold, one_line

LEVELS = {"Cấp bộ": "MINISTRY", "Cấp tỉnh": "PROVINCE", "Cấp huyện": "DISTRICT", "Cấp xã": "COMMUNE"}
CHANNELS = {"online": "ONLINE", "postal": "POSTAL", "in_person": "DIRECT"}
_APPLICANTS = {
    "Công dân Việt Nam": "CITIZEN",
    "Người Việt Nam định cư ở nước ngoài": "OVERSEAS_VIETNAMESE",
    "Người nước ngoài": "FOREIGNER",
    "Người nước ngoài cư trú tại Việt Nam": "FOREIGNER",
    "Doanh nghiệp": "BUSINESS",
    "Doanh nghiệp Việt Nam": "BUSINESS",
    "Doanh nghiệp có vốn đầu tư nước ngoài": "BUSINESS",
    "Hợp tác xã": "COOPERATIVE",
    "Cán bộ, công chức, viên chức": "OFFICIAL",
    "Đảng viên": "OFFICIAL",
}
_CODE_IN_NAME = re.compile(r"\s*\(\s*\d\.\d{6}\s*\)\s*$")
_NOTHING = frozenset({"", "khong co thong tin", "khong co", "khong"})
_LONGEST_NOTHING = 25
_MOST_COPIES = 1_000
_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)
_SMALL_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def read_public_record(item: Reader) -> None:
    """Turn a public record into a procedure worked by a ministry; refuse it only without a code or a name."""
    given = item.text("code", longest=60)
    code = national_code(given) if given else None
    if given and code is None:
        item.refuse("code", "không phải mã thủ tục hành chính")
    name = _CODE_IN_NAME.sub("", item.text("name", longest=5_000))
    if not item.reasons and not name:
        item.refuse("name", "thiếu")
    for part in ("levels", "channels", "components", "results", "legal_bases", "target_audience", "keywords"):
        if not isinstance(item.data.get(part) or [], list):
            item.refuse(part, "phải là danh sách")
    if not item.reasons:
        item.data = _procedure(item.data, code or "", name)


def _procedure(found: Mapping[str, Any], code: str, name: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "sector": sector_code(_text(found.get("field")) or "Khác"),
        "sector_name": _text(found.get("field")) or "Khác",
        "levels": _unique(LEVELS.get(one_line(level), "OTHER") for level in _texts(found, "levels")),
        "route": "MINISTRY",
        "submit_here": False,
        "process": None,
        "online_level": None,
        "applicant_types": _unique(
            _APPLICANTS.get(one_line(who), "ORGANISATION") for who in _texts(found, "target_audience")
        ),
        "channels": [_channel(part) for part in _objects(found, "channels")],
        "components": [
            _component(part, number) for number, part in enumerate(_objects(found, "components"), 1)
        ],
        "results": [_result(part, number) for number, part in enumerate(_objects(found, "results"), 1)],
        "legal_bases": [_law(part) for part in _objects(found, "legal_bases")],
        "steps_text": [step for step in [_text(found.get("steps_text"), lines=True)] if step],
        "requirements": _text(found.get("conditions_text"), lines=True),
        "keywords": [one_line(word) for word in _texts(found, "keywords")],
        "decision": {"number": _text(found.get("decision_number")), "effective_on": None},
        "issuing_agency_name": _text(found.get("issuing_agency")),
        "performing_agency_names": _agency_names(found),
        "competent_agency_name": _text(found.get("competent_authority")),
        "coordinating_agency_name": _text(found.get("coordinating_agency")),
        "delegated_agency_name": _text(found.get("delegated_agency")),
        "receiving_address": _text(found.get("receiving_address"), lines=True),
        "portal_url": _address(_text(found.get("portal_url"))),
        "parse_notes": _texts(found, "parse_notes"),
        "found_at": {"source": _text(found.get("source")), "retrieved": _text(found.get("retrieved"))},
    }


def sector_code(name: str) -> str:
    """Return the code a sector of the national catalogue gets here, where the source gives only its name."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(name)))[:63].strip("-") or "khac"


def _text(value: object, *, lines: bool = False) -> str | None:
    if not isinstance(value, str):
        return None
    read = clean(value) if lines else one_line(value)
    return None if len(read) <= _LONGEST_NOTHING and fold(read).rstrip(". ") in _NOTHING else read


def _address(text: str | None) -> str | None:
    """Return a web address; readers make a link of it, so nothing else may stand there."""
    return text if text and _ADDRESS.fullmatch(text) else None


def _texts(found: Mapping[str, Any], name: str) -> list[str]:
    return [value for value in found.get(name) or [] if isinstance(value, str) and value.strip()]


def _objects(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [value for value in found.get(name) or [] if isinstance(value, Mapping)]


def _unique(values: Any) -> list[str]:
    return list(dict.fromkeys(values))


def _agency_names(found: Mapping[str, Any]) -> list[str]:
    names = (
        _texts(found, "implementing_agencies") if isinstance(found.get("implementing_agencies"), list) else []
    )
    whole = _text(found.get("implementing_agency"))
    return [one_line(name) for name in names] or ([whole] if whole else [])


def _channel(part: Mapping[str, Any]) -> dict[str, Any]:
    duration, fee = part.get("duration_text"), part.get("fee_text")
    fees = parse_fees(fee if isinstance(fee, str) else None)
    return {
        "channel": CHANNELS.get(str(part.get("channel")), "DIRECT"),
        "processing_time": parse_duration(_text(duration)) or {"unit": UNKNOWN_UNIT},
        "processing_time_text": _text(duration),
        "fees": [_fee(one, number) for number, one in enumerate(fees, 1) if one["amount"] is not None],
        "fee_notes": [one for one in fees if one["amount"] is None],
        "fee_text": _text(fee, lines=True),
        "note": _text(part.get("description"), lines=True),
    }


def _fee(fee: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Name a fee the source left without a name; what a ministry's system collects is not collected here."""
    name = "Lệ phí" if fee["kind"] == "CHARGE" else "Phí"
    return {**fee, "code": f"phi-{number}", "name": name, "collected": "NONE"}


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 <= value <= _MOST_COPIES else 0


def _component(part: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {
        "code": f"tp-{number}",
        "case": _text(part.get("case")),
        "name": _text(part.get("name"), lines=True) or "",
        "form": _text(part.get("form")),
        "originals": _count(part.get("originals")),
        "certified_copies": 0,
        "photocopies": _count(part.get("copies")),
        "mandatory": True,
    }


def _result(part: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Keep a result's own code only where it looks like one; slips and sentences do not."""
    code = _text(part.get("code"))
    is_code = (
        code is not None and _SMALL_CODE.fullmatch(code) is not None and any(sign in code for sign in ".-")
    )
    return {
        "code": code if is_code else f"kq-{number}",
        "name": _text(part.get("name")) or "",
        "electronic": None,
    }


def _law(part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": _text(part.get("number")),
        "title": _text(part.get("title")),
        "issuer": _text(part.get("issuer")),
        "issued_on": a_day(_text(part.get("date"))),
        "effective_on": None,
    }
