"""The files a message of the portal lists: there, at an address, or named and nowhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import unquote

from services.gateway.domain.portal.wire.elements import letters_of_name
from services.gateway.domain.portal.wire.profiles import PAPERS, SUPPLEMENTS
from services.gateway.domain.portal.wire.spelling import FILE_MEMBERS, file_named, names_of
from services.gateway.domain.portal.wire.twice import is_blank
from services.gateway.domain.portal.wire.words import NO, YES, Json, LongText, NeedsPeople, moment_of, text_of

CONTENT, _LINK, _NAME = "Base64", "DuongDanTaiTepTin", "TenTepDinhKem"
_ADDRESS_OF_A_RESULT = "DuongDanTepTinKetQua"
_OF_A_ROUND = ("NgayBoSung", "NgayTiepNhanBoSung")
_LONGEST_REMARK = 500
_SHORTEST_ADDRESS = 12
_REUSED, _FROM_STORE, _DIGITISED = "DuocTaiSuDung", "DuocLayTuKhoDMQG", "DuocSoHoa"
_SAYS_NO_MORE = {"IsDeleted": YES | NO, _REUSED: NO, _FROM_STORE: NO, _DIGITISED: YES}
"""Words of a file's flags that say what is so anyhow, or what is done about it."""
_OF_A_FILE = ("base64", "tepdinhkem", "noidungtep", "duongdan", "url", "link", "http")
_FILE_HEADS = ("data:", "JVBERi0", "/9j/", "iVBORw0K", "UEsDB", "http://", "https://")
"""How contents in base64 begin (PDF, JPEG, PNG, ZIP and what Word writes), and addresses."""
_WORDS = re.compile(r"[^A-Za-z0-9+/=_\-\r\n]")
_RUN = re.compile(r"(?:[A-Za-z0-9+/_-]{60,}+\s*+)+")
"""Base64 amid other words, in one line or in many: no word has so many letters."""
_SHORTEST_RUN, _FEWEST_SIGNS = 1000, 12
"""What is a file and no seal or mark; and how many different letters, so that no line of dots is one."""
_BEGUN = re.compile(
    r"(?<![A-Za-z0-9+/])(?:JVBERi0|[/_]9j[/_][24]|iVBORw0K|UEsDBB|(?i:25504446|FFD8FFE|89504E47|504B0304))"
    r"(?:\s*+[A-Za-z0-9+/=_-]){30}"
)
"""A file of any length by its first bytes: of PDF, JPEG, PNG, ZIP and what Word writes, in base64 or hex."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The files of a message: `files` as the dossier service is told them, `places` where each stands."""

    files: list[Json] = field(default_factory=list)
    places: tuple[str, ...] = ()
    """By the portal's names, the element's place in its list counted from 0: `TaiLieuNop.0`; of a file that
    stands in no list the member itself: `TepDonDangKy`."""
    missing: tuple[str, ...] = ()
    """Names of those that are listed and neither there nor said to be anywhere."""
    deleted: tuple[str, ...] = ()
    """Names of those the message itself says are deleted."""
    unused: frozenset[str] = frozenset()
    """What stands in their places."""
    remarks: Mapping[str, Any] = field(default_factory=dict)
    """What else is said of files, by where it stands: `TaiLieuNop.0.GhiChu`."""


def files_of(data: Mapping[str, Any], profile: Mapping[str, Any]) -> Listed:
    """Return the files a message lists; raise `NeedsPeople` for what may be one and is not understood."""
    files: list[Json] = []
    places: list[str] = []
    missing: list[str] = []
    deleted: list[str] = []
    unused: set[str] = set()
    remarks: Json = dict(_of_rounds(data))
    if strange := strange_lists(data, profile):
        raise NeedsPeople(f"tệp không đọc được: {strange[0][:60]} (không rõ có phải tệp của hồ sơ)")
    for kind in profile["files"]:
        for place, item in _listed(data, kind["list"]):
            file = _file(item, kind)
            is_deleted = bool(kind["list"]) and _is_deleted(item, place)
            remarks |= _remarks(item, place, None if is_deleted else file) if kind["list"] else {}
            if is_deleted:
                deleted.append(
                    (text_of(item, kind["name"]) or text_of(item, "MaThanhPhanHoSo") or place)[:200]
                )
                unused |= {one for one in item.values() if isinstance(one, str)}
            elif file:
                files.append(file)
                places.append(place or (kind["link"] if "link" in file else kind["content"]))
            elif name := text_of(item, kind["name"]) or (kind["list"] and text_of(item, "MaThanhPhanHoSo")):
                missing.append(name[:200])
            elif kind["list"]:
                raise NeedsPeople(f"tệp không đọc được: {place} (không rõ là tệp nào)")
    return Listed(files, tuple(places), tuple(missing), tuple(deleted), frozenset(unused), remarks)


def deleted_note(names: Sequence[str]) -> str:
    """Return what the dossier tells of files the portal listed as deleted."""
    if not names:
        return ""
    listed = ", ".join("".join(sign for sign in name[:100] if sign.isprintable()) for name in names[:10])
    return f"Cổng báo tệp đã xóa, không đưa vào hồ sơ: {listed}"


def _remarks(item: Mapping[str, Any], place: str, file: Mapping[str, Any] | None) -> Json:
    """Return what is said of a file that the dossier service is not told of it, or not wholly.

    Of one that is not there all of it: a note has room for some names only, and people ask for each.
    """
    names = [text_of(file, name) for name in ("name", "component_code", "link")] if file else []
    told = {name.casefold() for name in names if name}
    return {
        f"{place}.{name}": value
        for name, value in item.items()
        if name != CONTENT
        and not is_blank(value)
        and text_of(item, name).casefold() not in _SAYS_NO_MORE.get(name, told)
    }


def _flags(item: Mapping[str, Any]) -> Json:
    """Return what the portal says of where a file is from, as the dossier service takes it (section 7.1)."""
    reuse = text_of(item, _REUSED)
    told: Json = {"reuse": int(reuse)} if reuse in {"1", "2"} else {}
    if not told and reuse.casefold() in YES:
        told["reuse"] = 1
    if text_of(item, _FROM_STORE).casefold() in YES:
        told["is_from_personal_store"] = True
    if text_of(item, _DIGITISED).casefold() in NO:
        told["is_digitised"] = False
    return told


def _is_deleted(item: Mapping[str, Any], place: str) -> bool:
    said = text_of(item, "IsDeleted").casefold()
    if said and said not in YES | NO:
        # Taken for a paper it would be one the applicant took back.
        raise NeedsPeople(f"tệp không đọc được: {place}.IsDeleted (không rõ tệp đã xóa hay chưa)")
    return said in YES


def strange_lists(data: Mapping[str, Any], profile: Mapping[str, Any]) -> list[str]:
    """Return the members of a content nobody told us of that hold a file, or may be one."""
    known = names_of(profile)
    return [name for name, value in data.items() if name not in known and holds_file(value)]


def strange_members(item: Mapping[str, Any]) -> list[str]:
    """Return the members of a listed file that may be its content, or its address, and are not understood."""
    has_file = any(isinstance(item.get(name), str) and item[name].strip() for name in (CONTENT, _LINK))
    told = {item.get(name) for name in (CONTENT, _LINK) if isinstance(item.get(name), str)}
    return [
        name
        for name, value in item.items()
        if _is_strange(name, value, has_file=has_file) or (_is_second(name, value) and value not in told)
    ]


def is_nameless(item: Mapping[str, Any]) -> bool:
    """Tell whether an element of a list says neither a file nor which one is meant."""
    return not any(text_of(item, name) for name in (_NAME, "MaThanhPhanHoSo", CONTENT, _LINK))


def content_member(item: Mapping[str, Any]) -> str:
    """Return the name under which a listed file has its content, blank when it has none."""
    return CONTENT if item.get(CONTENT) else ""


def _listed(data: Mapping[str, Any], name: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Return the elements of a list of files with their places.

    Raises `NeedsPeople` for what is there and is none: a file is never dropped without a word.
    """
    if not name:
        return [("", data)]
    found = data.get(name)
    if is_blank(found):
        return []
    if not isinstance(found, list):
        raise NeedsPeople(f"tệp không đọc được: {name} (không phải danh sách tệp)")
    elements = [(place, one) for place, one in elements_in(data, name) if not is_blank(one)]
    for place, one in elements:
        if not isinstance(one, Mapping):
            raise NeedsPeople(f"tệp không đọc được: {place} (không phải danh sách tệp)")
        if strange := strange_members(one):
            raise NeedsPeople(
                f"tệp không đọc được: {place}.{strange[0][:40]} (không rõ có phải nội dung tệp)"
            )
    return elements


def elements_in(data: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """Yield whatever stands where a list has a file, with its place: of a round of supplements its papers."""
    found = data.get(name)
    for place, one in enumerate(found if isinstance(found, list) else ()):
        at = f"{name}.{place}"
        if name != SUPPLEMENTS or not isinstance(one, Mapping):
            yield at, one
            continue
        papers = one.get(PAPERS)
        if isinstance(papers, list):
            yield from ((f"{at}.{PAPERS}.{number}", paper) for number, paper in enumerate(papers))
        elif not is_blank(papers):
            yield f"{at}.{PAPERS}", papers
        itself = {of: value for of, value in one.items() if of != PAPERS}
        if holds_file(itself):
            yield at, itself


def last_round(data: Mapping[str, Any]) -> tuple[datetime, str] | None:
    """Return when the newest round with papers was, asked or handed in, and which member says so.

    None where no round has papers, or one of these says no moment: it may be of any request.
    """
    newest = []
    for place in {at.split(".")[1] for at, one in elements_in(data, SUPPLEMENTS) if not is_blank(one)}:
        told = (moment_of(text_of(data[SUPPLEMENTS][int(place)], name)) for name in _OF_A_ROUND)
        moments = [at for at in told if at is not None]
        if not moments:
            return None
        newest.append((max(moments), f"{SUPPLEMENTS}.{place}.{_OF_A_ROUND[0]}"))
    return max(newest, default=None)


def _of_rounds(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what the rounds of supplements say beside their papers: which is answered, the officer reads."""
    found = data.get(SUPPLEMENTS)
    for place, one in enumerate(found if isinstance(found, list) else ()):
        members = one.items() if isinstance(one, Mapping) else ()
        told = {name: value for name, value in members if name != PAPERS}
        if not holds_file(told):
            at = f"{SUPPLEMENTS}.{place}"
            yield from ((f"{at}.{name}", value) for name, value in told.items() if not is_blank(value))


def _is_strange(name: str, value: Any, *, has_file: bool) -> bool:
    if is_blank(value) or value is False:
        return False
    if name in FILE_MEMBERS:
        return name in {CONTENT, _LINK} and not isinstance(value, str)
    if not isinstance(value, str):
        return isinstance(value, list | Mapping) and (not has_file or holds_file(value))
    if len(value) > _LONGEST_REMARK or isinstance(value, LongText):
        return True
    return not has_file and len(value) >= _SHORTEST_ADDRESS and not any(sign.isspace() for sign in value)


def _is_second(name: str, value: Any) -> bool:
    """Tell whether a short text is another content or address of a file, by its name or by itself."""
    if name in FILE_MEMBERS or not isinstance(value, str) or not value.strip():
        return False
    if value.lstrip().startswith(_FILE_HEADS):
        return True
    return letters_of_name(name).startswith(_OF_A_FILE) and not any(sign.isspace() for sign in value.strip())


def holds_file(value: Any) -> bool:
    """Tell whether a value nobody told us of is a file or has one in it: long base64, alone or amid words."""
    if isinstance(value, str):
        return isinstance(value, LongText) or _is_or_has_file(value)
    if isinstance(value, list):
        return any(holds_file(one) for one in value)
    if not isinstance(value, Mapping):
        return False
    members = file_named(value)
    if any(text_of(members, name) for name in (CONTENT, _LINK, _NAME, _ADDRESS_OF_A_RESULT)):
        return True
    return any(holds_file(one) for one in value.values())


def _is_or_has_file(text: str) -> bool:
    plain = unquote(unescape(text))
    if _BEGUN.search(plain) is not None:
        return True
    is_bare = text.startswith("data:") or not _WORDS.search(text)
    return len(text) > _LONGEST_REMARK and (is_bare or _has_file_within(plain))


def begins_as_file(text: str) -> bool:
    """Tell whether a text begins as a file does in base64, and is more than these letters."""
    return _BEGUN.match(text.lstrip()) is not None


def names_within(value: Any) -> Iterator[str]:
    """Yield the names of the files in a value nobody told us of."""
    if isinstance(value, Mapping) and (name := text_of(file_named(value), _NAME)):
        yield name
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for one in inner:
        yield from names_within(one)


def _has_file_within(text: str) -> bool:
    """Tell whether a file stands in a text of other words, as in an element of XML."""
    runs = (found[0] for found in _RUN.finditer(text))
    return any(len(run) >= _SHORTEST_RUN and len(set(run)) >= _FEWEST_SIGNS for run in runs)


def _file(item: Mapping[str, Any], kind: Mapping[str, str]) -> Json | None:
    name, content = text_of(item, kind["name"]), item.get(kind["content"])
    if isinstance(content, str) and content.strip():
        return {
            "component_code": text_of(item, "MaThanhPhanHoSo"),
            "name": name[:200] or "tep-dinh-kem",
            # Not stripped: in a form a blank may be the plus the content begins with.
            "content_base64": content,
            **_flags(item),
        }
    link = text_of(item, kind["link"])
    if not link:
        return None
    component = text_of(item, "MaThanhPhanHoSo")
    return {"component_code": component, "name": name[:200] or "tep-dinh-kem", "link": link, **_flags(item)}
