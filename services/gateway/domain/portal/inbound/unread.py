"""What a content says where one value is asked for and that is none, or two: which counts is for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.gateway.domain.portal.wire.spelling import FORM, LISTS, PEOPLE, names_of
from services.gateway.domain.portal.wire.twice import is_blank, told_twice
from services.gateway.domain.portal.wire.words import NeedsPeople

_TWICE, _NO_VALUE = "nói hai lần khác nhau", "không đọc được"
_CHANGES = "isUpdating"


def unread_members(data: Mapping[str, Any], profile: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the members people have to look at, each with why."""
    known = names_of(profile) | {_CHANGES}
    yield from ((name, f"{own} {_TWICE}") for name, own in told_twice(data) if own in known)
    outer, inner = profile["address"]
    # What people wrote in lists of their own stands with the form (`portal_kept`).
    for name in sorted(known - {*LISTS, FORM, PEOPLE, outer, "", *profile["note"]}):
        if _is_no_value(data.get(name)):
            yield name, _NO_VALUE
    address = data.get(outer)
    told = address.get(inner) if isinstance(address, Mapping) else address
    if isinstance(address, Mapping) and any(own == inner for _, own in told_twice(address)):
        yield outer, f"{inner} {_TWICE}"
    elif _is_no_value(told):
        yield outer, _NO_VALUE


def require_read(data: Mapping[str, Any], profile: Mapping[str, Any]) -> None:
    """Raise `NeedsPeople` where something that decides is said twice, or as no single value."""
    for name, reason in unread_members(data, profile):
        raise NeedsPeople(f"cần sửa: {name[:60]} ({reason})")


def _is_no_value(value: Any) -> bool:
    return isinstance(value, list | Mapping) and not is_blank(value)
