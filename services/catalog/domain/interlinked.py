"""Interlinked groups (nhóm thủ tục liên thông): several procedures, one submission, one appointment."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.domain.identifiers import agency_code, national_code
from services.catalog.domain.reading import Reader
from services.catalog.domain.workflows.faults import Fault

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
ALL_COMMUNES = "ALL_COMMUNES"
ON_REFUSED = ("STOP", "GO_ON", "ASK")
ON_LATE = ("WAIT", "GO_ON", "ASK")


def read_group(item: Reader) -> None:
    """Read a group; its members' order must be possible and its lead one of them."""
    read_parts(item)
    if not item.reasons:
        for fault in group_faults(item.data):
            item.refuse("lead_procedure" if fault.code == "lead-not-member" else "members", str(fault))


def read_parts(item: Reader) -> None:
    """Read the members of a group without judging how they hang together."""
    item.code("code", _CODE)
    item.text("name")
    lead = national_code(item.text("lead_procedure", longest=60) or "-")
    if lead is None:
        item.refuse("lead_procedure", "không phải mã thủ tục hành chính")
    item.data["lead_procedure"] = lead
    given = item.text("lead_agency", required=False, longest=50) if "lead_agency" in item.data else ""
    if given and given != ALL_COMMUNES:
        item.data["lead_agency"] = agency_code(given)
        if item.data["lead_agency"] is None:
            item.refuse("lead_agency", "không phải mã định danh cơ quan")
    item.items("members", _read_member, required=True)
    item.long_text("merged_components")
    if "components" in item.data:
        item.inner("components", _read_components)


def _read_member(member: Reader) -> None:
    code = national_code(member.text("procedure", longest=60) or "-")
    if code is None:
        member.refuse("procedure", "không phải mã thủ tục hành chính")
    member.data["procedure"] = code
    after = [national_code(one) for one in member.texts("after")]
    if None in after:
        member.refuse("after", "không phải mã thủ tục hành chính")
    member.data["after"] = after
    _read_course(member)


def _read_course(member: Reader) -> None:
    """Read what the member's own dossier is given and what follows its end; what is absent stays absent."""
    if member.data.get("agency") not in (None, ALL_COMMUNES):
        member.data["agency"] = agency_code(member.text("agency", longest=50))
        if member.data["agency"] is None:
            member.refuse("agency", "không phải mã định danh cơ quan")
    for name, allowed in (("on_refused", ON_REFUSED), ("on_late", ON_LATE)):
        if name in member.data:
            member.choice(name, allowed, required=False)
    if "carries" in member.data:
        member.inner("carries", _read_carries)


def _read_carries(carries: Reader) -> None:
    if carries.data.get("form_fields") is not None:
        carries.texts("form_fields")
    carries.items("results", _read_carried_result)


def _read_carried_result(one: Reader) -> None:
    one.text("component", longest=100)
    one.text("result", required=False, longest=100)
    code = national_code(one.text("procedure", longest=60) or "-")
    if code is None:
        one.refuse("procedure", "không phải mã thủ tục hành chính")
    one.data["procedure"] = code


def _read_components(part: Reader) -> None:
    part.items("together", _read_together)
    for name in ("apart", "not_asked", "asked"):
        papers = part.texts(name)
        if any("/" not in paper for paper in papers):
            part.refuse(name, "mỗi giấy tờ ghi dạng mã-thủ-tục/mã-thành-phần")


def _read_together(one: Reader) -> None:
    one.text("name", required=False, longest=500)
    papers = one.texts("papers")
    if len(set(papers)) < 2 or any("/" not in paper for paper in papers):  # noqa: PLR2004 - one is not together.
        one.refuse("papers", "phải có ít nhất hai giấy tờ dạng mã-thủ-tục/mã-thành-phần")


def group_faults(group: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with a group whose parts are read."""
    members: Sequence[Mapping[str, Any]] = group["members"]
    codes = [member["procedure"] for member in members]
    found = []
    twice = tuple(sorted({code for code in codes if codes.count(code) > 1}))
    if twice:
        found.append(Fault("member-twice", twice, "một thủ tục được khai hai lần"))
    if group["lead_procedure"] not in codes:
        lead = (str(group["lead_procedure"]),)
        found.append(Fault("lead-not-member", lead, "thủ tục chính phải là một thành viên"))
    unknown = tuple(sorted({after for member in members for after in member["after"]} - set(codes)))
    if unknown:
        found.append(
            Fault("after-unknown", unknown, "thứ tự thực hiện không tồn tại: sau một thủ tục ngoài nhóm")
        )
    elif not twice and member_order(members) is None:
        words = "thứ tự thực hiện không tồn tại hoặc tạo thành vòng kín"
        found.append(Fault("cycle", tuple(circle_of(members)), words))
    return found or _carried_faults(members)


def _carried_faults(members: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Return results carried from a member that is not before the one that needs them."""
    wrong = tuple(
        f"{member['procedure']}/{one['component']}"
        for member in members
        for one in (member.get("carries") or {}).get("results") or ()
        if one["procedure"] not in before(members, member["procedure"])
    )
    words = "kết quả chuyển sang phải là của thủ tục thực hiện trước"
    return [Fault("carried-not-before", wrong, words)] if wrong else []


def member_order(members: Sequence[Mapping[str, Any]]) -> list[str] | None:
    """Return the members so that each comes after those it waits for; None in a circle."""
    order = _ready(members)
    return order if len(order) == len(members) else None


def circle_of(members: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the members that wait for each other, or for those who do."""
    ready = set(_ready(members))
    return [member["procedure"] for member in members if member["procedure"] not in ready]


def _ready(members: Sequence[Mapping[str, Any]]) -> list[str]:
    order: list[str] = []
    waiting = {member["procedure"]: set(member["after"]) for member in members}
    while ready := [code for code, after in waiting.items() if after <= set(order)]:
        order += ready
        for code in ready:
            del waiting[code]
    return order


def before(members: Sequence[Mapping[str, Any]], code: str) -> set[str]:
    """Return the members a member waits for, directly or not."""
    after = {member["procedure"]: set(member["after"]) for member in members}
    found: set[str] = set()
    waiting = list(after.get(code, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += after.get(one, ())
    return found


def reference_faults(
    group: Mapping[str, Any], procedures: Mapping[str, Mapping[str, Any]], agencies: Mapping[str, Any]
) -> list[Fault]:
    """Return what is wrong with members as the catalogue holds them: unknown, abolished, not ours."""
    codes = [member["procedure"] for member in group["members"]]
    found = []
    if unknown := tuple(code for code in codes if code not in procedures):
        found.append(Fault("member-unknown", unknown, "có thủ tục không có trong danh mục"))
    ended = tuple(code for code in codes if procedures.get(code, {}).get("visibility") == "ABOLISHED")
    if ended:
        found.append(Fault("member-abolished", ended, "có thủ tục đã bãi bỏ"))
    lead = procedures.get(group["lead_procedure"], {})
    if lead.get("route") in {"MINISTRY", "SECTOR"}:
        words = "thủ tục chính do hệ thống khác giải quyết, không thể tiếp nhận cả nhóm tại tỉnh"
        found.append(Fault("lead-elsewhere", (group["lead_procedure"],), words))
    found += _lead_agency(group, lead, agencies)
    return found + _papers(group, procedures) + _carried(group, procedures) + _agencies(group, agencies)


def _agencies(group: Mapping[str, Any], agencies: Mapping[str, Any]) -> list[Fault]:
    named = {member.get("agency") for member in group["members"]} - {None, "", ALL_COMMUNES}
    unknown = tuple(sorted(str(code) for code in named if code not in agencies))
    return [Fault("member-agency", unknown, "có cơ quan không đang hoạt động")] if unknown else []


def _carried(group: Mapping[str, Any], procedures: Mapping[str, Mapping[str, Any]]) -> list[Fault]:
    """Return carried results that are no component of their member, or no result of the earlier one."""
    wrong = []
    for member in group["members"]:
        for one in (member.get("carries") or {}).get("results") or ():
            components = procedures.get(member["procedure"], {}).get("components") or ()
            results = procedures.get(one["procedure"], {}).get("results") or ()
            is_asked = any(item.get("code") == one["component"] for item in components)
            is_given = not one.get("result") or any(item.get("code") == one["result"] for item in results)
            if not (is_asked and is_given):
                wrong.append(f"{member['procedure']}/{one['component']}")
    words = "kết quả chuyển sang không khớp thành phần hoặc kết quả của thủ tục"
    return [Fault("carried-unknown", tuple(wrong), words)] if wrong else []


def _lead_agency(
    group: Mapping[str, Any], lead: Mapping[str, Any], agencies: Mapping[str, Any]
) -> list[Fault]:
    agency = group.get("lead_agency")
    performing = lead.get("performing_agencies") or []
    if not agency or not lead:
        return []
    if agency == ALL_COMMUNES:
        fits = performing == ALL_COMMUNES
    else:
        is_commune = agencies.get(agency, {}).get("level") == "COMMUNE"
        fits = agency in agencies and (is_commune if performing == ALL_COMMUNES else agency in performing)
    words = "cơ quan đầu mối phải đang hoạt động và thực hiện thủ tục chính"
    return [] if fits else [Fault("lead-agency", (agency,), words)]


def _papers(group: Mapping[str, Any], procedures: Mapping[str, Mapping[str, Any]]) -> list[Fault]:
    chosen = group.get("components") or {}
    named = [paper for one in chosen.get("together") or () for paper in one["papers"]]
    named += [paper for name in ("apart", "not_asked", "asked") for paper in chosen.get(name) or ()]
    held = {
        f"{member['procedure']}/{component['code']}"
        for member in group["members"]
        for component in procedures.get(member["procedure"], {}).get("components") or ()
        if component.get("code")
    }
    unknown = tuple(sorted(set(named) - held))
    return [Fault("paper-unknown", unknown, "có giấy tờ không thuộc thành viên nào")] if unknown else []
