"""What a claim says as a text: a serializer writes `null`, and no text of it may ever name a person."""

import re
from collections.abc import Mapping
from typing import Any

_LONGEST = 200
_NOBODY = re.compile(
    r"[\W_0]*|null|none|nil|nan|n/?a|undefined|unknown|anonymous|true|false|kh[oô]ng( c[oó])?", re.IGNORECASE
)
"""Noughts and dashes alone (.NET's empty identifier), and words systems write where there is nothing."""

_NUMBER = re.compile(r"[0-9]{9,10}|[0-9]{12,13}")


def said(value: Any) -> str:
    """Return what is a text or a whole number, `2.0` too, as text; blank for null and anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def text_of(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that is a text or a whole number; blank for null and anything else."""
    return said(claims.get(name))


def name_of(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that names an account; blank for a word everybody without one would be named by."""
    text = text_of(claims, name)
    return "" if _NOBODY.fullmatch(text) else text


def number_of(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that is a person's or an enterprise's number; blank for a word of who has none.

    9 or 12 digits are a person's, 10 an enterprise's, 13 its branch's: how they are grouped says nothing.
    Whoever tells the same is taken for the same: what has another form names nobody.
    """
    digits = re.sub(r"[\s.\-\u2013]", "", text_of(claims, name))
    is_number = _NUMBER.fullmatch(digits) is not None and len(set(digits)) > 1
    return digits if is_number else ""


def texts_of(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that may be a list of texts, with blanks between them."""
    value = claims.get(name)
    if not isinstance(value, list):
        return text_of(claims, name)
    return " ".join(one.strip() for one in value if isinstance(one, str))[:_LONGEST]
