"""The facts a process branches on: their kinds, whether conditions use them rightly, which values matter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise, product
from math import prod
from typing import Any

from services.catalog.domain.reading import Reader
from services.catalog.domain.workflows.conditions import (
    Both,
    Compare,
    Condition,
    Fact,
    Not,
    OneOf,
    Value,
    holds,
    is_fact_name,
    names_of,
    parse,
)

KINDS = ("BOOLEAN", "NUMBER", "CHOICE")
_MOST_WORLDS = 256


@dataclass(frozen=True, slots=True)
class FactRule:
    """A declared fact; `values` are those a CHOICE may take."""

    name: str
    kind: str = "BOOLEAN"
    values: tuple[str, ...] = ()


def read_fact(item: Reader) -> None:
    """Read the declaration of a fact."""
    name = item.text("name", longest=63)
    if name and not is_fact_name(name):
        item.refuse("name", "tên dữ kiện chỉ gồm chữ không dấu, số và gạch dưới")
    item.text("label", required=False, longest=300)
    kind = item.choice("kind", KINDS)
    values = item.texts("values")
    if (kind == "CHOICE") != bool(values):
        item.refuse("values", "dữ kiện lựa chọn phải có danh sách giá trị, và chỉ dữ kiện đó")


def rules_of(process: Mapping[str, Any]) -> dict[str, FactRule]:
    """Return the declared facts by name."""
    return {
        item["name"]: FactRule(item["name"], item["kind"], tuple(item.get("values") or ()))
        for item in process.get("facts") or ()
    }


def misuses(condition: Condition, rules: Mapping[str, FactRule]) -> Iterator[str]:
    """Yield why a condition does not fit the facts; where none is declared every fact is yes or no."""
    match condition:
        case Not(part):
            yield from misuses(part, rules)
        case Both(_, parts):
            for part in parts:
                yield from misuses(part, rules)
        case Fact(name) | Compare(name, _, _) | OneOf(name, _) if rules and name not in rules:
            yield f"dữ kiện {name} chưa được khai báo"
        case Fact(name):
            if rules.get(name, FactRule(name)).kind != "BOOLEAN":
                yield f"dữ kiện {name} không phải có/không, phải so sánh với một giá trị"
        case Compare(name, sign, value):
            yield from _misuse(rules.get(name, FactRule(name)), sign, (value,))
        case OneOf(name, values):
            yield from _misuse(rules.get(name, FactRule(name)), "==", values)


def _misuse(rule: FactRule, sign: str, values: Sequence[Value]) -> Iterator[str]:
    kinds = {"BOOLEAN": bool, "NUMBER": Decimal, "CHOICE": str}
    if any(not isinstance(value, kinds[rule.kind]) for value in values):
        yield f"dữ kiện {rule.name} so sánh với giá trị khác loại"
    elif sign not in {"==", "!="} and rule.kind != "NUMBER":
        yield f"dữ kiện {rule.name} không có thứ tự lớn nhỏ"
    elif rule.kind == "CHOICE" and not set(values) <= set(rule.values):
        yield f"dữ kiện {rule.name} không có giá trị này trong danh sách"


def never_taken(conditions: Sequence[Condition], rules: Mapping[str, FactRule]) -> list[int]:
    """Return the places of conditions under which no facts at all lead, the earlier ones being tried first.

    Facts are tried with every value at which a comparison turns; past 256 worlds nothing is claimed.
    """
    turning = _turning(conditions, rules)
    if prod(len(values) for values in turning.values()) > _MOST_WORLDS:
        return []
    reached: set[int] = set()
    for world in product(*turning.values()):
        facts = dict(zip(turning, world, strict=True))
        reached |= {next((place for place, one in enumerate(conditions) if holds(one, facts)), -1)}
    return [place for place in range(len(conditions)) if place not in reached]


def _turning(conditions: Iterable[Condition], rules: Mapping[str, FactRule]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    named = sorted({name for condition in conditions for name in names_of(condition)})
    for name in named:
        rule = rules.get(name, FactRule(name))
        if rule.kind == "BOOLEAN":
            found[name] = [False, True]
        elif rule.kind == "CHOICE":
            found[name] = list(rule.values)
        else:
            marks = sorted({mark for one in conditions for mark in _marks(one, name)})
            between = [(low + high) / 2 for low, high in pairwise(marks)]
            outside = [marks[0] - 1, marks[-1] + 1] if marks else [Decimal(0)]
            found[name] = [*marks, *between, *outside]
    return found


def _marks(condition: Condition, name: str) -> Iterator[Decimal]:
    match condition:
        case Compare(found, _, value) if found == name and isinstance(value, Decimal):
            yield value
        case OneOf(found, values) if found == name:
            yield from (value for value in values if isinstance(value, Decimal))
        case Not(part):
            yield from _marks(part, name)
        case Both(_, parts):
            for part in parts:
                yield from _marks(part, name)


def read_scenario(text: str, rules: Mapping[str, FactRule]) -> dict[str, Value]:
    """Return the facts of `a,b=false,area=600`; raises ValueError with the reason (Vietnamese)."""
    facts: dict[str, Value] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, has_value, said = (piece.strip() for piece in part.partition("="))
        rule = rules.get(name)
        if rule is None:
            raise ValueError("quy trình không có dữ kiện này")
        facts[name] = _said(rule, said if has_value else "true")
    return facts


def _said(rule: FactRule, said: str) -> Value:
    if rule.kind == "BOOLEAN" and said in {"true", "false"}:
        return said == "true"
    if rule.kind == "CHOICE" and said in rule.values:
        return said
    if rule.kind == "NUMBER":
        try:
            number = Decimal(said)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
    raise ValueError("giá trị không đúng loại của dữ kiện")


def rules_with_implied(process: Mapping[str, Any]) -> dict[str, FactRule]:
    """Return the facts of a process: the declared, those conditions use undeclared (yes or no), the skips."""
    rules = rules_of(process)
    for step in process["steps"]:
        for way in step["next"]:
            if way.get("skips"):
                rules[way["when"]] = FactRule(way["when"])
            elif way["when"]:
                for name in names_of(parse(way.get("condition") or way["when"])):
                    rules.setdefault(name, FactRule(name))
    return rules
