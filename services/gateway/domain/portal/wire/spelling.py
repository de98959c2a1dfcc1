"""Members of a message by the contract's names and in its shapes, whatever bridge wrote them.

.NET writes `maHoSo`, Oracle `MAHOSO` or `MA_HO_SO`, XML bridges put lists into `{"item": […]}` and values
into `["x"]` or `{"#text": "x"}`, PHP writes a list as `{"0": …, "1": …}`. It is undone here and nowhere else:
whoever reads a message afterwards knows one spelling and one shape. What is not known stays as it is, under
its own name.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.gateway.domain.portal.wire.elements import (
    ATTRIBUTES,
    attributes_of,
    letters_of_name,
    without_elements,
)
from services.gateway.domain.portal.wire.profiles import PAPERS, PROFILES, SUPPLEMENTS
from services.gateway.domain.portal.wire.twice import is_blank, lay_under
from services.gateway.domain.portal.wire.words import Json, moment_in_numbers

FILES, PEOPLE, FORM = "TaiLieuNop", "DinhDanhCHS", "DuLieuEForm"
LISTS = frozenset({FILES, SUPPLEMENTS})
"""Where files are listed."""
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
_IN_A_FILE = frozenset({"Base64", "DuongDanTaiTepTin"})
_OF_A_COMPONENT = frozenset(
    {"MaThanhPhanHoSo", "IsDeleted", "DuocTaiSuDung", "DuocLayTuKhoDMQG", "DuocSoHoa"}
)
"""What is said of a component is said of each of its files; anything else once."""
_CONTENT_ALIASES = {
    "sodienthoai": "DienThoai",
    "eform": FORM,
    "danhsachtailieunop": FILES,
    "danhsachtailieu": FILES,
    "danhsachtepdinhkem": FILES,
    "danhsachgiaytobosung": FILES,
}
_ADDRESSES = frozenset(profile["address"][0] for profile in PROFILES.values())
_ADDRESS_MEMBERS = ("MaTinh", "MaHuyen", "MaXa", "DiaChiChiTiet")
_PEOPLE_MEMBERS = ("LoaiDinhDanh", "SoDinhDanh")
_ROUND_MEMBERS = (
    *("HoSoBoSungId", "NguoiYeuCauBoSung", "NoiDungBoSung", "NgayBoSung", "NguoiTiepNhanBoSung"),
    *("ThongTinTiepNhan", "NgayTiepNhanBoSung", "TrangThaiBoSung", PAPERS, "DanhSachLePhiBoSung"),
    *("NgayHenTraTruoc", "NgayHenTraMoi"),
)
_YES_OR_NO = frozenset(
    {"isUpdating", FORM, *(PROFILES[path][kind] for path in PROFILES for kind in ("by_post", "verified"))}
)
_VALUES, _REFERENCE = "$values", "$ref"
_DEEPEST = 6
_ALIAS = 2


def names_of(profile: Mapping[str, Any]) -> frozenset[str]:
    """Return every member of the content a profile reads."""
    plain = ("code", "supplement_code", "procedure", "submitted_at", "agency", "by_post")
    names = {profile[kind] for kind in (*plain, "subject", "verified", "account", "form")}
    names |= {*profile["owner"].values(), profile["address"][0], *profile["note"], PEOPLE}
    for kind in profile["files"]:
        names |= {kind["list"]} if kind["list"] else {kind["name"], kind["content"], kind["link"]}
    return frozenset(names - {""})


def by_letters(names: Sequence[str]) -> dict[str, str]:
    """Return names by their letters."""
    return {name.casefold(): name for name in names}


_MEMBERS = by_letters(
    [
        "isUpdating",
        *{name for profile in PROFILES.values() for name in names_of(profile)},
        TAX_FILE,
        TAX_PAYMENT,
    ]
)
_OF_A_PART = sorted(
    {name for profile in PROFILES.values() for name in (profile["procedure"], profile["owner"]["full_name"])}
)
_READ = frozenset(_MEMBERS.values()) - {FORM}
_OF_FILES = by_letters(FILE_MEMBERS)
_OF_ADDRESSES = by_letters(_ADDRESS_MEMBERS)
_OF_PEOPLE = by_letters(_PEOPLE_MEMBERS)
_OF_ROUNDS = by_letters((*_ROUND_MEMBERS, *FILE_MEMBERS))


def with_members_named(data: Mapping[str, Any]) -> Json:
    """Return the content of a message with its members as the contract spells them."""
    return spelled(data, _MEMBERS, _CONTENT_ALIASES)


def with_parts(data: Mapping[str, Any]) -> Json:
    """Return a content with what its parts say of the dossier as its own (`ThongTinHoSo`, `ThongTinChuHoSo`).

    A part is the only object in it that says whose dossier it is, or for which procedure, where the content
    itself does not; two of these are nobody's to choose from.
    """
    told = {**data}
    for name in _OF_A_PART:
        parts = [
            part
            for part, one in data.items()
            if is_blank(told.get(name))
            and part not in _MEMBERS.values()
            and isinstance(one, Mapping)
            and name.casefold() in map(letters_of_name, one)
        ]
        if len(parts) == 1 and parts[0] in told:
            for member, value in with_members_named(told.pop(parts[0])).items():
                lay_under(told, member, value)
    return told


def in_shape(data: Mapping[str, Any]) -> Json:
    """Return a content whose members have the contract's names with what is in them in its shapes."""
    told = {}
    for name, value in data.items():
        is_read = name in _READ
        told[name] = without_elements(value, keeps_attributes=not is_read)
        if is_read and isinstance(value, Mapping):
            told |= {f"{name}.{of}": value[of] for of in attributes_of(value)}
    for name in told.keys() & set(_MEMBERS.values()):
        # PHP writes `false` for what there is none of; nobody's name, number or file is "no".
        is_none = told[name] is False and name not in _YES_OR_NO
        told[name] = None if is_none else _shaped(name, told[name])
    return told


def elements_of(value: Any, members: Mapping[str, str], aliases: Mapping[str, str]) -> list[Any]:
    """Return the elements of a list out of its containers, members by the contract's names; blanks left out.

    An object none of whose members is known and all of which are lists or objects is a container of them.
    """
    return [
        {name: plain(inner) for name, inner in spelled(one, members, aliases).items()}
        if isinstance(one, Mapping)
        else one
        for one in _flat(value, members.keys() | aliases.keys(), _DEEPEST)
    ]


def file_named(told: Mapping[str, Any]) -> Json:
    """Return an object with those of its own members that are of a file by the contract's names."""
    return {name: plain(inner) for name, inner in spelled(told, _OF_FILES, _FILE_ALIASES).items()}


def files_in(value: Any) -> list[Any]:
    """Return the elements of a list of files; those of a component in a list of its own are each of it."""
    return [one for told in elements_of(value, _OF_FILES, _FILE_ALIASES) for one in _of_a_component(told)]


def rounds_in(value: Any) -> list[Any]:
    """Return the rounds of supplements with their papers as files; a file in the place of one stays one."""
    rounds = elements_of(value, _OF_ROUNDS, _FILE_ALIASES)
    return [
        {**one, PAPERS: files_in(one[PAPERS])}
        if isinstance(one, Mapping) and isinstance(one.get(PAPERS), list | Mapping)
        else one
        for one in rounds
    ]


def _of_a_component(told: Any) -> list[Any]:
    """Return the files an element holds in the only list in it; itself where it holds none, or more lists."""
    if not isinstance(told, Mapping):
        return [told]
    lists = [name for name, one in told.items() if isinstance(one, list) and one]
    if len(lists) != 1:
        return [told]
    inner = elements_of(told[lists[0]], _OF_FILES, _FILE_ALIASES)
    if not inner or not all(isinstance(one, Mapping) and _IN_A_FILE & one.keys() for one in inner):
        return [told]
    outer = {name: one for name, one in told.items() if name != lists[0]}
    shared = {name: one for name, one in outer.items() if name in _OF_A_COMPONENT}
    first, *others = inner
    return [_spread(outer, first), *(_spread(shared, one) for one in others)]


def _spread(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> Json:
    found = {**inner}
    for name, value in outer.items():
        lay_under(found, name, value)
    return found


def spelled(told: Mapping[str, Any], members: Mapping[str, str], aliases: Mapping[str, str]) -> Json:
    """Return an object with its known members by their names.

    Where several stand for one the contract's own spelling counts first, then another spelling, then another
    name; a blank counts last. What says something else beside it stays: another name under that, another
    spelling as what is said twice.
    """
    ranked: dict[str, list[tuple[int, str]]] = {}
    for name in told:
        letters = letters_of_name(name)
        own = members.get(letters) or aliases.get(letters) or name
        rank = 0 if name == own else 1 if letters in members else _ALIAS
        ranked.setdefault(own, []).append((rank, name))
    found: Json = {}
    for own, names in ranked.items():
        if len(names) == 1:
            lay_under(found, own, told[names[0][1]])
            continue
        (_, _, first), *others = sorted((is_blank(told[name]), rank, name) for rank, name in names)
        differing = [
            (rank, name) for is_nothing, rank, name in others if not is_nothing and told[name] != told[first]
        ]
        lay_under(found, own, told[first], *(told[name] for rank, name in differing if rank != _ALIAS))
        for rank, name in differing:
            if rank == _ALIAS:
                lay_under(found, name, told[name])
    return found


def _shaped(name: str, value: Any) -> Any:
    if name == FORM:
        return value
    if name in LISTS:
        listed = files_in if name == FILES else rounds_in
        return value if isinstance(value, str) else listed(value)
    if name == PEOPLE:
        return value if isinstance(value, str) else elements_of(value, _OF_PEOPLE, {})
    if name in _ADDRESSES:
        only = value[0] if isinstance(value, list) and len(value) == 1 else value
        if not isinstance(only, Mapping):
            return only
        return {inner: plain(one) for inner, one in spelled(only, _OF_ADDRESSES, {}).items()}
    return value if name == TAX_PAYMENT else plain(value)


def plain(value: Any) -> Any:
    """Return a single value out of the list of one of XML bridges, or a moment out of PHP's or Jackson's."""
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list | Mapping):
        return value[0]
    if (moment := moment_in_numbers(value)) is not None:
        return moment
    if isinstance(value, Mapping) and isinstance(value.get("date"), str):
        zone = value.get("timezone")
        suffix = {"UTC": "Z", "Z": "Z", None: ""}.get(zone, zone)
        is_local = isinstance(suffix, str) and suffix in {"Asia/Ho_Chi_Minh", "Asia/Saigon", "Asia/Bangkok"}
        return f"{value['date']}{'' if is_local else suffix}"
    return value


def _flat(value: Any, known: Any, deep: int) -> Iterator[Any]:
    if is_blank(value):
        return
    if isinstance(value, list):
        for one in value:
            yield from (
                _flat(one, known, deep - 1)
                if isinstance(one, list | Mapping) and deep
                else (() if is_blank(one) or one is False else (one,))
            )
        return
    if isinstance(value, Mapping) and deep and not any(letters_of_name(name) in known for name in value):
        if value.keys() == {_REFERENCE}:
            # What it refers to stands in the message already.
            return
        held = [one for name, one in value.items() if not is_blank(one) and _holds(name)]
        if held and all(isinstance(one, list | Mapping) for one in held):
            for one in held:
                yield from _flat(one, known, deep - 1)
            return
    yield value


def _holds(name: str) -> bool:
    """Tell whether a member of a container is what it holds; of .NET's lists with types one is."""
    return name == _VALUES or not name.startswith(ATTRIBUTES)
