"""Which fields of a portal message people may correct, by the portal's own names, and how that is applied.

What came is never changed: corrections are laid over it each time it is read. The dossier's code is not
among them, because it says which dossier it is; nor the owner's identity number, because one person alone
would make it somebody else's dossier: the portal sends that anew; nor are the contents of files.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from services.gateway.domain.portal_envelope import content_of
from services.gateway.domain.portal_profiles import PROFILES

Json = dict[str, Any]

_WHOSE = "identity_number"
_COMPONENT = "MaThanhPhanHoSo"


def correctable(path: str, message: Any) -> dict[str, str]:
    """Return the fields people may correct with their values as sent; none of what is no message."""
    profile, data = content_of(path, message)
    if profile is None or data is None:
        return {}
    return {name: _value(data, name) for name in _names(profile, data)}


def corrected(path: str, message: Any, corrections: Mapping[str, str]) -> Any:
    """Return the message with the corrections laid over it."""
    if not corrections:
        return message
    allowed = correctable(path, message)
    changed = copy.deepcopy(message)
    for name, value in corrections.items():
        if name in allowed:
            _put(content_of(path, changed)[1], name.split("."), value)
    return changed


def portal_names(path: str) -> dict[str, str]:
    """Return the portal's name of each field of the dossier service's."""
    profile = PROFILES.get(path, {})
    if not profile:
        return {}
    return {
        "submitted_at": profile["submitted_at"],
        "note": profile["note"][0],
        "owner.address": ".".join(profile["address"]),
        **{f"owner.{own}": theirs for own, theirs in profile["owner"].items()},
    }


def _names(profile: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
    plain = (profile[kind] for kind in ("procedure", "submitted_at", "agency", "by_post", "subject"))
    yield from (name for name in plain if name)
    yield from (name for own, name in profile["owner"].items() if own != _WHOSE)
    yield ".".join(profile["address"])
    yield from (name for name in profile["note"] if name in data)
    for kind in profile["files"]:
        items = data.get(kind["list"]) if kind["list"] else None
        for place, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, Mapping):
                names = (kind["name"], _COMPONENT, *((kind["link"],) if item.get(kind["link"]) else ()))
                yield from (f"{kind['list']}.{place}.{name}" for name in names)
        if not kind["list"] and kind["link"] and data.get(kind["link"]):
            yield kind["link"]


def _value(data: Any, name: str) -> str:
    for part in name.split("."):
        if isinstance(data, list):
            data = data[int(part)]
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
    return str(data) if isinstance(data, str | int | float) else ""


def _put(data: Any, parts: list[str], value: str) -> None:
    *outer, last = parts
    for part in outer:
        if isinstance(data, list):
            data = data[int(part)]
            continue
        if not isinstance(data.get(part), dict | list):
            data[part] = {}
        data = data[part]
    data[last] = value
