"""What stands round a content: its envelope, the containers of bridges, and what is beside it there."""

from collections.abc import Mapping
from typing import Any

from services.gateway.domain.portal.wire.elements import (
    ATTRIBUTES,
    NAMESPACES,
    letters_of_name,
    without_elements,
)
from services.gateway.domain.portal.wire.profiles import PROFILES
from services.gateway.domain.portal.wire.spelling import TAX_FILE, by_letters, plain, spelled
from services.gateway.domain.portal.wire.twice import is_blank, lay_under
from services.gateway.domain.portal.wire.words import Json, LongText

_DEEPEST = 6
_DOSSIER_CODES = ("MaHoSo", "MaHoSoQG")
_CODES = (*_DOSSIER_CODES, TAX_FILE)
_SAID_OF_A_DOSSIER = frozenset(
    name.casefold()
    for profile in PROFILES.values()
    for name in (profile["procedure"], profile["owner"]["full_name"])
)
_ENVELOPE = by_letters(("service", "isUpdating", "data"))
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
    found = spelled(message, _ENVELOPE, {})
    shaped: Json = {
        name: plain(without_elements(found[name])) for name in ("service", "isUpdating") if name in found
    }
    return {**found, **shaped}


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
        and not name.lstrip("@").startswith(NAMESPACES)
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
        letters_of_name(name) in _OF_THE_ROAD or name.startswith(ATTRIBUTES)
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
        if not name.startswith(ATTRIBUTES) and not is_blank(one) and _may_hold(one)
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
