"""The files a message of the portal lists: there, at an address, or named and nowhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.gateway.domain.portal_words import Json, NeedsPeople, as_list, said_by, text_of

_FILE_MEMBERS = {
    **{
        name.casefold(): name
        for name in ("TenTepDinhKem", "MaThanhPhanHoSo", "Base64", "DuongDanTaiTepTin", "TepDinhKemId")
    },
    "tepdinhkem": "Base64",
    "noidungtep": "Base64",
}
"""Members of a listed file, and other systems' names of its content."""
_LONGEST_REMARK = 500


def files_of(data: Mapping[str, Any], profile: Mapping[str, Any]) -> tuple[list[Json], tuple[str, ...]]:
    """Return the files, and the names of those that are listed and neither there nor said to be anywhere."""
    files: list[Json] = []
    missing: list[str] = []
    for kind in profile["files"]:
        for item in _listed(data, kind["list"]):
            file = _file(item, kind)
            if file:
                files.append(file)
            elif name := text_of(item, kind["name"]):
                missing.append(name[:200])
    return files, tuple(missing)


def _listed(data: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """Return the elements of a list of files, their members as the contract spells them.

    Raises `NeedsPeople` for what is there and is none: a file is never dropped without a word.
    """
    if not name:
        return [data]
    found = said_by(data.get(name))
    if not found:
        return []
    elements = [one for one in as_list(found) if one]
    if not all(isinstance(one, Mapping) for one in elements):
        raise NeedsPeople(f"cần sửa: {name} (không đọc được danh sách tệp)")
    return [_spelled(one, name) for one in elements]


def _spelled(item: Mapping[str, Any], place: str) -> Json:
    told = {_FILE_MEMBERS.get(name.casefold(), name): value for name, value in item.items()}
    strange = [
        name
        for name, value in told.items()
        if name not in _FILE_MEMBERS.values() and isinstance(value, str) and len(value) > _LONGEST_REMARK
    ]
    if strange:
        raise NeedsPeople(f"cần sửa: {place}.{strange[0][:40]} (không rõ có phải nội dung tệp)")
    return told


def _file(item: Mapping[str, Any], kind: Mapping[str, str]) -> Json | None:
    name, content = text_of(item, kind["name"]), item.get(kind["content"])
    if isinstance(content, str) and content.strip():
        return {
            "component_code": text_of(item, "MaThanhPhanHoSo"),
            "name": name[:200] or "tep-dinh-kem",
            "content_base64": _bare(content),
        }
    link = text_of(item, kind["link"])
    if not link:
        return None
    component = text_of(item, "MaThanhPhanHoSo")
    return {"component_code": component, "name": name[:200] or "tep-dinh-kem", "link": link}


def _bare(content: str) -> str:
    """Return base64 without line breaks and without the head browsers set before it."""
    if content.startswith("data:"):
        content = content.partition(",")[2]
    return "".join(content.split())
