"""What a sheet, a fragment and a page say of a procedure: the same words everywhere, in one order."""

from collections.abc import Mapping, Sequence
from typing import Any

CHANNELS = {"DIRECT": "Trực tiếp", "ONLINE": "Trực tuyến", "POSTAL": "Qua dịch vụ bưu chính công ích"}
_UNITS = {
    "WORKING_DAY": "ngày làm việc",
    "CALENDAR_DAY": "ngày",
    "DAY": "ngày",
    "WORKING_HOUR": "giờ làm việc",
    "HOUR": "giờ",
    "MONTH": "tháng",
    "YEAR": "năm",
}
_LEVELS = {"MINISTRY": "Cấp bộ", "PROVINCE": "Cấp tỉnh", "DISTRICT": "Cấp huyện", "COMMUNE": "Cấp xã"}
_ONLINE = {"FULL": "Toàn trình", "PARTIAL": "Một phần", "INFO_ONLY": "Cung cấp thông tin"}
_APPLICANTS = {
    "CITIZEN": "Công dân Việt Nam",
    "OVERSEAS_VIETNAMESE": "Người Việt Nam định cư ở nước ngoài",
    "FOREIGNER": "Người nước ngoài",
    "BUSINESS": "Doanh nghiệp",
    "HOUSEHOLD_BUSINESS": "Hộ kinh doanh",
    "COOPERATIVE": "Hợp tác xã",
    "ORGANISATION": "Tổ chức",
    "COMMUNITY": "Cộng đồng dân cư",
    "OFFICIAL": "Cán bộ, công chức, viên chức",
}


def sheet_of(procedure: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a sheet says (Vietnamese texts); what the record does not say is empty, never made up."""
    decision = procedure.get("decision") or {}
    number = decision.get("number") or ""
    return {
        "code": procedure["code"],
        "name": procedure["name"],
        "sector": procedure.get("sector_name") or procedure.get("sector") or "",
        "levels": ", ".join(_LEVELS.get(level, level) for level in procedure.get("levels") or ()),
        "online": _ONLINE.get(procedure.get("online_level") or "", ""),
        "applicants": ", ".join(_APPLICANTS.get(one, one) for one in procedure.get("applicant_types") or ()),
        "steps": lines(procedure.get("steps_text")),
        "channels": [_channel(one) for one in procedure.get("channels") or ()],
        "components": [_component(one) for one in procedure.get("components") or ()],
        "results": [str(one.get("name") or "") for one in procedure.get("results") or ()],
        "requirements": lines(procedure.get("requirements")),
        "legal_bases": [_law(one) for one in procedure.get("legal_bases") or ()],
        "decision": number
        + (f" ngày {day(decision['signed_on'])}" if number and decision.get("signed_on") else ""),
        "valid_from": day(procedure.get("valid_from")),
        "version": str(procedure.get("version") or ""),
        "is_abolished": procedure.get("visibility") == "ABOLISHED",
    }


def lines(value: object) -> list[str]:
    """Return a text or a list of texts as paragraphs."""
    given = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    return [line.strip() for text in given for line in str(text).splitlines() if line.strip()]


def day(value: object) -> str:
    """Return a date as people write it; an unknown one is empty."""
    year, _, rest = str(value or "").partition("-")
    month, _, number = rest.partition("-")
    return f"{number[:2]}/{month}/{year}" if number else ""


def dong(amount: int) -> str:
    """Return an amount as people write it: `1.250.000 đồng`."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def term_text(time: Mapping[str, Any] | None) -> str:
    """Return a processing time in words."""
    unit = (time or {}).get("unit")
    if unit == "SAME_DAY":
        return "Trong ngày làm việc"
    value = (time or {}).get("value")
    if value is None:
        return str((time or {}).get("text") or "")
    return f"{value:g} {_UNITS.get(str(unit), '')}".strip() if isinstance(value, int | float) else str(value)


def _channel(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": CHANNELS.get(one.get("channel") or "", one.get("channel") or ""),
        "term": term_text(one.get("processing_time")),
        "fees": [_fee(fee) for fee in one.get("fees") or ()],
        "note": str(one.get("note") or ""),
    }


def _fee(fee: Mapping[str, Any]) -> str:
    amount = fee.get("amount")
    said = dong(amount) if isinstance(amount, int) else str(fee.get("text") or fee.get("note") or "")
    return ": ".join(part for part in (fee.get("name") or "", said) if part)


def _component(one: Mapping[str, Any]) -> dict[str, str]:
    names = (
        ("originals", "bản chính"),
        ("certified_copies", "bản sao chứng thực"),
        ("photocopies", "bản chụp"),
    )
    counts = [
        f"{one[key]:g} {name}" for key, name in names if isinstance(one.get(key), int | float) and one[key]
    ]
    when = one.get("condition") or ("" if one.get("mandatory", True) else "nếu có")
    return {
        "name": str(one.get("name") or ""),
        "copies": ", ".join(counts),
        "form": str(one.get("form") or ""),
        "when": str(when or ""),
    }


def _law(one: Mapping[str, Any]) -> str:
    return " – ".join(part for part in (one.get("number") or "", one.get("title") or "") if part)


def process_sheet_of(process: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the ISO-style document of an internal process says."""
    names = {step["code"]: step["name"] for step in process["steps"]}
    decision = process.get("approved_by") or {}
    return {
        "code": process["code"],
        "name": process.get("name") or process["code"],
        "edition": str(process.get("version") or ""),
        "decision": decision.get("number") or "",
        "signed_on": day(decision.get("signed_on")),
        "signer": decision.get("signer") or "",
        "effective_on": day(decision.get("effective_on")),
        "critical_hours": f"{process.get('critical_hours') or 0:g}",
        "steps": [_step(place, step, names) for place, step in enumerate(process["steps"], 1)],
    }


def _step(place: int, step: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    ways: Sequence[Mapping[str, Any]] = step.get("next") or ()
    leads = [
        names.get(way["to"], way["to"]) + (f" ({way['when']})" if way.get("when") else "") for way in ways
    ]
    doer = " – ".join(
        str(one)
        for one in (step.get("role"), step.get("unit"), step.get("agency"), step.get("system"))
        if one
    )
    return {
        "number": str(place),
        "name": step["name"],
        "doer": doer,
        "hours": f"{step.get('hours') or 0:g}",
        "product": str(step.get("product") or ("Kết quả giải quyết" if step.get("issues_result") else "")),
        "leads": "; ".join(leads),
    }
