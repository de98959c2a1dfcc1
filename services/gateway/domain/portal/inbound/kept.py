"""What a content says in members that are read, and the dossier has no place for: it stands with the form.

A telephone in words, the second of two, a commune's code, the day somebody was born as far as it is known,
what a change says of the owner: the officer reads it there, under the portal's own names.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.gateway.domain.account import tech_id_of
from services.gateway.domain.portal.wire.spelling import PEOPLE
from services.gateway.domain.portal.wire.twice import is_blank
from services.gateway.domain.portal.wire.words import (
    Json,
    as_list,
    is_no_moment,
    said_by,
    text_of,
)

LONGEST_NOTE = 2000
"""Letters of a note the dossier service takes."""
_SUBJECTS = frozenset({"1", "2", "3", "4"})
_FLAGS = frozenset({"0", "1", "true", "false"})
_NO_NUMBER = re.compile(r"0*1?")
_OF_A_SHEET = re.compile(r"\.0+$")


def kept_with_form(data: Mapping[str, Any], profile: Mapping[str, Any], told: Mapping[str, Any]) -> Json:
    """Return those members by their names; `told` is the owner as the dossier service is told of him.

    It is blank for a change, which tells the dossier service of no owner: all of it is kept then.
    """
    return {name: data[name] for name in _kept(data, profile, told) if not is_blank(data.get(name))}


def _kept(data: Mapping[str, Any], profile: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[str]:
    is_change = not told
    for own, name in profile["owner"].items():
        if not _says(text_of(data, name), str(told.get(own, "")), own):
            yield name
    if any(not _is_number_of(one, told) for one in as_list(said_by(data.get(PEOPLE)))):
        yield PEOPLE
    outer, inner = profile["address"]
    address = data.get(outer)
    if not _is_all_of(address if isinstance(address, Mapping) else {inner: address}, inner, told):
        yield outer
    if is_change or text_of(data, profile["subject"]) not in _SUBJECTS:
        yield profile["subject"]
    yield from (
        profile[kind]
        for kind in ("by_post", "verified")
        if (is_change and kind == "by_post") or text_of(data, profile[kind]).casefold() not in _FLAGS
    )
    if not tech_id_of(text_of(data, profile["account"])):
        yield profile["account"]
    codes = {text_of(data, profile[name]).casefold() for name in ("code", "supplement_code")} - {""}
    if len(codes) > 1:
        yield profile["code" if is_change else "supplement_code"]
    # What a change says in words is its note, as far as a note goes.
    noted = sum(len(text_of(data, name)) + 1 for name in profile["note"])
    is_whole = is_change and noted <= LONGEST_NOTE
    yield from (name for name in profile["note"] if not is_whole or not text_of(data, name))


def _is_all_of(address: Mapping[str, Any], inner: str, told: Mapping[str, Any]) -> bool:
    """Tell whether an address is no more than what the dossier is told of it."""
    more = any(not is_blank(one) for name, one in address.items() if name != inner)
    return not more and text_of(address, inner) == told.get("address", "")


def _says(text: str, told: str, own: str) -> bool:
    """Tell whether what the dossier is told says all the text does; what stands for nothing says nothing."""
    if own == "birth_date":
        return bool(told) or is_no_moment(text)
    if own in {"phone", "identity_number"}:
        said = _signs(_OF_A_SHEET.sub("", text))
        return bool(_NO_NUMBER.fullmatch(said)) or said == _signs(told)
    return text == told


def _is_number_of(one: Any, told: Mapping[str, Any]) -> bool:
    if not isinstance(one, Mapping):
        return is_blank(one)
    if any(not is_blank(value) for name, value in one.items() if name not in {"LoaiDinhDanh", "SoDinhDanh"}):
        return False
    return _says(text_of(one, "SoDinhDanh"), str(told.get("identity_number", "")), "identity_number")


def _signs(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum()).lstrip("0").casefold()
