"""Elements of XML as bridges write them in JSON: their texts, attributes and names."""

from collections.abc import Mapping
from typing import Any

from services.gateway.domain.portal.wire.twice import is_blank

ATTRIBUTES = ("@", "xmlns", "$")
NAMESPACES = ("xmlns", "xsi:")
_OF_A_SCHEMA = frozenset({"type", "nil"})
_TEXT_OF_AN_ELEMENT = ("#text", "$t", "_", "$", "#cdata-section", "_text", "_cdata", "__cdata", "")
_LONGEST_NAME = 60


def letters_of_name(name: str) -> str:
    """Return a member's name without what bridges do to it: capitals, prefixes, blanks, underscores."""
    if len(name) > _LONGEST_NAME:
        return name
    return name.rpartition(":")[2].strip().lstrip("@").replace("_", "").casefold()


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
    is_more = keeps_attributes and attributes_of(value)
    if (
        not is_more
        and len(said) == 1
        and said[0] in _TEXT_OF_AN_ELEMENT
        and not isinstance(value[said[0]], list | Mapping)
    ):
        return value[said[0]]
    return {name: without_elements(one, keeps_attributes=keeps_attributes) for name, one in value.items()}


def attributes_of(value: Mapping[str, Any]) -> list[str]:
    """Return the names of an element's attributes that say something of it."""
    return [
        name
        for name, one in value.items()
        if name.startswith("@")
        and not name[1:].startswith(NAMESPACES)
        and letters_of_name(name) not in _OF_A_SCHEMA
        and not is_blank(one)
    ]


def _is_nil(value: Mapping[str, Any]) -> bool:
    """Tell whether an element says that there is none: `xsi:nil`, as bridges write attributes."""
    attributes = value.get("$") if len(value) == 1 else None
    told = attributes if isinstance(attributes, Mapping) else value
    nil = [one for name, one in told.items() if letters_of_name(name) == "nil"]
    has_no_more = all(name.startswith(ATTRIBUTES) or letters_of_name(name) == "nil" for name in told)
    return len(nil) == 1 and str(nil[0]).casefold() in {"true", "1"} and has_no_more
