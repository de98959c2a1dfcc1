"""What the content is in each form the envelope of the portal's messages comes in (section 17.2)."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson

from services.gateway.domain.portal_letters import FormAsJson, letters_of, reading_of
from services.gateway.domain.portal_profiles import GENERAL, PROFILES, PROMOTION
from services.gateway.domain.portal_spelling import FILES, FORM, PEOPLE, TAX_PAYMENT, with_envelope_named
from services.gateway.domain.portal_words import LongText

Json = dict[str, Any]

TEXTS_OF_THEIR_OWN = frozenset({FILES, FORM, PEOPLE, TAX_PAYMENT, "DiaChi", "DiaChiDoanhNghiep"})
"""Members of the content some senders write as JSON texts; what people wrote stays as they wrote it."""
_TRADERS = ("TenThuongNhan", "MaSoThue")
_PEOPLES = "ChuHoSo"
_ASKED = ("masohoso", "mahoso")


def as_json(body: bytes) -> bytes:
    """Return a short body as the JSON text it stands for: out of a form's members, or out of UTF-16.

    A form carries the whole message in its `data`, or the envelope member by member. Anything else is
    returned as it is.
    """
    reading = reading_of(letters_of(body[:100]))
    if reading is None:
        return body
    text = reading.feed(body) + reading.close()
    if not isinstance(reading, FormAsJson):
        return text
    try:
        whole = whole_of_form(orjson.loads(text))
    except orjson.JSONDecodeError:
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
    A NUL, which no text of people has and no database keeps, is left out wherever it stands. Nothing else is
    touched.
    """
    message = without_nul(message)
    if isinstance(message, list) and len(message) == 1:
        message = message[0]
    if not isinstance(message, Mapping):
        return message
    found = with_envelope_named(message)
    data = found.get("data")
    if isinstance(data, list) and len(data) == 1:
        found["data"] = data[0]
    return found


def without_nul(value: Any) -> Any:
    """Return the value with every text in it as people can have written it."""
    if isinstance(value, str):
        if isinstance(value, LongText):
            return value
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [without_nul(one) for one in value]
    if isinstance(value, Mapping):
        return {without_nul(name): without_nul(one) for name, one in value.items()}
    return value


def asked_code(message: Any) -> str:
    """Return which dossier is asked for, however its name is spelled; blank when none is."""
    message = in_one_form(message)
    if not isinstance(message, Mapping):
        return ""
    data = message.get("data")
    if isinstance(data, str):
        with suppress(orjson.JSONDecodeError):
            data = orjson.loads(data)
    for members in (message, data):
        if not isinstance(members, Mapping):
            continue
        named = {name.casefold(): value for name, value in members.items()}
        for name in _ASKED:
            value = named.get(name)
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
