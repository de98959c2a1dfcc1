"""Members of a message by the contract's names and in its shapes, whatever bridge wrote them.

.NET writes `maHoSo`, Oracle `MAHOSO` or `MA_HO_SO`, XML bridges put lists into `{"item": […]}` and values
into `["x"]` or `{"#text": "x"}`, PHP writes a list as `{"0": …, "1": …}`. It is undone here and nowhere else:
whoever reads a message afterwards knows one spelling and one shape. What is not known stays as it is, under
its own name.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.gateway.domain.portal_profiles import PROFILES
from services.gateway.domain.portal_twice import is_blank, lay_under
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
}
_ADDRESSES = frozenset(profile["address"][0] for profile in PROFILES.values())
_ADDRESS_MEMBERS = ("MaTinh", "MaHuyen", "MaXa", "DiaChiChiTiet")
_PEOPLE_MEMBERS = ("LoaiDinhDanh", "SoDinhDanh")
_YES_OR_NO = frozenset(
    {"isUpdating", FORM, *(PROFILES[path][kind] for path in PROFILES for kind in ("by_post", "verified"))}
)
_DOSSIER_CODES = ("MaHoSo", "MaHoSoQG")
_CODES = (*_DOSSIER_CODES, TAX_FILE)
_SAID_OF_A_DOSSIER = frozenset(
    name.casefold()
    for profile in PROFILES.values()
    for name in (profile["procedure"], profile["owner"]["full_name"])
)
_ATTRIBUTES = ("@", "xmlns", "$")
_NAMESPACES = ("xmlns", "xsi:")
_OF_A_SCHEMA = frozenset({"type", "nil"})
_TEXT_OF_AN_ELEMENT = ("#text", "$t", "_", "$", "#cdata-section", "_text", "_cdata", "__cdata", "")
_VALUES, _REFERENCE = "$values", "$ref"
_DEEPEST = 6
_ALIAS = 2
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
_READ = frozenset(_MEMBERS.values()) - {FORM}
_OF_FILES = _by_letters(FILE_MEMBERS)
_OF_ADDRESSES = _by_letters(_ADDRESS_MEMBERS)
_OF_PEOPLE = _by_letters(_PEOPLE_MEMBERS)
_ENVELOPE = _by_letters(("service", "isUpdating", "data"))
_OF_THE_ROAD = frozenset(
    {
        *("service", "isupdating", "data", "issync", "securitykey", "ngay", "madonvi"),
        *("requestid", "messageid", "transactionid", "correlationid", "traceid", "timestamp", "token"),
        *("sessionid", "signature", "checksum", "dstcode", "providerurl", "authorization"),
        *("username", "password", "apikey"),
    }
)
"""What stands in envelopes for who carries the message, by the letters of its name."""
_HEADS = frozenset({"header", "headers"})
_LONGEST_OF_THE_ROAD = 4_000
"""Letters: tokens and signatures of messages are no longer, a drawn signature is."""


def with_envelope_named(message: Mapping[str, Any]) -> Json:
    """Return a message with the members of its envelope as the direct road spells and shapes them."""
    found = _spelled(message, _ENVELOPE, {})
    shaped: Json = {
        name: _plain(without_elements(found[name])) for name in ("service", "isUpdating") if name in found
    }
    return {**found, **shaped}


def with_members_named(data: Mapping[str, Any]) -> Json:
    """Return the content of a message with its members as the contract spells them."""
    return _spelled(data, _MEMBERS, _CONTENT_ALIASES)


def in_shape(data: Mapping[str, Any]) -> Json:
    """Return a content whose members have the contract's names with what is in them in its shapes."""
    told = {}
    for name, value in data.items():
        is_read = name in _READ
        told[name] = without_elements(value, keeps_attributes=not is_read)
        if is_read and isinstance(value, Mapping):
            told |= {f"{name}.{of}": value[of] for of in _attributes_of(value)}
    for name in told.keys() & set(_MEMBERS.values()):
        # PHP writes `false` for what there is none of; nobody's name, number or file is "no".
        is_none = told[name] is False and name not in _YES_OR_NO
        told[name] = None if is_none else _shaped(name, told[name])
    return told


def within(message: Any) -> tuple[Any, Json] | None:
    """Return what a container holds that is not the message itself, and what stands beside it there.

    None when there is nothing to undo.
    """
    if not isinstance(message, Mapping):
        return None
    data = message.get("data")
    if not data:
        return None if _has_code(message) else _only(message)
    if isinstance(data, str) or _has_code(data) or (_has_code(message) and not _holds_code(data, _DEEPEST)):
        return None
    inner = _only(data)
    return None if inner is None else ({**message, "data": inner[0]}, inner[1])


def content_beside(message: Mapping[str, Any], *, is_inside: bool = False) -> Json:
    """Return what an envelope says beside its content that is of the content all the same.

    Its own members, and what only the road understands (who asked for what when, signed how), are not;
    `is_inside` the content, in a container of its own, there are none of these.
    """
    return {
        name: value
        for name, value in message.items()
        if not is_blank(value)
        and not name.lstrip("@").startswith(_NAMESPACES)
        and (name != "isUpdating" if is_inside else not _is_of_the_road(name, value))
    }


def _is_of_the_road(name: str, value: Any) -> bool:
    """Tell whether a member is the envelope's: one short value, or a head of nothing but those."""
    if name in _ENVELOPE.values():
        return True
    if isinstance(value, Mapping):
        is_head = letters_of_name(name) in _HEADS
        return is_head and all(is_blank(one) or _is_of_the_road(of, one) for of, one in value.items())
    if isinstance(value, str) and len(value) > _LONGEST_OF_THE_ROAD:
        return False
    return not isinstance(value, list) and (
        letters_of_name(name) in _OF_THE_ROAD or name.startswith(_ATTRIBUTES)
    )


def with_envelope_of(message: Mapping[str, Any], beside: Mapping[str, Any]) -> Json:
    """Return a message with what a container of it says of its envelope, where itself says nothing of it."""
    outer = with_envelope_named(beside)
    found = {**message}
    for name in {"service", "isUpdating"} & outer.keys():
        if is_blank(message.get(name)):
            found[name] = outer[name]
        elif name == "isUpdating" and str(found[name]).casefold() != str(outer[name]).casefold():
            # Whether it is a change decides: two words for that are for people.
            lay_under(found, name, outer[name])
    return found


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


def file_named(told: Mapping[str, Any]) -> Json:
    """Return an object with those of its own members that are of a file by the contract's names."""
    return {name: _plain(inner) for name, inner in _spelled(told, _OF_FILES, _FILE_ALIASES).items()}


def files_in(value: Any) -> list[Any]:
    """Return the elements of a list of files; those of a component in a list of its own are each of it."""
    return [one for told in elements_of(value, _OF_FILES, _FILE_ALIASES) for one in _of_a_component(told)]


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


def letters_of_name(name: str) -> str:
    """Return a member's name without what bridges do to it: capitals, prefixes, blanks, underscores."""
    if len(name) > _LONGEST_NAME:
        return name
    return name.rpartition(":")[2].strip().lstrip("@").replace("_", "").casefold()


def _spelled(told: Mapping[str, Any], members: Mapping[str, str], aliases: Mapping[str, str]) -> Json:
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


def without_elements(value: Any, *, keeps_attributes: bool = False) -> Any:
    """Return a value with `{"#text": "x"}`, as XML bridges write the text of an element, as `"x"`.

    What an attribute says of a text (its unit, its code) is lost with it, unless it `keeps_attributes`.
    """
    if isinstance(value, list):
        return [without_elements(one, keeps_attributes=keeps_attributes) for one in value]
    if not isinstance(value, Mapping):
        return value
    if _is_nil(value):
        return None
    said = [name for name in value if not name.startswith("@")]
    is_more = keeps_attributes and _attributes_of(value)
    if (
        not is_more
        and len(said) == 1
        and said[0] in _TEXT_OF_AN_ELEMENT
        and not isinstance(value[said[0]], list | Mapping)
    ):
        return value[said[0]]
    return {name: without_elements(one, keeps_attributes=keeps_attributes) for name, one in value.items()}


def _attributes_of(value: Mapping[str, Any]) -> list[str]:
    """Return the names of an element's attributes that say something of it."""
    return [
        name
        for name, one in value.items()
        if name.startswith("@")
        and not name[1:].startswith(_NAMESPACES)
        and letters_of_name(name) not in _OF_A_SCHEMA
        and not is_blank(one)
    ]


def _is_nil(value: Mapping[str, Any]) -> bool:
    """Tell whether an element says that there is none: `xsi:nil`, as bridges write attributes."""
    attributes = value.get("$") if len(value) == 1 else None
    told = attributes if isinstance(attributes, Mapping) else value
    nil = [one for name, one in told.items() if letters_of_name(name) == "nil"]
    has_no_more = all(name.startswith(_ATTRIBUTES) or letters_of_name(name) == "nil" for name in told)
    return len(nil) == 1 and str(nil[0]).casefold() in {"true", "1"} and has_no_more


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
    return name == _VALUES or not name.startswith(_ATTRIBUTES)


def _has_code(told: Any) -> bool:
    codes = {code.casefold() for code in _CODES}
    return isinstance(told, Mapping) and any(letters_of_name(name) in codes for name in told)


def _holds_code(told: Any, deep: int) -> bool:
    """Tell whether something in it names a dossier."""
    if isinstance(told, Mapping):
        return _has_code(told) or (deep > 0 and any(_holds_code(one, deep - 1) for one in told.values()))
    return isinstance(told, list) and deep > 0 and any(_holds_code(one, deep - 1) for one in told)


def _only(told: Any) -> tuple[Any, Json] | None:
    """Return the only thing a container holds, or of several what names a dossier, with what is beside it.

    What says itself whose dossier it is, for which procedure, is no container of the one it names inside.
    """
    if isinstance(told, list):
        held = [one for one in told if not is_blank(one)]
        return (held[0], {}) if len(held) == 1 and _may_hold(held[0]) else None
    if not isinstance(told, Mapping):
        return None
    names = [
        name
        for name, one in told.items()
        if not name.startswith(_ATTRIBUTES) and not is_blank(one) and _may_hold(one)
    ]
    if len(names) > 1:
        names = [name for name in names if _holds_code(told[name], _DEEPEST)]
    if len(names) != 1:
        return None
    held, beside = told[names[0]], {name: one for name, one in told.items() if name != names[0]}
    inner = {letters_of_name(name) for name in held} if isinstance(held, Mapping) else set()
    own = {letters_of_name(name) for name, one in beside.items() if not is_blank(one)}
    return None if own & _SAID_OF_A_DOSSIER - inner else (held, beside)


def _may_hold(one: Any) -> bool:
    if isinstance(one, str):
        return isinstance(one, LongText) or one.lstrip()[:1] in {"{", "[", '"'}
    return isinstance(one, Mapping | list)
