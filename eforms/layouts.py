"""How a form is laid out: JSON Forms' UI schema, the part of it that needs nothing but data.

`VerticalLayout`, `HorizontalLayout`, `Group` hold `elements`; a `Control` names a member by `scope`
(`#/properties/a/properties/b`); a `Label` is text. `rule` shows or hides an element while the value at
`condition.scope` fits `condition.schema`. Of `options` a form may use `detail` (the layout of a row of a
repeated group), `required` (must be filled in while shown), `multi` (several lines), `help`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eforms.faults import Fault, Place, fault
from eforms.limits import DEEPEST_SCHEMA, MOST_FIELDS, MOST_LAYOUT_BYTES, exceeds
from eforms.schemas import resolved, schema_faults

HOLDERS = frozenset({"VerticalLayout", "HorizontalLayout", "Group"})
_KNOWN = {
    **{holder: frozenset({"type", "label", "elements", "rule", "options"}) for holder in HOLDERS},
    "Control": frozenset({"type", "scope", "label", "rule", "options"}),
    "Label": frozenset({"type", "text", "rule"}),
}
_OPTIONS = {"required": bool, "multi": bool, "help": str, "detail": dict}
_SCOPE = re.compile(r"#(?:/properties/[A-Za-z_][A-Za-z0-9_]*)+")
_LONGEST_LABEL = 500
_EFFECTS = ("SHOW", "HIDE")


@dataclass(frozen=True, slots=True)
class Rule:
    """An element is shown while the value at a path fits a schema, or the other way round."""

    path: tuple[str, ...]
    schema: Mapping[str, Any]
    shows: bool


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a layout; a control has a path, and below a repeated group's control is its row."""

    kind: str
    label: str = ""
    path: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    rule: Rule | None = None
    is_required: bool = False
    is_long: bool = False
    help: str = ""
    elements: tuple["Element", ...] = ()
    detail: "Element | None" = None


def path_of(scope: str) -> tuple[str, ...]:
    """Return the member names a scope leads through."""
    return tuple(scope.removeprefix("#/properties/").split("/properties/"))


def member(
    root: Mapping[str, Any], node: Mapping[str, Any], path: tuple[str, ...]
) -> Mapping[str, Any] | None:
    """Return the schema of a member, references followed; None when there is no such member."""
    found: Any = resolved(root, node)
    for name in path:
        found = found.get("properties", {}).get(name)
        if found is None:
            return None
        found = resolved(root, found)
    return dict(found)


def layout_faults(layout: object, schema: Mapping[str, Any]) -> list[Fault]:
    """Return every reason why this layout does not show this (sound) schema's form."""
    if not isinstance(layout, dict):
        return [fault(("layout",), "phải là một đối tượng")]
    too_much = exceeds(layout, deepest=4 * DEEPEST_SCHEMA, most=20_000)
    if too_much or len(json.dumps(layout, ensure_ascii=False).encode()) > MOST_LAYOUT_BYTES:
        return [fault(("layout",), too_much or f"lớn quá {MOST_LAYOUT_BYTES} byte")]
    shown: list[tuple[str, ...]] = []
    found = list(_faults(layout, ("layout",), schema, schema, shown, is_conditional=False))
    if found:
        return found
    found += [
        fault(("layout",), f"mục {'.'.join(path)} có hai chỗ") for path in shown if shown.count(path) > 1
    ]
    unseen = [path for path in leaves(schema, schema) if not any(path[: len(one)] == one for one in shown)]
    return found + [fault(("layout",), f"mục {'.'.join(path)} không có chỗ trên biểu mẫu") for path in unseen]


def leaves(
    root: Mapping[str, Any], node: Mapping[str, Any], at: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Yield the path of every member that is filled in; a repeated group counts as one."""
    for name, part in resolved(root, node).get("properties", {}).items():
        inner = resolved(root, part)
        if inner.get("type") == "object":
            yield from leaves(root, inner, (*at, name))
        else:
            yield (*at, name)


def _faults(
    element: Any,
    place: Place,
    root: Mapping[str, Any],
    node: Mapping[str, Any],
    shown: list[tuple[str, ...]],
    *,
    is_conditional: bool,
) -> Iterator[Fault]:
    kind = element.get("type") if isinstance(element, dict) else None
    if not isinstance(kind, str) or kind not in _KNOWN:
        yield fault(place, f"thành phần phải là một trong {', '.join(sorted(_KNOWN))}")
        return
    for word in element.keys() - _KNOWN[kind]:
        yield fault((*place, word), "không dùng được ở thành phần này")
    for word in ("label", "text"):
        said = element.get(word, "")
        if not isinstance(said, str) or len(said) > _LONGEST_LABEL:
            yield fault((*place, word), f"phải là chuỗi không quá {_LONGEST_LABEL} ký tự")
    yield from _option_faults(element.get("options", {}), place)
    if "rule" in element:
        yield from _rule_faults(element["rule"], (*place, "rule"), root, node)
        is_conditional = True
    if kind in HOLDERS:
        elements = element.get("elements")
        if not isinstance(elements, list) or len(elements) > MOST_FIELDS:
            yield fault((*place, "elements"), f"phải là danh sách không quá {MOST_FIELDS} thành phần")
            return
        for index, inner in enumerate(elements):
            at = (*place, "elements", index)
            yield from _faults(inner, at, root, node, shown, is_conditional=is_conditional)
    elif kind == "Control":
        yield from _control_faults(element, place, root, node, shown, is_conditional=is_conditional)


def _control_faults(
    element: Mapping[str, Any],
    place: Place,
    root: Mapping[str, Any],
    node: Mapping[str, Any],
    shown: list[tuple[str, ...]],
    *,
    is_conditional: bool,
) -> Iterator[Fault]:
    scope = element.get("scope")
    if not isinstance(scope, str) or not _SCOPE.fullmatch(scope):
        yield fault((*place, "scope"), "phải có dạng #/properties/…")
        return
    path = path_of(scope)
    found = member(root, node, path)
    if found is None:
        yield fault((*place, "scope"), "lược đồ không có mục này")
        return
    shown.append(path)
    holder = member(root, node, path[:-1]) or {}
    if is_conditional and path[-1] in holder.get("required", ()):
        yield fault(
            (*place, "scope"), "mục có điều kiện không được nằm trong required; dùng options.required"
        )
    detail = (element.get("options") or {}).get("detail")
    if found.get("type") == "array" and resolved(root, found.get("items")).get("type") == "object":
        row = resolved(root, found["items"])
        if not isinstance(detail, dict):
            yield fault((*place, "options", "detail"), "nhóm lặp lại phải có bố cục của một dòng")
            return
        rows: list[tuple[str, ...]] = []
        yield from _faults(detail, (*place, "options", "detail"), root, row, rows, is_conditional=False)
    elif detail is not None:
        yield fault((*place, "options", "detail"), "chỉ nhóm lặp lại mới có bố cục của một dòng")


def _option_faults(options: Any, place: Place) -> Iterator[Fault]:
    if not isinstance(options, dict):
        yield fault((*place, "options"), "phải là một đối tượng")
        return
    for word, value in options.items():
        if word not in _OPTIONS or not isinstance(value, _OPTIONS[word]):
            yield fault((*place, "options", word), "tùy chọn không dùng được")


def _rule_faults(
    rule: Any, place: Place, root: Mapping[str, Any], node: Mapping[str, Any]
) -> Iterator[Fault]:
    condition = rule.get("condition") if isinstance(rule, dict) else None
    if (
        not isinstance(condition, dict)
        or rule.get("effect") not in _EFFECTS
        or set(rule) != {"effect", "condition"}
    ):
        yield fault(place, "phải có effect SHOW hoặc HIDE và condition {scope, schema}")
        return
    scope = condition.get("scope")
    if set(condition) != {"scope", "schema"} or not isinstance(scope, str) or not _SCOPE.fullmatch(scope):
        yield fault((*place, "condition"), "phải có scope dạng #/properties/… và schema")
        return
    if member(root, node, path_of(scope)) is None:
        yield fault((*place, "condition", "scope"), "lược đồ không có mục này")
    yield from condition_faults(condition["schema"], (*place, "condition", "schema"))


def condition_faults(schema: object, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with the schema of a condition: held to the same words as a form's own."""
    holder = {"type": "object", "additionalProperties": False, "properties": {}, "allOf": [schema]}
    for found in schema_faults(holder):
        yield fault(place, found.reason)


def read_layout(layout: Mapping[str, Any], root: Mapping[str, Any], node: Mapping[str, Any]) -> Element:
    """Return a sound layout as elements; `node` is the schema its scopes begin at."""
    options = layout.get("options", {})
    rule = layout.get("rule")
    path = path_of(layout["scope"]) if layout["type"] == "Control" else ()
    schema = member(root, node, path) if path else None
    detail = options.get("detail")
    return Element(
        kind=layout["type"],
        label=layout.get("label") or layout.get("text") or (schema or {}).get("title") or "",
        path=path,
        schema=schema,
        rule=None
        if rule is None
        else Rule(path_of(rule["condition"]["scope"]), rule["condition"]["schema"], rule["effect"] == "SHOW"),
        is_required=bool(options.get("required"))
        or bool(path and path[-1] in (member(root, node, path[:-1]) or {}).get("required", ())),
        is_long=bool(options.get("multi")),
        help=options.get("help") or (schema or {}).get("description") or "",
        elements=tuple(read_layout(inner, root, node) for inner in layout.get("elements", ())),
        detail=read_layout(detail, root, resolved(root, (schema or {}).get("items"))) if detail else None,
    )
