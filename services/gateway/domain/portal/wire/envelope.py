"""What the content is in each form the envelope of the portal's messages comes in (section 17.2)."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import orjson

from kernel.core.unseen import without_unseen
from services.gateway.domain.portal.wire.containers import with_envelope_named
from services.gateway.domain.portal.wire.elements import letters_of_name, without_elements
from services.gateway.domain.portal.wire.json_text import parsed
from services.gateway.domain.portal.wire.leaves import Leaf, levels_in, token, tree_of
from services.gateway.domain.portal.wire.letters import FormAsJson, letters_of, reading_of
from services.gateway.domain.portal.wire.profiles import GENERAL, PROFILES, PROMOTION
from services.gateway.domain.portal.wire.spelling import FORM, LISTS, PEOPLE, TAX_PAYMENT
from services.gateway.domain.portal.wire.twice import with_members
from services.gateway.domain.portal.wire.words import LongText, as_list

Json = dict[str, Any]

TEXTS_OF_THEIR_OWN = LISTS | {FORM, PEOPLE, TAX_PAYMENT, "DiaChi", "DiaChiDoanhNghiep"}
"""Members of the content some senders write as JSON texts; what people wrote stays as they wrote it."""
_TRADERS = ("TenThuongNhan", "MaSoThue")
_PEOPLES = "ChuHoSo"
_ASKED = ("masohoso", "mahoso")
_MOST_OF_A_FORM = 100
"""Members; a form of more is no message in one of them, said as often as it may be."""
_CONTENT_AGAIN = "data (2)"
_MOST_ASKED = 10_000
_DEEPEST = 6
"""Levels of wrapping that are undone round a question."""


def as_json(body: bytes) -> bytes:
    """Return a short body as the JSON text it stands for: out of a form's members, or out of UTF-16.

    A form carries the whole message in its `data`, or the envelope member by member. Anything else is
    returned as it is.
    """
    reading = reading_of(letters_of(body[:100]))
    if reading is None:
        return body
    text = reading.feed(body) + reading.close()
    if not isinstance(reading, FormAsJson) or body.count(b"&") > _MOST_OF_A_FORM:
        return text
    try:
        whole = whole_of_form(parsed(text))
    except ValueError:
        return body
    return whole.encode() if whole.lstrip()[:1] in {"{", "["} else text


def whole_of_form(members: Any) -> str:
    """Return the only member of a form, which may hold the whole message; blank when there are several."""
    only = next(iter(members.values())) if isinstance(members, Mapping) and len(members) == 1 else ""
    return only if isinstance(only, str) else ""


def in_one_form(message: Any) -> Any:
    """Return the message with the members of its envelope as the direct road spells them.

    The road through a provincial gateway writes `Service`, `IsUpdating`, `Data`; where both spellings stand
    the direct road's counts unless it is blank. A list of one is that one, as other senders' roads have it.
    A NUL, which no text of people has and no database keeps, is left out wherever it stands. Contents that
    differ are a list of them: each is a dossier, none an answer of another's form. Nothing else is touched.
    """
    message = without_controls(message)
    if isinstance(message, list) and len(message) == 1:
        message = message[0]
    if not isinstance(message, Mapping):
        return message
    found = with_envelope_named(message)
    if again := as_list(found.pop(_CONTENT_AGAIN, None)):
        found["data"] = [*as_list(found.get("data")), *again]
    data = found.get("data")
    if isinstance(data, list) and len(data) == 1:
        found["data"] = data[0]
    return found


def without_controls(value: Any) -> Any:
    """Return the value with every text in it as people can have written it."""
    if isinstance(value, str):
        if isinstance(value, LongText):
            return value
        return without_unseen(value)
    if isinstance(value, list):
        return [without_controls(one) for one in value]
    if isinstance(value, Mapping):
        return with_members([(without_controls(name), without_controls(one)) for name, one in value.items()])
    return value


def asked_code(message: Any) -> str:
    """Return which dossier is asked for, however its name is spelled and wrapped; blank when none is.

    A question has no other members to mistake for it: the outermost code counts. Two dossiers in one question
    are none, since its answer does not say which it is of.
    """
    told = {token(leaf.value) for leaf in _leaves(message) if leaf.name in _ASKED and str(leaf.value).strip()}
    return _outermost_code(message) if len(told) == 1 else ""


def _leaves(message: Any) -> Iterator[Leaf]:
    tree = tree_of(message, opened_values=_MOST_ASKED)
    return (one for level in levels_in(tree) for one in level.inner if isinstance(one, Leaf))


def _outermost_code(message: Any) -> str:
    level = [in_one_form(message)]
    for _ in range(_DEEPEST):
        told = [one for one in map(_opened, level) if isinstance(one, Mapping | list)]
        for members in told:
            if code := _code_among(members):
                return code
        level = [one for held in told for one in (held.values() if isinstance(held, Mapping) else held)]
    return ""


def _opened(value: Any) -> Any:
    """Return what a text says that is JSON of its own."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        with suppress(orjson.JSONDecodeError):
            return without_controls(orjson.loads(value))
    return value


def _code_among(members: Any) -> str:
    if not isinstance(members, Mapping):
        return ""
    named = {letters_of_name(name): without_elements(value) for name, value in members.items()}
    for name in _ASKED:
        value = named.get(name)
        value = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(value, str) and value.strip() and value.isprintable():
            return value.strip()
    return ""


def content_of(path: str, message: Any) -> tuple[Mapping[str, Any] | None, Json | None]:
    """Return the profile a message is read by and its content; None for what it has not.

    The older address takes the content bare or enveloped; the newer takes every kind of dossier, so that
    its fields tell which it is.
    """
    profile = PROFILES.get(path)
    if profile is None or not isinstance(message, Mapping):
        return profile, None
    data = message.get("data")
    if not isinstance(data, Mapping):
        named = ("code", "supplement_code")
        is_bare = "data" not in message and any(profile[name] in message for name in named)
        data = message if is_bare or not profile["enveloped"] else None
    if path == GENERAL and data is not None and _PEOPLES not in data and all(one in data for one in _TRADERS):
        profile = PROFILES[PROMOTION]
    return profile, data  # type: ignore[return-value]  # A mapping of JSON is a dict.
