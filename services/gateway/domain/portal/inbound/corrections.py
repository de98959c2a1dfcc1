"""Which fields of a portal message people may correct, by the portal's own names, and how that is applied.

What came is never changed: corrections are laid over it each time it is read. The dossier's code is not
among them, because it says which dossier it is; nor the owner's identity number, because one person alone
would make it somebody else's dossier. The content of a file, and a number nobody can read, are only left out.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.gateway.domain.portal.inbound.files import (
    content_member,
    elements_in,
    holds_file,
    is_nameless,
    last_round,
    names_within,
    strange_lists,
    strange_members,
)
from services.gateway.domain.portal.inbound.form import AS_IT_CAME, is_form, long_answers
from services.gateway.domain.portal.inbound.going_on import status_members
from services.gateway.domain.portal.inbound.kept import kept_with_form
from services.gateway.domain.portal.inbound.owner import unread_number
from services.gateway.domain.portal.inbound.reading import UPDATING, beside_form, is_change_said
from services.gateway.domain.portal.inbound.unread import unread_members
from services.gateway.domain.portal.wire.envelope import content_of
from services.gateway.domain.portal.wire.profiles import PROFILES
from services.gateway.domain.portal.wire.spelling import FILES, FORM, LISTS
from services.gateway.domain.portal.wire.twice import is_blank, told_twice
from services.gateway.domain.portal.wire.words import text_of

Json = dict[str, Any]

_WHOSE = "identity_number"
_LONGEST_CALLED = 500
_MOST_POINTS = 20
"""In the name of a member within another, as form builders number their fields."""
_COMPONENT = "MaThanhPhanHoSo"
_NAME = "TenTepDinhKem"
_CONTENT = "(có nội dung, chỉ bỏ được)"
_OTHERS = {
    FILES: "danh sách tệp",
    "DuLieuEForm": "biểu mẫu điện tử",
    "TepDonDangKy": "đơn đăng ký",
    "SoGiayToChuHoSo": "số giấy tờ của chủ hồ sơ",
    "MaSoThue": "mã số thuế",
}
_MEMBERS = {
    "content_base64": "Base64",
    "upload_id": "Base64",
    "link": "DuongDanTaiTepTin",
    "name": _NAME,
    "component_code": _COMPONENT,
}


def correctable(path: str, message: Any) -> dict[str, str]:
    """Return the fields people may correct with their values as sent; none of what is no message."""
    profile, data = content_of(path, message)
    if profile is None or data is None:
        return {}
    plain = {name: _value(data, name) for name in _names(profile, data)}
    twice = {name: _value(data, name) for name, _ in told_twice(data) if not holds_file(data[name])}
    gone = {name: twice.get(name) or _CONTENT for name in _removable_of(profile, message, data)}
    return {**plain, **gone}


def removable(path: str, message: Any) -> frozenset[str]:
    """Return what people may only leave out: contents of files, and what nobody can read.

    Nobody here writes them, but a citizen's dossier does not stay out for a file that cannot be read: it goes
    in without, says so, and the file is asked for.
    """
    profile, data = content_of(path, message)
    return (
        frozenset() if profile is None or data is None else frozenset(_removable_of(profile, message, data))
    )


def corrected(path: str, message: Any, corrections: Mapping[str, str]) -> Any:
    """Return the message with the corrections laid over it."""
    if not corrections:
        return message
    allowed = correctable(path, message)
    changed = copy.deepcopy(message)
    applied = [name for name in corrections if name in allowed]
    was, data = content_of(path, message)[1], content_of(path, changed)[1]
    if was is None or data is None:
        return changed
    for name in applied:
        _put(data, name, corrections[name])
    if FORM in applied and not is_form(was[FORM]) and not holds_file(was[FORM]):
        # Nobody reads it as a form: an officer reads it as it is. One that is read was left out for good.
        data[f"{FORM} {AS_IT_CAME}"] = was[FORM]
    members = dict.fromkeys(next(_steps(was, name)) for name in applied)
    for member in [one for one in members if one not in LISTS | {FORM}]:
        unsaid = _taken_from(was.get(member), data.get(member))
        if not is_blank(unsaid) and not holds_file(unsaid):
            data[f"{member} {AS_IT_CAME}"] = unsaid
    return changed


def _taken_from(was: Any, now: Any) -> Any:
    """Return what a correction put one value for that was none: the officer reads it with the form."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        single = (str, int, float)
        return {
            name: one for name, one in was.items() if not isinstance(one, single) and now.get(name) != one
        }
    return was if isinstance(was, Mapping | list) and now != was else None


def left_out(path: str, message: Any, corrections: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """Return what people left out, each with what to call it, and the texts that stood in those places.

    A file with a name is told of by it anyway and is called nothing here.
    """
    gone = sorted(removable(path, message) & corrections.keys())
    if not gone:
        return {}, set()
    _, data = content_of(path, message)
    texts = {text for name in gone for text in _texts(_at(data, name))}
    return {name: _called(data, name) for name in gone}, texts


def replaced(path: str, message: Any, corrections: Mapping[str, str]) -> list[Any]:
    """Return the single values that stood where people corrected; they are told on no more, on purpose."""
    _, data = content_of(path, message)
    return [one for name in corrections for one in _single_values(_at(data, name)) if one is not None]


def _called(data: Any, name: str) -> str:
    outer, _, last = name.rpartition(".")
    if name.startswith(f"{FORM}."):
        return name
    item = _at(data, outer) if outer else data
    if any(name == other for other, _ in told_twice(data)) and not holds_file(_at(data, name)):
        # What it says stands under its own name.
        return ""
    if isinstance(item, Mapping) and outer:
        is_named = any(str(item.get(name) or "").strip() for name in (_NAME, _COMPONENT))
        return "" if is_named or last in strange_members(item) else outer
    names = ", ".join(one[:100] for one in names_within(_at(data, name)))
    return (_OTHERS.get(name, name) + (f" ({names})" if names else ""))[:_LONGEST_CALLED]


def _texts(value: Any) -> Iterator[str]:
    yield from (one for one in _single_values(value) if isinstance(one, str))


def _single_values(value: Any) -> Iterator[Any]:
    if isinstance(value, list | Mapping):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _single_values(one)
    else:
        yield value


def portal_names(path: str) -> dict[str, str]:
    """Return the portal's name of each field of the dossier service's."""
    profile = PROFILES.get(path, {})
    if not profile:
        return {}
    return {
        "submitted_at": profile["submitted_at"],
        "note": profile["note"][0],
        "form_data": profile["form"],
        "owner.address": ".".join(profile["address"]),
        **{f"owner.{own}": theirs for own, theirs in profile["owner"].items()},
    }


def place_name(places: Sequence[str], field: str) -> str:
    """Return the portal's name of a field of a file (`attachments.0.name`), as the message has it."""
    _, _, rest = field.partition(".")
    place, _, member = rest.partition(".")
    at = places[int(place)] if place.isdecimal() and int(place) < len(places) else ""
    if at and (at.startswith(f"{FORM}.") or "." not in at):
        return at
    return f"{at}.{_MEMBERS.get(member, member)}".strip(".") if at else FILES


def _removable_of(profile: Mapping[str, Any], message: Any, data: Mapping[str, Any]) -> Iterator[str]:
    """Yield what may be left out; of a supplement its answers too, which our own form may not take.

    The papers that came with them are not to miss their deadline for that.
    """
    yield from dict.fromkeys((*_removable(profile, data), *_answers(profile, message, data)))


def _answers(profile: Mapping[str, Any], message: Any, data: Mapping[str, Any]) -> Iterator[str]:
    said = text_of(data, UPDATING) or text_of(message, UPDATING)
    if not (text_of(data, profile["supplement_code"]) or is_change_said(said)):
        return
    if profile["form"] and data.get(profile["form"]):
        yield profile["form"]
    told = {*status_members(data)}
    # Whether it goes on is said anew, not left out.
    yield from (name for name in beside_form(data, profile, is_change=True) if name not in told)
    yield from kept_with_form(data, profile, {})


def _removable(profile: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
    for kind in profile["files"]:
        if not kind["list"]:
            if kind["content"] and data.get(kind["content"]):
                yield kind["content"]
            continue
        listed = data.get(kind["list"])
        if listed and not isinstance(listed, list):
            yield kind["list"]
        for place, item in elements_in(data, kind["list"]):
            yield from (f"{place}{name}" for name in _of_file(item))
    yield from strange_lists(data, profile)
    correctable_too = set(_names(profile, data))
    yield from (name for name, _ in unread_members(data, profile) if name not in correctable_too)
    if profile["form"] and data.get(profile["form"]) and not is_form(data[profile["form"]]):
        yield profile["form"]
    if profile["form"]:
        yield from (f"{profile['form']}.{name}" for name in long_answers(data.get(profile["form"])))
    if number := unread_number(data, profile):
        yield number


def _of_file(item: Any) -> Iterator[str]:
    """Yield what of an element of a list of files may be left out; a blank for all of it."""
    if not isinstance(item, Mapping):
        yield from [""] if item else []
        return
    names = dict.fromkeys(name for name in (content_member(item), *strange_members(item)) if name)
    yield from (f".{name}" for name in names)
    if is_nameless(item) and not names:
        yield ""


def _names(profile: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
    yield "isUpdating"
    plain = (profile[kind] for kind in ("procedure", "submitted_at", "agency", "by_post", "subject"))
    yield from (name for name in plain if name)
    yield from (name for own, name in profile["owner"].items() if own != _WHOSE)
    yield ".".join(profile["address"])
    yield from (name for name in profile["note"] if name in data or name == profile["note"][0])
    yield from status_members(data)
    if latest := last_round(data):
        yield latest[1]
    for kind in profile["files"]:
        for place, item in elements_in(data, kind["list"]):
            if isinstance(item, Mapping):
                names = (
                    *(kind["name"], _COMPONENT),
                    *(name for name in (kind["link"], "IsDeleted") if item.get(name)),
                )
                yield from (f"{place}.{name}" for name in names)
        if not kind["list"] and kind["link"] and data.get(kind["link"]):
            yield kind["link"]


def _value(data: Any, name: str) -> str:
    found = _at(data, name)
    return str(found) if isinstance(found, str | int | float) else ""


def _steps(data: Any, name: str) -> Iterator[str]:
    """Yield the members and places a name leads through; a member's own name may have points in it."""
    parts = name.split(".")
    while parts:
        step = parts[0]
        if isinstance(data, Mapping):
            lengths = (len(parts), *range(min(len(parts), _MOST_POINTS), 0, -1))
            names = (".".join(parts[:length]) for length in lengths)
            step = next((one for one in names if one in data), step)
        yield step
        parts = parts[step.count(".") + 1 :]
        data = _member(data, step)


def _member(data: Any, step: str) -> Any:
    if isinstance(data, list):
        return data[int(step)] if step.isdecimal() and int(step) < len(data) else None
    return data.get(step) if isinstance(data, Mapping) else None


def _at(data: Any, name: str) -> Any:
    for step in _steps(data, name):
        data = _member(data, step)
    return data


def _put(data: Any, name: str, value: str) -> None:
    """Put a value where a name leads; all that stands beside it stays."""
    *outer, last = _steps(data, name)
    for place, step in enumerate(outer):
        inner = _member(data, step)
        is_list = isinstance(inner, list) and [*outer, last][place + 1].isdecimal()
        if not isinstance(inner, dict) and not is_list:
            data[step] = inner = {}
        data = inner
    if isinstance(data, list):
        data[int(last)] = value
    else:
        data[last] = value
