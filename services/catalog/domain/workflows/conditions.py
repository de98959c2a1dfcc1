"""The condition of a branch: facts, comparisons, and/or/not. Parsed and checked, never evaluated as code.

    needs_survey and not (floor_area <= 500 or land_use in ['ODT', 'ONT'])

Own parser: the domain knows no library, and what we ask of a condition (is it typed, is it ever true, in
which words does an engine that knows only single facts say it) the kept ones (CEL, boolean.py) do not answer.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Value = bool | Decimal | str
LONGEST = 500
DEEPEST = 20
_RESERVED = frozenset({"and", "or", "not", "in", "true", "false"})
_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>-?\d+(?:\.\d+)?)|(?P<text>'[^']*')"
    r"|(?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,))"
)
_SIGNS = ("==", "!=", "<=", ">=", "<", ">")
_SPOKEN = {"==": "eq", "!=": "ne", "<=": "le", ">=": "ge", "<": "lt", ">": "gt"}
_KEY_CHARACTERS = re.compile(r"[^\w.:-]")
_LONGEST_KEY = 60


class BadCondition(ValueError):  # noqa: N818 - the fact is the name.
    """The text is no condition; the message is the reason (Vietnamese)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that is so."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A fact held against a value."""

    name: str
    sign: str
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """A fact that is one of several values."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Both:
    """All parts (`and`) or any of them (`or`)."""

    word: str
    parts: tuple["Condition", ...]


Condition = Fact | Compare | OneOf | Not | Both


def parse(text: str) -> Condition:
    """Return the condition a text says; raises `BadCondition` with the reason."""
    if len(text) > LONGEST:
        raise BadCondition(f"điều kiện dài quá {LONGEST} ký tự")
    tokens = _tokens(text)
    if not tokens:
        raise BadCondition("điều kiện để trống")
    parser = _Parser(tokens)
    found = parser.any_of(0)
    if parser.at < len(tokens):
        raise BadCondition(f"không hiểu phần từ vị trí thứ {parser.at + 1}")
    return found


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise BadCondition(f"có ký tự không được dùng ở vị trí {at + 1}")
        found.append(token.group().strip())
        at = token.end()
    return found


class _Parser:
    """Reads tokens by descent; depth is bounded, so no text can exhaust the stack."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def _look(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._look()
        self.at += 1
        return token

    def any_of(self, depth: int) -> Condition:
        return self._joined("or", depth)

    def _joined(self, word: str, depth: int) -> Condition:
        if depth > DEEPEST:
            raise BadCondition("điều kiện lồng nhau quá sâu")
        inner = self._one if word == "and" else lambda at: self._joined("and", at)
        parts = [inner(depth)]
        while self._look() == word:
            self._take()
            parts.append(inner(depth))
        return parts[0] if len(parts) == 1 else Both(word, tuple(parts))

    def _one(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise BadCondition("điều kiện lồng nhau quá sâu")
        token = self._take()
        if token == "not":  # noqa: S105 - a word of the language.
            return Not(self._one(depth + 1))
        if token == "(":  # noqa: S105 - a word of the language.
            found = self.any_of(depth + 1)
            if self._take() != ")":
                raise BadCondition("thiếu dấu đóng ngoặc")
            return found
        if not is_fact_name(token):
            raise BadCondition("phải có tên dữ kiện")
        return self._about(token)

    def _about(self, name: str) -> Condition:
        if self._look() in _SIGNS:
            return Compare(name, self._take(), self._value())
        if self._look() != "in":
            return Fact(name)
        self._take()
        if self._take() != "[":
            raise BadCondition("sau in phải là danh sách trong ngoặc vuông")
        values = [self._value()]
        while self._look() == ",":
            self._take()
            values.append(self._value())
        if self._take() != "]":
            raise BadCondition("thiếu dấu đóng ngoặc vuông")
        return OneOf(name, tuple(values))

    def _value(self) -> Value:
        token = self._take()
        if token in {"true", "false"}:
            return token == "true"  # noqa: S105 - a word of the language.
        if token[:1] == "'":
            return token[1:-1]
        if token[:1].isdigit() or token[:1] == "-":
            return Decimal(token)
        raise BadCondition("phải là số, chuỗi trong nháy đơn, true hoặc false")


def is_fact_name(text: str) -> bool:
    """Tell whether a text can name a fact."""
    return bool(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", text)) and text not in _RESERVED


def text_of(condition: Condition) -> str:
    """Return the one text of a condition: `parse` of it gives the same condition."""
    match condition:
        case Fact(name):
            return name
        case Compare(name, sign, value):
            return f"{name} {sign} {_value_text(value)}"
        case OneOf(name, values):
            return f"{name} in [{', '.join(_value_text(value) for value in values)}]"
        case Not(part):
            inner = text_of(part)
            return f"not ({inner})" if isinstance(part, Both) else f"not {inner}"
        case Both(word, parts):
            return f" {word} ".join(
                f"({text_of(part)})" if isinstance(part, Both) else text_of(part) for part in parts
            )


def _value_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, str) else f"{value:f}"


def key_of(condition: Condition) -> str:
    """Return the one fact under which an engine that knows only single facts holds this condition.

    A bare fact is itself. Anything else becomes a fact of its own, which the officer states; its name is
    the condition's text as far as a code may spell it, with a digest where it may not.
    """
    if isinstance(condition, Fact):
        return condition.name
    text = text_of(condition)
    spoken = " ".join(_SPOKEN.get(word, word) for word in text.split(" ")).replace(" ", "-")
    key = _KEY_CHARACTERS.sub("", spoken)
    if key == spoken and len(key) <= _LONGEST_KEY:
        return key
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{key[: _LONGEST_KEY - 9]}.{digest}"


def names_of(condition: Condition) -> set[str]:
    """Return the facts a condition speaks of."""
    match condition:
        case Fact(name) | Compare(name, _, _) | OneOf(name, _):
            return {name}
        case Not(part):
            return names_of(part)
        case Both(_, parts):
            return {name for part in parts for name in names_of(part)}


def holds(condition: Condition, facts: Mapping[str, Value]) -> bool:
    """Tell whether a condition is so; of a fact nobody has stated nothing is so, not even a difference."""
    match condition:
        case Fact(name):
            return facts.get(name) is True
        case Compare(name, sign, value):
            return name in facts and _compares(facts[name], sign, value)
        case OneOf(name, values):
            return name in facts and any(_compares(facts[name], "==", value) for value in values)
        case Not(part):
            return not holds(part, facts)
        case Both("and", parts):
            return all(holds(part, facts) for part in parts)
        case Both(_, parts):
            return any(holds(part, facts) for part in parts)


def _compares(found: Value, sign: str, value: Value) -> bool:
    if type(found) is not type(value):
        return False
    if sign in {"==", "!="}:
        return (found == value) is (sign == "==")
    if isinstance(found, Decimal) and isinstance(value, Decimal):
        return {"<": found < value, "<=": found <= value, ">": found > value, ">=": found >= value}[sign]
    return False
