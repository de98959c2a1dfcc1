"""Procedures (TTHC) as the province's document brings them, and how two sources make one record."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from kernel.core.assurance import LEVELS as IDENTIFICATION_LEVELS
from services.catalog.domain.durations import UNITS
from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.domain.reading import Reader
from services.catalog.domain.registers import LEVELS

ROUTES = ("PROVINCE", "MINISTRY", "SECTOR")
ONLINE_LEVELS = ("FULL", "PARTIAL", "INFO_ONLY")
CHANNELS = ("DIRECT", "ONLINE", "POSTAL")
APPLICANTS = frozenset(
    [
        "CITIZEN",
        "OVERSEAS_VIETNAMESE",
        "FOREIGNER",
        "BUSINESS",
        "HOUSEHOLD_BUSINESS",
        "COOPERATIVE",
        "ORGANISATION",
        "COMMUNITY",
        "OFFICIAL",
    ]
)
CHANGE_KINDS = ("NEW", "AMENDED", "REPLACED", "ABOLISHED")
ALL_COMMUNES = "ALL_COMMUNES"
_SMALL_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_MOST_DONG = 10_000_000_000


def read_procedure(item: Reader) -> None:
    """Read a procedure of the province; the seven obligatory parts of NĐ 63/2010 Điều 8 must be there."""
    given = item.text("code", longest=60)
    code = national_code(given) if given else None
    if given and code is None:
        item.refuse("code", "không phải mã thủ tục hành chính")
    item.data["code"] = code or ""
    item.text("name", longest=2_000)
    item.code("sector", _SMALL_CODE)
    if not item.texts("levels", LEVELS):
        item.refuse("levels", "phải có ít nhất một cấp thực hiện")
    _read_route(item)
    _read_agencies(item)
    item.texts("applicant_types", APPLICANTS)
    item.items("channels", _read_channel, required=True)
    item.items("components", _read_component)
    item.items("results", _read_result)
    item.items("legal_bases", _read_law)
    item.long_text("steps_text")
    if not item.data["steps_text"]:
        item.refuse("steps_text", "thiếu trình tự thực hiện")
    item.long_text("requirements")
    item.texts("keywords")
    item.texts("synonyms")
    item.inner("decision", _read_decision)
    item.number("max_supplements", least=0, most=10)
    _no_twins(item)


def _read_route(item: Reader) -> None:
    route = item.choice("route", ROUTES)
    here = item.flag("submit_here", default=False)
    process = item.code("process", _SMALL_CODE, required=False)
    if route == "PROVINCE" and not process:
        item.refuse("process", "thủ tục giải quyết tại tỉnh phải có quy trình nội bộ")
    if route in ROUTES[1:] and (process or here):
        item.refuse(
            "route", "thủ tục giải quyết ở hệ thống khác không có quy trình, không nhận hồ sơ tại đây"
        )
    level = item.choice("online_level", ONLINE_LEVELS, required=False)
    reason = item.text("partial_reason", required=False)
    identified = item.data.get("identification_level")
    if identified is not None and (type(identified) is not int or identified not in IDENTIFICATION_LEVELS):
        item.refuse("identification_level", "phải là 1 hoặc 2 (mức độ tài khoản định danh điện tử)")
    if level == "PARTIAL" and not reason:
        item.refuse("partial_reason", "dịch vụ công một phần phải nêu lý do (NĐ 224/2026 Điều 14)")


def _read_agencies(item: Reader) -> None:
    if item.data.get("performing_agencies") != ALL_COMMUNES:
        codes = [agency_code(code) for code in item.texts("performing_agencies")]
        if None in codes or (not codes and item.data.get("route") == "PROVINCE"):
            item.refuse("performing_agencies", "phải là danh sách mã định danh cơ quan")
        item.data["performing_agencies"] = codes
    given = item.text("publishing_agency", required=False, longest=50)
    if given:
        item.data["publishing_agency"] = agency_code(given)
        if item.data["publishing_agency"] is None:
            item.refuse("publishing_agency", "không phải mã định danh cơ quan")
    item.text("competent_agency_kind", required=False, longest=50)


def _read_channel(channel: Reader) -> None:
    channel.choice("channel", CHANNELS)
    channel.inner("processing_time", _read_time, required=True)
    channel.items("fees", _read_fee)
    channel.long_text("note")


def _read_time(time: Reader) -> None:
    unit = time.choice("unit", UNITS)
    time.number("value", least=0 if unit == "SAME_DAY" else 0.25, most=10_000, required=unit != "SAME_DAY")


def _read_fee(fee: Reader) -> None:
    fee.text("name", required=False, longest=500)
    fee.choice("kind", ("FEE", "CHARGE"))
    amount = fee.data.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= _MOST_DONG:
        fee.refuse("amount", "phải là số đồng nguyên")
    fee.choice("collected", ("BEFORE", "AFTER", "NONE"))


def _read_component(component: Reader) -> None:
    component.code("code", _SMALL_CODE)
    component.text("name")
    component.flag("mandatory", default=True)
    for copies in ("originals", "certified_copies", "photocopies"):
        component.number(copies, least=0, most=100)


def _read_result(result: Reader) -> None:
    result.code("code", _SMALL_CODE)
    result.text("name")
    result.flag("electronic", default=False)


def _read_law(law: Reader) -> None:
    law.text("number", longest=200)
    law.text("title", required=False)
    law.date("issued_on")
    law.date("effective_on")


def _read_decision(decision: Reader) -> None:
    decision.text("number", longest=200)
    signed, effective = decision.date("signed_on"), decision.date("effective_on")
    decision.choice("change_kind", CHANGE_KINDS, required=False)
    if signed and effective and effective < signed:
        decision.refuse("effective_on", "trước ngày ký quyết định công bố")


def _no_twins(item: Reader) -> None:
    for name, key in (("components", "code"), ("results", "code"), ("channels", "channel")):
        values = [part.get(key) for part in item.data.get(name) or [] if isinstance(part, Mapping)]
        if len(set(map(str, values))) < len(values):
            item.refuse(name, f"có hai mục trùng {key}")


def compose(national: Mapping[str, Any] | None, local: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the record in force of what the nation publishes and what the province adds.

    The province's word stands wherever it speaks; the national part stays whole beside it under
    `national`, so an import of one source never touches what the other said.
    """
    if local is None:
        return {**(national or {}), "national": None}
    if national is None:
        return {**local, "national": None}
    beside = {key: value for key, value in national.items() if key not in _STANCES}
    silent = {key: value for key, value in beside.items() if local.get(key) in (None, [], "")}
    return {**local, **silent, "national": beside}


_STANCES = frozenset({"route", "submit_here", "process"})
"""What only the place that works a procedure can say."""


def declared_start(record: Mapping[str, Any]) -> date | None:
    """Return the day from which the publication decision lets the record apply."""
    effective = (record.get("decision") or {}).get("effective_on")
    return date.fromisoformat(effective) if effective else None


def is_abolished(record: Mapping[str, Any]) -> bool:
    """Tell whether the publication decision ends the procedure: no new dossiers, running ones finish."""
    return (record.get("decision") or {}).get("change_kind") == "ABOLISHED"
