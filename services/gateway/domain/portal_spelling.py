"""Members of a message by the contract's names and in its shapes, whatever bridge wrote them.

.NET writes `maHoSo`, Oracle `MAHOSO` or `MA_HO_SO`, XML bridges put lists into `{"item": […]}` and values
into `["x"]` or `{"#text": "x"}`, PHP writes a list as `{"0": …, "1": …}`. It is undone here and nowhere else:
whoever reads a message afterwards knows one spelling and one shape. What is not known stays as it is, under
its own name.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.gateway.domain.portal_profiles import PROFILES
from services.gateway.domain.portal_words import Json, LongText

FILES, PEOPLE, FORM = "TaiLieuNop", "DinhDanhCHS", "DuLieuEForm"
TAX_FILE, TAX_PAYMENT = "FileThongBaoThue", "ThongTinThanhToan"
FILE_MEMBERS = (
    "TenTepDinhKem",
    "MaThanhPhanHoSo",
    "Base64",
    "DuongDanTaiTepTin",
    "TepDinhKemId",
    "IsDeleted",
    "DuocSoHoa",
    "DuocTaiSuDung",
    "DuocLayTuKhoDMQG",
    "MaKetQuaThayThe",
)
_FILE_ALIASES = {
    "tepdinhkem": "Base64",
    "noidungtep": "Base64",
    "tentep": "TenTepDinhKem",
    "duongdan": "DuongDanTaiTepTin",
    "duongdantep": "DuongDanTaiTepTin",
    "url": "DuongDanTaiTepTin",
}
_CONTENT_ALIASES = {
    "sodienthoai": "DienThoai",
    "eform": FORM,
    "danhsachtailieunop": FILES,
    "danhsachtailieu": FILES,
    "danhsachtepdinhkem": FILES,
}
_ADDRESSES = frozenset(profile["address"][0] for profile in PROFILES.values())
_ADDRESS_MEMBERS = ("MaTinh", "MaHuyen", "MaXa", "DiaChiChiTiet")
_PEOPLE_MEMBERS = ("LoaiDinhDanh", "SoDinhDanh")
_CODES = ("MaHoSo", "MaHoSoQG", TAX_FILE)
_ATTRIBUTES = ("@", "xmlns", "$")
_TEXT_OF_AN_ELEMENT = ("#text", "$t", "_", "$", "#cdata-section")
_DEEPEST = 6
_LONGEST_NAME = 60


def names_of(profile: Mapping[str, Any]) -> frozenset[str]:
    """Return every member of the content a profile reads."""
    plain = ("code", "supplement_code", "procedure", "submitted_at", "agency", "by_post")
    names = {profile[kind] for kind in (*plain, "subject", "verified", "account", "form")}
    names |= {*profile["owner"].values(), profile["address"][0], *profile["note"], PEOPLE}
    for kind in profile["files"]:
        names |= {kind["list"]} if kind["list"] else {kind["name"], kind["content"], kind["link"]}
    return frozenset(names - {""})


def _by_letters(names: Sequence[str]) -> dict[str, str]:
    return {name.casefold(): name for name in names}


_MEMBERS = _by_letters(
    [
        "isUpdating",
        *{name for profile in PROFILES.values() for name in names_of(profile)},
        TAX_FILE,
        TAX_PAYMENT,
    ]
)
_OF_FILES = _by_letters(FILE_MEMBERS)
_OF_ADDRESSES = _by_letters(_ADDRESS_MEMBERS)
_OF_PEOPLE = _by_letters(_PEOPLE_MEMBERS)
_ENVELOPE = _by_letters(("service", "isUpdating", "data"))


def with_envelope_named(message: Mapping[str, Any]) -> Json:
    """Return a message with the members of its envelope as the direct road spells them."""
    return _spelled(message, _ENVELOPE, {})


def with_members_named(data: Mapping[str, Any]) -> Json:
    """Return the content of a message with its members as the contract spells them."""
    return _spelled(data, _MEMBERS, _CONTENT_ALIASES)


def in_shape(data: Mapping[str, Any]) -> Json:
    """Return a content whose members have the contract's names with what is in them in its shapes."""
    told = {name: _without_elements(value) for name, value in data.items()}
    for name in told.keys() & set(_MEMBERS.values()):
        told[name] = _shaped(name, told[name])
    return told


def within(message: Any) -> Any:
    """Return what a container holds that is not the message itself; None when there is nothing to undo."""
    if not isinstance(message, Mapping):
        return None
    data = message.get("data")
    if not data:
        return None if _has_code(message) else _only(message)
    if isinstance(data, str) or _has_code(data):
        return None
    inner = _only(data)
    return None if inner is None else {**message, "data": inner}


def elements_of(value: Any, members: Mapping[str, str], aliases: Mapping[str, str]) -> list[Any]:
    """Return the elements of a list out of its containers, members by the contract's names; blanks left out.

    An object none of whose members is known and all of which are lists or objects is a container of them.
    """
    return [
        {name: _plain(inner) for name, inner in _spelled(one, members, aliases).items()}
        if isinstance(one, Mapping)
        else one
        for one in _flat(value, members.keys() | aliases.keys(), _DEEPEST)
    ]


def files_in(value: Any) -> list[Any]:
    """Return the elements of a list of files."""
    return elements_of(value, _OF_FILES, _FILE_ALIASES)


def is_blank(value: Any) -> bool:
    """Tell whether a member says nothing."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_blank(one) for one in value.values())
    if isinstance(value, list):
        return all(is_blank(one) for one in value)
    return value is None or value is False


def letters_of_name(name: str) -> str:
    """Return a member's name without what bridges do to it: capitals, prefixes, blanks, underscores."""
    if len(name) > _LONGEST_NAME:
        return name
    return name.rpartition(":")[2].strip().lstrip("@").replace("_", "").casefold()


def _spelled(told: Mapping[str, Any], members: Mapping[str, str], aliases: Mapping[str, str]) -> Json:
    """Return an object with its known members by their names.

    Where several stand for one the contract's own spelling counts first, then another spelling, then another
    name; a blank counts last. What says something else beside it stays under its own name.
    """
    ranked: dict[str, list[tuple[bool, int, str]]] = {}
    for name, value in told.items():
        letters = letters_of_name(name)
        own = members.get(letters) or aliases.get(letters) or name
        rank = 0 if name == own else 1 if letters in members else 2
        ranked.setdefault(own, []).append((is_blank(value), rank, name))
    found: Json = {}
    for own, names in ranked.items():
        (_, _, first), *others = sorted(names)
        found[own] = told[first]
        for is_nothing, _, name in others:
            if not is_nothing and told[name] != told[first]:
                found[name if name != own else f"{own} (2)"] = told[name]
    return found


def _shaped(name: str, value: Any) -> Any:
    if name == FORM:
        return value
    if name == FILES:
        return value if isinstance(value, str) else files_in(value)
    if name == PEOPLE:
        return value if isinstance(value, str) else elements_of(value, _OF_PEOPLE, {})
    if name in _ADDRESSES:
        only = value[0] if isinstance(value, list) and len(value) == 1 else value
        if not isinstance(only, Mapping):
            return only
        return {inner: _plain(one) for inner, one in _spelled(only, _OF_ADDRESSES, {}).items()}
    return value if name == TAX_PAYMENT else _plain(value)


def _plain(value: Any) -> Any:
    """Return a single value out of the list of one of XML bridges, or a moment out of PHP's object."""
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list | Mapping):
        return value[0]
    if isinstance(value, Mapping) and isinstance(value.get("date"), str):
        zone = value.get("timezone")
        suffix = {"UTC": "Z", "Z": "Z", None: ""}.get(zone, zone)
        is_local = isinstance(suffix, str) and suffix in {"Asia/Ho_Chi_Minh", "Asia/Saigon", "Asia/Bangkok"}
        return f"{value['date']}{'' if is_local else suffix}"
    return value


def _without_elements(value: Any) -> Any:
    """Return a value with `{"#text": "x"}`, as XML bridges write the text of an element, as `"x"`."""
    if isinstance(value, list):
        return [_without_elements(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    said = [name for name in value if not name.startswith("@")]
    if len(said) == 1 and said[0] in _TEXT_OF_AN_ELEMENT and not isinstance(value[said[0]], list | Mapping):
        return value[said[0]]
    return {name: _without_elements(one) for name, one in value.items()}


def _flat(value: Any, known: Any, deep: int) -> Iterator[Any]:
    if is_blank(value):
        return
    if isinstance(value, list):
        for one in value:
            yield from (
                _flat(one, known, deep - 1)
                if isinstance(one, list | Mapping) and deep
                else (() if is_blank(one) else (one,))
            )
        return
    if isinstance(value, Mapping) and deep and not any(letters_of_name(name) in known for name in value):
        held = [one for name, one in value.items() if not is_blank(one) and not name.startswith(_ATTRIBUTES)]
        if held and all(isinstance(one, list | Mapping) for one in held):
            for one in held:
                yield from _flat(one, known, deep - 1)
            return
    yield value


def _has_code(told: Any) -> bool:
    codes = {code.casefold() for code in _CODES}
    return isinstance(told, Mapping) and any(letters_of_name(name) in codes for name in told)


def _only(told: Any) -> Any:
    """Return the only thing a container holds; beside others what names a dossier, with the others."""
    if isinstance(told, list):
        held = [one for one in told if not is_blank(one)]
        return held[0] if len(held) == 1 and _may_hold(held[0]) else None
    if not isinstance(told, Mapping):
        return None
    names = [
        name
        for name, one in told.items()
        if not name.startswith(_ATTRIBUTES) and not is_blank(one) and _may_hold(one)
    ]
    if len(names) == 1:
        return told[names[0]]
    coded = [name for name in names if _has_code(told[name])]
    if len(coded) != 1:
        return None
    return {**{name: one for name, one in told.items() if name != coded[0]}, **told[coded[0]]}


def _may_hold(one: Any) -> bool:
    if isinstance(one, str):
        return isinstance(one, LongText) or one.lstrip()[:1] in {"{", "[", '"'}
    return isinstance(one, Mapping | list)
