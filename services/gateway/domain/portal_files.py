"""The files a message of the portal lists: there, at an address, or named and nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.gateway.domain.portal_words import Json, NeedsPeople, as_list, said_by, text_of

CONTENT = "Base64"
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


@dataclass(frozen=True, slots=True)
class Listed:
    """The files of a message: `files` as the dossier service is told them, `places` where each stands."""

    files: list[Json] = field(default_factory=list)
    places: tuple[str, ...] = ()
    """By the portal's names, the element's place in its list counted from 0: `TaiLieuNop.0`."""
    missing: tuple[str, ...] = ()
    """Names of those that are listed and neither there nor said to be anywhere."""


def files_of(data: Mapping[str, Any], profile: Mapping[str, Any]) -> Listed:
    """Return the files a message lists; raise `NeedsPeople` for what may be one and is not understood."""
    files: list[Json] = []
    places: list[str] = []
    missing: list[str] = []
    for kind in profile["files"]:
        for place, item in _listed(data, kind["list"]):
            file = _file(item, kind)
            if file:
                files.append(file)
                places.append(place)
            elif name := text_of(item, kind["name"]):
                missing.append(name[:200])
    return Listed(files, tuple(places), tuple(missing))


def _listed(data: Mapping[str, Any], name: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Return the elements of a list of files with their places, members as the contract spells them.

    Raises `NeedsPeople` for what is there and is none: a file is never dropped without a word.
    """
    if not name:
        return [("", data)]
    found = said_by(data.get(name))
    if not found:
        return []
    elements = [(f"{name}.{place}", one) for place, one in enumerate(as_list(found)) if one]
    strange = [
        place if isinstance(found, list) else name for place, one in elements if not isinstance(one, Mapping)
    ]
    if strange:
        raise NeedsPeople(f"tệp không đọc được: {strange[0]} (không phải danh sách tệp)")
    return [(place, _spelled(one, place)) for place, one in elements]


def is_strange(name: str, value: Any) -> bool:
    """Tell whether a member of a listed file may be its content under a name nobody told us of."""
    is_known = name.casefold() in _FILE_MEMBERS
    return not is_known and isinstance(value, str) and len(value) > _LONGEST_REMARK


def content_member(item: Mapping[str, Any]) -> str:
    """Return the name under which a listed file has its content, blank when it has none."""
    return next((name for name in item if _FILE_MEMBERS.get(name.casefold()) == CONTENT and item[name]), "")


def _spelled(item: Mapping[str, Any], place: str) -> Json:
    strange = [name for name, value in item.items() if is_strange(name, value)]
    if strange:
        raise NeedsPeople(f"tệp không đọc được: {place}.{strange[0][:40]} (không rõ có phải nội dung tệp)")
    return {_FILE_MEMBERS.get(name.casefold(), name): value for name, value in item.items()}


def _file(item: Mapping[str, Any], kind: Mapping[str, str]) -> Json | None:
    name, content = text_of(item, kind["name"]), item.get(kind["content"])
    if isinstance(content, str) and content.strip():
        return {
            "component_code": text_of(item, "MaThanhPhanHoSo"),
            "name": name[:200] or "tep-dinh-kem",
            "content_base64": content.strip(),
        }
    link = text_of(item, kind["link"])
    if not link:
        return None
    component = text_of(item, "MaThanhPhanHoSo")
    return {"component_code": component, "name": name[:200] or "tep-dinh-kem", "link": link}
