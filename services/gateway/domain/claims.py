"""What a claim says as a text: a serializer writes `null`, and no text of it may ever name a person."""

from collections.abc import Mapping
from typing import Any

_LONGEST = 200


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


def texts_of(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that may be a list of texts, with blanks between them."""
    value = claims.get(name)
    if not isinstance(value, list):
        return text_of(claims, name)
    return " ".join(one.strip() for one in value if isinstance(one, str))[:_LONGEST]
