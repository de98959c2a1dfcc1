"""Lists of the portal, in whatever they come: what is there and is no line is never taken for nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

CONTAINERS = frozenset({"data", "result", "items", "rows", "list", "danhsach"})
_CODE = "error_code"
_DEEPEST = 4
_NUMBER_DIGITS = 18
MOST_LEVELS = 64
"""No answer has so many; readers that go down into each would run out of stack."""
_MONEY = re.compile(r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+))(?:[.,]0{1,2})?")
"""`150000`, `150000.00`, `150.000`, `150,000,000.00`: before three digits it is a thousands' sign (11.2)."""


class NoLines(ValueError):  # noqa: N818 - the fact is the name.
    """Something stands where a list should, and it is none; the text says what."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The objects of a list, and how many of its elements are something else."""

    items: list[Mapping[str, Any]] = field(default_factory=list)
    unread: int = 0

    @property
    def first(self) -> Mapping[str, Any] | None:
        """The first line, None when there is none."""
        return self.items[0] if self.items else None


def lines_of(told: Any, *, is_required: bool = False) -> Lines:
    """Return the lines of a list; raise `NoLines` for what is there and is no list.

    A list, one object alone, a list in a `data` or another known container, each also as a JSON text, one in
    another up to four deep (sections 3.2 and 11.3). Nothing at all is an empty list, as the contract has it,
    unless one is required.
    """
    found = _list(told, 0)
    if found is None:
        if is_required:
            raise NoLines("không có danh sách")
        return Lines()
    elements = [said(one) for one in found]
    items = [one for one in elements if isinstance(one, Mapping) and one]
    return Lines(
        items, sum(1 for one in elements if one not in (None, "", {}) and not isinstance(one, Mapping))
    )


def _list(told: Any, deep: int) -> list[Any] | None:
    """Return the elements; None where nothing stands."""
    if told is None or (isinstance(told, str) and not told.strip()):
        return None
    if deep > _DEEPEST:
        raise NoLines("danh sách lồng nhau quá sâu")
    found = said(told)
    if isinstance(found, list):
        return found
    if not isinstance(found, Mapping):
        raise NoLines(f"không phải danh sách: {type(found).__name__}")
    code = found.get(_CODE)
    if code is not None and whole_number(code) != 0:
        raise NoLines(f"mã lỗi {str(code)[:20]} {str(found.get('message') or '')[:100]}".strip())
    held = [name for name in found if name.casefold() in CONTAINERS and _may_hold(found[name])]
    if held:
        return _list(found[held[0]], deep + 1)
    if code is not None and "message" in found and _may_hold(found["message"]):
        return _list(found["message"], deep + 1)
    return [found] if found and code is None else None


def _may_hold(value: Any) -> bool:
    is_text = isinstance(value, str) and value.lstrip()[:1] in {"{", "["}
    return value is None or is_text or isinstance(value, list | Mapping)


def said(value: Any) -> Any:
    """Return what a JSON text says; any other value as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def member(line: Mapping[str, Any], name: str) -> Any:
    """Return a member of a line, spelled as the contract has it or in other letters."""
    if name in line:
        return line[name]
    return next((value for other, value in line.items() if other.casefold() == name.casefold()), None)


def text_told(line: Mapping[str, Any], name: str) -> str:
    """Return a member as text, a whole number without its point; blank for none and for what is no value."""
    value = member(line, name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def is_deeper(value: Any, most: int = MOST_LEVELS) -> bool:
    """Tell whether a value has more levels than an answer has; nothing goes down into it."""
    level = [value] if isinstance(value, Mapping | list) else []
    for _ in range(most):
        held = [one.values() if isinstance(one, Mapping) else one for one in level]
        level = [inner for one in held for inner in one if isinstance(inner, Mapping | list)]
        if not level:
            return False
    return True


def dong(value: Any) -> int | None:
    """Return an amount in đồng, in groups of three or not, of hundredths noughts only; None for none."""
    if not isinstance(value, str):
        return whole_number(value)
    text = value.strip()
    if (found := _MONEY.fullmatch(text)) is None or len(text) > _NUMBER_DIGITS:
        return None
    return int("".join(one for one in found["whole"] if one.isdecimal()))


def whole_number(value: Any) -> int | None:
    """Return a whole number however it is written (4, 4.0, "4", "4.0"); None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 10**_NUMBER_DIGITS else None
    if isinstance(value, int):
        return value if abs(value) < 10**_NUMBER_DIGITS else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    sign, digits = (text[0], text[1:]) if text[:1] in {"-", "+"} else ("", text)
    whole, _, rest = digits.partition(".")
    is_number = whole.isascii() and whole.isdecimal() and len(whole) <= _NUMBER_DIGITS and not rest.strip("0")
    return int(sign + whole) if is_number else None
