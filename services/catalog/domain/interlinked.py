"""Interlinked groups (nhóm thủ tục liên thông): several procedures, one submission, one appointment."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.domain.identifiers import national_code
from services.catalog.domain.reading import Reader

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


def read_group(item: Reader) -> None:
    """Read a group; its members' order must be possible and its lead one of them."""
    item.code("code", _CODE)
    item.text("name")
    lead = item.text("lead_procedure", longest=60)
    members = item.items("members", _read_member, required=True)
    item.long_text("merged_components")
    if item.reasons:
        return
    codes = [member["procedure"] for member in members]
    if len(set(codes)) < len(codes):
        item.refuse("members", "một thủ tục được khai hai lần")
    if lead not in codes:
        item.refuse("lead_procedure", "thủ tục chính phải là một thành viên")
    if not _has_order(members):
        item.refuse("members", "thứ tự thực hiện không tồn tại hoặc tạo thành vòng kín")


def _read_member(member: Reader) -> None:
    code = national_code(member.text("procedure", longest=60) or "-")
    if code is None:
        member.refuse("procedure", "không phải mã thủ tục hành chính")
    member.data["procedure"] = code
    member.texts("after")


def _has_order(members: Sequence[Mapping[str, Any]]) -> bool:
    waiting = {member["procedure"]: set(member["after"]) for member in members}
    while waiting:
        ready = {code for code, after in waiting.items() if not after & waiting.keys()}
        if not ready or any(not waiting[code] <= {m["procedure"] for m in members} for code in ready):
            return False
        for code in ready:
            del waiting[code]
    return True
