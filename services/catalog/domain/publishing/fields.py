"""The whole procedure record (NĐ 63/2010 Điều 8, NĐ 224/2026), field by field, each refusal with its reason.

`domain/procedure.py` reads what an import brings; an editor's draft must also hold to what stands here.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.domain.durations import UNITS
from services.catalog.domain.identifiers import agency_code
from services.catalog.domain.procedure import APPLICANTS, read_procedure
from services.catalog.domain.reading import Reader

SENSITIVE_CLASSES = ("NONE", "PERSONAL", "SENSITIVE_PERSONAL", "STATE_SECRET")
PAYERS = ("ALL", "INDIVIDUAL", "ORGANISATION", "POOR_HOUSEHOLD", "OTHER")
PROACTIVE_LEVELS = (1, 2, 3, 4)
REASON_KINDS = ("SUPPLEMENT", "REFUSAL", "DELAY")
OBLIGATORY = (
    ("name", "Tên thủ tục"),
    ("steps_text", "Trình tự thực hiện"),
    ("channels", "Cách thức thực hiện"),
    ("components", "Thành phần, số lượng hồ sơ"),
    ("processing_time", "Thời hạn giải quyết"),
    ("applicant_types", "Đối tượng thực hiện"),
    ("competent_agency", "Cơ quan có thẩm quyền"),
)
"""The seven parts of NĐ 63/2010 Điều 8 khoản 2 that index 1.3 counts."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_MOST_DAYS = 10_000


def read_record(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return a record read whole and its faults as (field path, reason); fields nobody knows are refused."""
    item = Reader(data)
    for name in sorted(set(data) - KNOWN_FIELDS):
        item.refuse(name if len(name) <= _LONGEST_NAME else "?", "không có trường này")
    read_procedure(item)
    _read_agencies(item)
    _read_online(item)
    _read_cases(item)
    _read_more(item)
    faults = [tuple(reason.split(": ", 1)) for reason in item.reasons]
    return item.data, [(path, reason) for path, reason in faults]


_LONGEST_NAME = 60
KNOWN_FIELDS = frozenset(
    [
        "code",
        "name",
        "sector",
        "sector_name",
        "levels",
        "route",
        "submit_here",
        "process",
        "online_level",
        "partial_reason",
        "identification_level",
        "performing_agencies",
        "publishing_agency",
        "competent_agency_kind",
        "competent_agency",
        "coordinating_agencies",
        "delegated_to",
        "applicant_types",
        "channels",
        "cases",
        "components",
        "results",
        "legal_bases",
        "steps_text",
        "requirements",
        "keywords",
        "synonyms",
        "decision",
        "max_supplements",
        "copies_sets",
        "boundary_free",
        "sensitive_class",
        "statutory_time",
        "proactive_level",
        "online_roadmap",
        "at_centre",
        "off_centre_reason",
        "standard_reasons",
        "portal_url",
        "clock_policy",
        "due_time_mode",
        "retention_years",
        "code_source",
        "notes",
        "successors",
    ]
)
_ROADMAP_LEVELS = ("FULL", "PARTIAL")


def _read_agencies(item: Reader) -> None:
    for name in ("competent_agency", "delegated_to"):
        given = item.text(name, required=False, longest=50)
        if given:
            item.data[name] = agency_code(given)
            if item.data[name] is None:
                item.refuse(name, "không phải mã định danh cơ quan")
    codes = [agency_code(code) for code in item.texts("coordinating_agencies")]
    if None in codes:
        item.refuse("coordinating_agencies", "phải là danh sách mã định danh cơ quan")
    item.data["coordinating_agencies"] = codes


def _read_online(item: Reader) -> None:
    roadmap = item.inner("online_roadmap", _read_roadmap)
    if roadmap and roadmap.get("level") == item.data.get("online_level"):
        item.refuse("online_roadmap.level", "lộ trình phải hướng tới mức khác mức hiện tại")
    level = item.data.get("proactive_level")
    if level is not None and (isinstance(level, bool) or level not in PROACTIVE_LEVELS):
        item.refuse("proactive_level", "phải là 1, 2, 3 hoặc 4 (NĐ 224/2026 Điều 16)")
    item.flag("boundary_free", default=True)
    centre = item.flag("at_centre", default=True)
    reason = item.text("off_centre_reason", required=False)
    if not centre and not reason:
        item.refuse("off_centre_reason", "thủ tục không tiếp nhận tại Trung tâm phải nêu lý do")
    item.data.setdefault("sensitive_class", "NONE")
    item.choice("sensitive_class", SENSITIVE_CLASSES)
    if item.data["sensitive_class"] == "STATE_SECRET" and item.data.get("online_level") in _ROADMAP_LEVELS:
        item.refuse("online_level", "thủ tục thuộc bí mật nhà nước không tiếp nhận trực tuyến")


def _read_roadmap(roadmap: Reader) -> None:
    roadmap.choice("level", _ROADMAP_LEVELS)
    roadmap.date("by", required=True)
    roadmap.text("note", required=False)


def _read_cases(item: Reader) -> None:
    cases = item.items("cases", _read_case)
    codes = [case.get("code") for case in cases]
    if len(set(map(str, codes))) < len(codes):
        item.refuse("cases", "có hai trường hợp trùng mã")
    known = {str(code) for code in codes}
    for index, channel in enumerate(item.data.get("channels") or []):
        _read_channel(item, f"channels[{index}]", channel, known)
    for index, component in enumerate(item.data.get("components") or []):
        _read_component(item, f"components[{index}]", component, known)


def _read_case(case: Reader) -> None:
    case.code("code", _CODE)
    case.text("name", longest=1_000)


def _inner(item: Reader, path: str, data: Any, read: Any) -> None:
    """Read an object that is already part of the record, its reasons under its path."""
    if not isinstance(data, dict):
        return
    inner = Reader(data)
    read(inner)
    item.reasons += [f"{path}.{reason}" for reason in inner.reasons]
    data.update(inner.data)


def _read_channel(item: Reader, path: str, channel: Any, cases: set[str]) -> None:
    def read(one: Reader) -> None:
        one.inner("statutory_time", read_time)
        _no_longer_than_law(one)
        own = one.items("cases", _read_channel_case)
        codes = [str(case.get("case")) for case in own]
        if len(set(codes)) < len(codes):
            one.refuse("cases", "có hai mục trùng trường hợp")
        if not set(codes) <= cases:
            one.refuse("cases", "có trường hợp không khai trong cases")
        for number, fee in enumerate(one.data.get("fees") or []):
            _inner(one, f"fees[{number}]", fee, _read_fee)

    _inner(item, path, channel, read)


def _read_channel_case(case: Reader) -> None:
    case.code("case", _CODE)
    case.inner("processing_time", read_time, required=True)
    case.inner("statutory_time", read_time)
    _no_longer_than_law(case)
    case.items("fees", _read_case_fee)


def _read_case_fee(fee: Reader) -> None:
    fee.choice("kind", ("FEE", "CHARGE"))
    amount = fee.data.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 0:
        fee.refuse("amount", "phải là số đồng nguyên")
    fee.choice("collected", ("BEFORE", "AFTER", "NONE"))
    _read_fee(fee)


def _read_fee(fee: Reader) -> None:
    fee.text("unit", required=False, longest=100)
    fee.data.setdefault("payer", "ALL")
    fee.choice("payer", PAYERS)
    fee.items("exemptions", _read_exemption)


def _read_exemption(exemption: Reader) -> None:
    exemption.text("who", longest=500)
    exemption.number("percent", least=1, most=100, required=True)
    exemption.text("basis", required=False, longest=200)


def read_time(time: Reader) -> None:
    """Read a processing time: a number of a unit, or the same day."""
    unit = time.choice("unit", UNITS)
    time.number(
        "value", least=0 if unit == "SAME_DAY" else 0.25, most=_MOST_DAYS, required=unit != "SAME_DAY"
    )


def _no_longer_than_law(one: Reader) -> None:
    law, ours = one.data.get("statutory_time"), one.data.get("processing_time")
    if not isinstance(law, Mapping) or not isinstance(ours, Mapping):
        return
    legal, committed = days_of(law), days_of(ours)
    if legal is not None and committed is not None and committed > legal:
        one.refuse("processing_time", "thời hạn cam kết dài hơn thời hạn luật định")


def _read_component(item: Reader, path: str, component: Any, cases: set[str]) -> None:
    def read(one: Reader) -> None:
        case = one.text("case", required=False, longest=100)
        if case and case not in cases:
            one.refuse("case", "trường hợp không khai trong cases")
        one.text("form", required=False)
        one.inner("form_file", _read_file)
        one.text("reuse_source", required=False, longest=200)
        one.flag("is_earlier_result", default=False)
        one.text("condition", required=False)
        if one.data.get("mandatory") is False and not one.data.get("condition"):
            one.refuse("condition", "giấy tờ không bắt buộc phải nêu trường hợp phải nộp")

    _inner(item, path, component, read)


def _read_file(file: Reader) -> None:
    file.text("name", longest=300)
    file.code("sha256", re.compile(r"[0-9a-f]{64}"), required=False)
    url = file.text("url", required=False)
    if url and not url.startswith("https://"):
        file.refuse("url", "phải là địa chỉ https")
    if not url and not file.data.get("sha256"):
        file.refuse("url", "tệp mẫu phải có địa chỉ hoặc mã băm")


def _read_more(item: Reader) -> None:
    item.number("copies_sets", least=1, most=20)
    item.number("retention_years", least=1, most=100)
    item.texts("applicant_types", APPLICANTS)
    if not item.data["applicant_types"]:
        item.refuse("applicant_types", "phải có ít nhất một đối tượng thực hiện")
    if not (item.data.get("competent_agency") or item.data.get("competent_agency_kind")):
        item.refuse("competent_agency", "thiếu cơ quan có thẩm quyền")
    if not item.data.get("components"):
        item.refuse("components", "phải có ít nhất một mục")
    item.inner("statutory_time", read_time)
    item.inner("standard_reasons", _read_reasons)
    for index, result in enumerate(item.data.get("results") or []):
        _inner(item, f"results[{index}]", result, _read_result)
    for index, law in enumerate(item.data.get("legal_bases") or []):
        _inner(item, f"legal_bases[{index}]", law, lambda one: one.text("issuer", required=False))


def _read_result(result: Reader) -> None:
    result.text("template", required=False)
    result.text("validity", required=False, longest=300)


def _read_reasons(reasons: Reader) -> None:
    for kind in REASON_KINDS:
        codes = reasons.texts(kind.lower())
        if any(not _CODE.fullmatch(code) for code in codes):
            reasons.refuse(kind.lower(), "không đúng dạng mã")
    for name in sorted(set(reasons.data) - {kind.lower() for kind in REASON_KINDS}):
        reasons.refuse(name[:_LONGEST_NAME], "không có trường này")


def reason_codes(record: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the standard reasons a record names, by kind."""
    named = record.get("standard_reasons") or {}
    return {kind: list(named.get(kind.lower()) or []) for kind in REASON_KINDS}


def completeness(record: Mapping[str, Any]) -> list[str]:
    """Return which of the seven obligatory parts are missing (Vietnamese names); empty: complete."""
    channels = record.get("channels") or []
    filled = {
        "name": record.get("name"),
        "steps_text": record.get("steps_text"),
        "channels": channels,
        "components": record.get("components"),
        "processing_time": channels
        and all((channel.get("processing_time") or {}).get("unit") in UNITS for channel in channels),
        "applicant_types": record.get("applicant_types"),
        "competent_agency": record.get("competent_agency")
        or record.get("competent_agency_kind")
        or record.get("competent_agency_name"),
    }
    return [name for part, name in OBLIGATORY if not filled[part]]


def days_of(time: Mapping[str, Any]) -> float | None:
    """Return a time in working days, for comparing only: 8 hours a day, 5 of 7 days, 22 days a month."""
    value, unit = time.get("value"), time.get("unit")
    if unit == "SAME_DAY":
        return 1.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    share = {"WORKING_HOUR": 1 / 8, "WORKING_DAY": 1.0, "CALENDAR_DAY": 5 / 7, "MONTH": 22.0}.get(str(unit))
    return None if share is None else float(value) * share


def shortening(record: Mapping[str, Any]) -> float | None:
    """Return by what share of the statutory time the committed one is shorter (0..1); None: not comparable.

    Of several channels the one shortened least counts, for that is what everybody is promised.
    """
    shares = [_share(channel, record.get("statutory_time")) for channel in record.get("channels") or []]
    known = [share for share in shares if share is not None]
    return min(known) if known else None


def _share(channel: Mapping[str, Any], general: Any) -> float | None:
    law = channel.get("statutory_time") or general
    legal = days_of(law) if isinstance(law, Mapping) else None
    committed = days_of(channel.get("processing_time") or {})
    if not legal or committed is None:
        return None
    return max(0.0, 1 - committed / legal)


def average_cut(shares: Sequence[float | None]) -> dict[str, Any]:
    """Return how many are shortened, their share of all, and the average cut of those shortened."""
    cut = [share for share in shares if share]
    return {
        "procedures": len(shares),
        "comparable": sum(share is not None for share in shares),
        "shortened": len(cut),
        "share_shortened": round(len(cut) / len(shares), 4) if shares else 0.0,
        "average_cut": round(sum(cut) / len(cut), 4) if cut else 0.0,
    }
