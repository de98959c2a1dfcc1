"""What a message of the portal says, value by value, as it stood on the wire; what is told on, the same way.

Nothing here is shared with those who read a message (`portal_spelling`, `portal_twice`): a member they drop
is still counted here, which is the use of it (ADR 0029).
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from kernel.core.unseen import without_unseen

_HALVES = re.compile("[\ud800-\udfff\ufffd]")
_AGAIN = re.compile(r"(?: \(\d{1,6}\)| \(như bản tin\))+$")
_SHAPE = frozenset({"#text", "$t", "", "$", "#cdata-section", "text", "cdata", "item", "$values"})
"""Letters of names that only say how a bridge writes an element: what is in it has the next name out."""
_NAME_WORDS, _VALUE_WORDS = ("key", "name", "id", "ma", "ten"), ("value", "giatri", "val")
_A_PAIR, _MOST_SAID = 2, 8
_MOST_DIGITS = 40
_DEEPEST_TEXT = 8
_BEFORE_JSON = "\ufeff \t\r\n"
_OPENS = ("{", "[", '"')
A_NAME = "\0name"
"""What the name in a pair of name and value is called besides."""


class Members(list[tuple[str, Any]]):
    """Members of an object in their order, said again or not."""


class Figure(str):
    """A number as it was written."""

    __slots__ = ()


@dataclass(slots=True, eq=False)
class Level:
    """An object or a list with where it stands."""

    above: "Level | None"
    said: str
    """The member's name as it was written, or the place in a list."""
    name: str
    """The letters of the name it is known by; of what stands in a list, the list's."""
    is_list: bool = False
    is_text: bool = False
    """What a text says stands in it, and nothing else."""
    inner: list["Level | Leaf"] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Leaf:
    """A single value with where it stands."""

    above: Level
    said: str
    name: str
    value: Any
    also: str = ""
    """Of the value in a pair of name and value: that name."""
    opened: Level | None = None
    """Of a text that is JSON of its own: what it says."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """What it is known again by: a number as every reader writes it, or as it was written."""
        if isinstance(self.value, Figure):
            return (token(self.value), str(self.value).casefold())
        return (token(self.value),)


def wire_value(text: bytes) -> Any:
    """Return what a JSON text says, every member of it; raise `ValueError` for what is none."""
    return json.loads(
        text.decode(errors="replace"),
        object_pairs_hook=Members,
        parse_int=Figure,
        parse_float=Figure,
        parse_constant=lambda _: None,
    )


def folded(name: str) -> str:
    """Return the letters of a name without what bridges do to it, and without that it was said again."""
    plain = _AGAIN.sub("", _text(name))
    return plain.rpartition(":")[2].strip().lstrip("@").replace("_", "").casefold()


def token(value: Any) -> str:
    """Return by what a single value is known again, however it is written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Figure | int | float):
        return _number(str(value))
    return _text(str(value)).strip().casefold()


def says_nothing(value: Any) -> bool:
    """Tell whether a single value is none."""
    return value is None or (isinstance(value, str) and not _text(value).strip())


def path_of(place: Leaf | Level) -> str:
    """Return where something stands, by names as they were written."""
    return ".".join(part for part in steps_of(place) if part)


def steps_of(place: Leaf | Level) -> list[str]:
    """Return the names and places in lists that lead to something, from the outermost on."""
    parts, at = [place.said], place.above
    while at is not None:
        parts.append(at.said)
        at = at.above
    return parts[::-1]


def leaves_in(level: Level) -> Iterator[Leaf]:
    """Yield every single value in it, in their order; of a text that is JSON of its own the text."""
    stack: list[Level | Leaf] = [level]
    while stack:
        one = stack.pop()
        if isinstance(one, Leaf):
            yield one
        else:
            stack.extend(reversed(one.inner))


def levels_in(level: Level) -> Iterator[Level]:
    """Yield every object and list in it, itself first, those that texts say as well; outer before inner."""
    waiting = [level]
    for one in waiting:
        yield one
        for inner in one.inner:
            if isinstance(inner, Level):
                waiting.append(inner)
            elif inner.opened is not None:
                waiting.append(inner.opened)


def tree_of(value: Any, long_texts: Mapping[str, Any] | None = None, *, opened_values: int = 0) -> Level:
    """Return the tree of a value.

    `long_texts` has what those texts say that are not held and are JSON of their own, by what stands in their
    places; of short texts so many are looked into as have so many values in all.
    """
    root = Level(None, "", "", is_text=True)
    left = opened_values
    told_by = long_texts or {}
    # What, in which level, its name as it was written, its letters, the name in its pair, how deep in texts.
    waiting: list[tuple[Any, Level, str, str, str, int]] = [(value, root, "", "", "", 0)]
    for one, above, said, name, also, deep in waiting:
        told = _told_by(one, told_by)
        if isinstance(told, list | Mapping):
            level = Level(above, said, name, is_list=not isinstance(told, Members | Mapping))
            above.inner.append(level)
            waiting += _inner(told, level, also, deep)
            continue
        leaf = Leaf(above, said, name, told, also)
        above.inner.append(leaf)
        inner = _said_by(told, left) if deep < _DEEPEST_TEXT else None
        if inner is not None:
            left -= _values_at_most(told)
            leaf.opened = Level(above, said, name, is_text=True)
            waiting.append((inner, leaf.opened, "", name, also, deep + 1))
    return root


def _told_by(value: Any, long_texts: Mapping[str, Any]) -> Any:
    """Return what stands in the place of a text that is not held, through texts in texts."""
    while isinstance(value, str) and (told := long_texts.get(value, value)) != value:
        value = told
    return long_texts.get(value, value) if isinstance(value, str) else value


def _inner(told: Any, level: Level, also: str, deep: int) -> Iterator[tuple[Any, Level, str, str, str, int]]:
    if level.is_list:
        yield from ((one, level, str(place), level.name, also, deep) for place, one in enumerate(told))
        return
    members = told.items() if isinstance(told, Mapping) else told
    called = _called_in(members) if _A_PAIR <= len(members) <= _MOST_SAID else {}
    for said, one in members:
        name = folded(said)
        if name in _SHAPE or name.isdecimal():
            yield one, level, said, level.name, also, deep
        else:
            yield one, level, said, name, called.get(name, ""), deep


def _called_in(members: Any) -> dict[str, str]:
    """Return what a name and its value are called besides; nothing where an object is no answer."""
    by_letters = {folded(said): one for said, one in members}
    words = _NAME_WORDS if len(members) == _A_PAIR else _NAME_WORDS[:2]
    named = next((name for name in words if isinstance(by_letters.get(name), str)), "")
    valued = next((name for name in _VALUE_WORDS if name in by_letters), "")
    return {named: A_NAME, valued: folded(by_letters[named])} if named and valued else {}


def _said_by(text: Any, left: int) -> Any:
    """Return what a text says that is JSON of its own, None for any other and for one that is too long."""
    if not isinstance(text, str) or isinstance(text, Figure):
        return None
    bare = text.lstrip(_BEFORE_JSON)
    if not bare.startswith(_OPENS) or _values_at_most(text) > left:
        return None
    try:
        inner = wire_value(bare.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    is_text = isinstance(inner, str) and not isinstance(inner, Figure)
    return inner if isinstance(inner, list) or is_text else None


def _values_at_most(text: str) -> int:
    return 1 + text.count(",") + text.count("[") + text.count("{")


def _text(text: str) -> str:
    plain = without_unseen(text)
    return plain if plain.isascii() else unicodedata.normalize("NFC", _HALVES.sub("?", plain))


def _number(text: str) -> str:
    if len(text) > _MOST_DIGITS:
        return text.casefold()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text.casefold()
    plain = format(number, "f") if abs(number.adjusted()) <= _MOST_DIGITS else str(number.normalize())
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain.casefold()
