"""Judges what items say about each other and about what the catalogue already holds."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from eforms.form import form_faults
from services.catalog.domain.calendars.fitting import earliest_closing
from services.catalog.domain.durations import office_hours_of
from services.catalog.domain.interlinked import reference_faults
from services.catalog.domain.items import Item, ItemKind, Known, canonical, digest_of
from services.catalog.domain.procedure import ALL_COMMUNES, is_abolished

KnownItems = Mapping[tuple[ItemKind, str], Known]


class Everything:
    """The catalogue as it would be after the import: the document's items over what is held."""

    def __init__(self, items: Iterable[Item], known: KnownItems) -> None:
        self._known = known
        self._given = {(item.kind, item.code): item.data for item in items}

    def find(self, kind: ItemKind, code: object) -> Mapping[str, Any] | None:
        """Return an item's data, or None when there is no such item."""
        key = (kind, str(code))
        if key in self._given:
            return self._given[key]
        held = self._known.get(key)
        return held.data if held else None

    def is_held(self, kind: ItemKind, code: str) -> bool:
        """Tell whether the catalogue had the item before this import."""
        return (kind, code) in self._known

    def is_news(self, kind: ItemKind, code: str) -> bool:
        """Tell whether the document says of the item what the catalogue does not hold already."""
        given = self._given.get((kind, code))
        if given is None:
            return False
        held, digest = self._known.get((kind, code)), digest_of(canonical(given))
        if held is None:
            return True
        if held.procedure is None:
            return held.digest != digest
        lasts = (held.procedure.last(line) for line in held.procedure.chains)
        return all(last is None or last.digest != digest for last in lasts)

    @cached_property
    def closing(self) -> float:
        """The earliest hour at which any office of the document closes."""
        years: list[Mapping[str, Any]] = [
            data for (kind, _), data in self._given.items() if kind is ItemKind.CALENDAR
        ]
        years += [one.data for (kind, _), one in self._known.items() if kind is ItemKind.CALENDAR]
        return earliest_closing(years)


def judge(items: Iterable[Item], known: KnownItems) -> None:
    """Add to each sound item the reasons its references give."""
    sound = [item for item in items if not item.reasons]
    everything = Everything(sound, known)
    for item in sound:
        item.reasons += _JUDGES.get(item.kind, _nothing)(item.data, everything)


def _nothing(_: Mapping[str, Any], __: Everything) -> list[str]:
    return []


def _agency(data: Mapping[str, Any], all_: Everything) -> list[str]:
    reasons = []
    if data["parent"] and all_.find(ItemKind.AGENCY, data["parent"]) is None:
        reasons.append("parent: cơ quan cấp trên không có trong danh mục")
    for code in data["successors"]:
        successor = all_.find(ItemKind.AGENCY, code)
        if successor is None:
            reasons.append("successors: cơ quan kế thừa không có trong danh mục")
        elif data["valid_to"] and str(successor["valid_from"]) <= data["valid_to"]:
            reasons.append("successors: cơ quan kế thừa bắt đầu trước khi cơ quan này kết thúc")
    if data["successors"] and not data["valid_to"]:
        reasons.append("successors: chỉ cơ quan đã kết thúc mới có cơ quan kế thừa")
    return reasons


def _staff(data: Mapping[str, Any], all_: Everything) -> list[str]:
    agency = all_.find(ItemKind.AGENCY, data["agency"])
    if agency is None:
        return ["agency: cơ quan không có trong danh mục"]
    units = {unit["code"] for unit in agency.get("units") or []}
    if data["unit"] and data["unit"] not in units:
        return ["unit: đơn vị không thuộc cơ quan"]
    return []


def _process(data: Mapping[str, Any], all_: Everything) -> list[str]:
    if any(
        step.get("agency") and all_.find(ItemKind.AGENCY, step["agency"]) is None for step in data["steps"]
    ):
        return ["steps: có bước của cơ quan không có trong danh mục"]
    if data.get("variant_of") and all_.find(ItemKind.PROCESS, data["variant_of"]) is None:
        return ["code: quy trình chung của bản riêng này không có trong danh mục"]
    if data.get("agency") and all_.find(ItemKind.AGENCY, data["agency"]) is None:
        return ["agency: cơ quan không có trong danh mục"]
    return []


def _procedure(data: Mapping[str, Any], all_: Everything) -> list[str]:
    reasons = []
    if all_.find(ItemKind.SECTOR, data["sector"]) is None:
        reasons.append("sector: lĩnh vực không có trong danh mục")
    agencies = data.get("performing_agencies") or []
    wanted = [] if agencies == ALL_COMMUNES else list(agencies)
    wanted += [data["publishing_agency"]] if data.get("publishing_agency") else []
    if any(all_.find(ItemKind.AGENCY, code) is None for code in wanted):
        reasons.append("performing_agencies: có cơ quan không có trong danh mục")
    if data["process"]:
        reasons += _time(data, all_)
    return reasons


def _time(data: Mapping[str, Any], all_: Everything) -> list[str]:
    process = all_.find(ItemKind.PROCESS, data["process"])
    if process is None:
        return ["process: quy trình nội bộ không có trong danh mục"]
    limits = [office_hours_of(channel["processing_time"], all_.closing) for channel in data["channels"]]
    if limits and process["critical_hours"] > min(limits) + 1e-9:
        # Office hours that were shortened by decision since make nothing that stands unreadable: whoever
        # decides them is shown what no longer fits (`calendar-decisions/{id}/preview`).
        if not any(
            all_.is_news(kind, code)
            for kind, code in ((ItemKind.PROCEDURE, data["code"]), (ItemKind.PROCESS, data["process"]))
        ):
            return []
        return ["process: tổng giờ của đường dài nhất vượt thời hạn giải quyết đã công bố"]
    return []


def _group(data: Mapping[str, Any], all_: Everything) -> list[str]:
    codes = [member["procedure"] for member in data["members"]]
    found = {code: record for code in codes if (record := all_.find(ItemKind.PROCEDURE, code)) is not None}
    procedures = {
        code: {**record, "visibility": "ABOLISHED" if is_abolished(record) else ""}
        for code, record in found.items()
    }
    # Of what is held only the code is read here: drafts are judged by everything the catalogue holds. A group
    # that stands is not in the way of abolishing one of its members; it gives no appointment from then on.
    judged = {"member-unknown", "lead-elsewhere"}
    if not all_.is_held(ItemKind.INTERLINKED_GROUP, data["code"]):
        judged.add("member-abolished")
    return [f"members: {fault}" for fault in reference_faults(data, procedures, {}) if fault.code in judged]


def _form(data: Mapping[str, Any], all_: Everything) -> list[str]:
    faults = [f"{fault.path}: {fault.reason}" for fault in form_faults(data)]
    return faults + [f"code: {reason}" for reason in _unknown([data["code"]], all_)]


def _page(data: Mapping[str, Any], all_: Everything) -> list[str]:
    return [f"procedures: {reason}" for reason in _unknown(data["procedures"], all_)]


def _unknown(procedures: Iterable[str], all_: Everything) -> list[str]:
    unknown = [code for code in procedures if all_.find(ItemKind.PROCEDURE, code) is None]
    return [f"không có thủ tục {', '.join(unknown)}"] if unknown else []


_JUDGES = {
    ItemKind.AGENCY: _agency,
    ItemKind.STAFF: _staff,
    ItemKind.PROCESS: _process,
    ItemKind.PROCEDURE: _procedure,
    ItemKind.INTERLINKED_GROUP: _group,
    ItemKind.FORM: _form,
    ItemKind.PAGE: _page,
}
