"""Which JSON Schemas (2020-12) a form may have: closed, bounded, local, checked in time like the answer."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from eforms.faults import Fault, Place, fault
from eforms.limits import DEEPEST_SCHEMA, LONGEST_TEXT, MOST_FIELDS, MOST_ITEMS, MOST_SCHEMA_BYTES, exceeds
from eforms.patterns import BadPattern, pattern

FORMATS = frozenset({"date", "email", "time"})
_NAMED = frozenset({"properties", "$defs"})
_LISTED = frozenset({"allOf", "anyOf", "oneOf"})
_SINGLE = frozenset({"items", "if", "then", "else", "not", "contains"})
_VALUES = frozenset(
    [
        "$schema",
        "$comment",
        "$ref",
        "type",
        "title",
        "description",
        "examples",
        "default",
        "enum",
        "const",
        "required",
        "dependentRequired",
        "additionalProperties",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minContains",
        "maxContains",
        "minProperties",
        "maxProperties",
    ]
)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_STRUCTURE = _NAMED | _LISTED | _SINGLE
_MANY_NODES = 20_000


def schema_faults(schema: object) -> list[Fault]:
    """Return every reason why this schema may not stand in a form."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return [fault(("schema",), 'phải là lược đồ JSON có type "object"')]
    too_much = exceeds(schema, deepest=2 * DEEPEST_SCHEMA, most=_MANY_NODES)
    if too_much or len(json.dumps(schema, ensure_ascii=False).encode()) > MOST_SCHEMA_BYTES:
        return [fault(("schema",), too_much or f"lớn quá {MOST_SCHEMA_BYTES} byte")]
    if schema.get("$schema", _DIALECT) != _DIALECT:
        return [fault(("schema", "$schema"), "chỉ dùng JSON Schema 2020-12")]
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return [fault(("schema", *error.absolute_path), "không đúng JSON Schema 2020-12")]
    found = list(_node_faults(schema, ("schema",), 1, is_shape=True))
    return found or _reference_faults(schema)


def _node_faults(node: Any, place: Place, depth: int, *, is_shape: bool) -> Iterator[Fault]:
    """Yield what is wrong at a schema and below; a shape says what is kept, others only what must hold."""
    if isinstance(node, bool):
        return
    if depth > DEEPEST_SCHEMA:
        yield fault(place, f"lược đồ lồng quá {DEEPEST_SCHEMA} tầng")
        return
    for word in node.keys() - _VALUES - _STRUCTURE:
        yield fault((*place, word), "từ khóa không được dùng trong biểu mẫu")
    yield from _pattern_faults(node, place)
    if is_shape and "$ref" not in node:
        yield from _shape_faults(node, place)
    for word in _STRUCTURE & node.keys():
        for name, part in _parts(word, node[word]):
            inner = is_shape and word in {"properties", "items", "$defs"}
            yield from _node_faults(part, (*place, word, *name), depth + 1, is_shape=inner)


def _parts(word: str, value: Any) -> Iterator[tuple[Place, Any]]:
    if word in _NAMED:
        yield from (((name,), part) for name, part in value.items())
    elif word in _LISTED:
        yield from (((index,), part) for index, part in enumerate(value))
    else:
        yield (), value


def _pattern_faults(node: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    if "pattern" in node:
        try:
            pattern(node["pattern"])
        except BadPattern as error:
            yield fault((*place, "pattern"), str(error))
    if node.get("format", "date") not in FORMATS:
        yield fault((*place, "format"), f"định dạng chỉ có thể là {', '.join(sorted(FORMATS))}")


def _shape_faults(node: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    kind = node.get("type")
    if kind is None and "enum" not in node and "const" not in node:
        yield fault(place, "phải nêu type, enum hoặc const")
    if kind is not None and not isinstance(kind, str):
        yield fault((*place, "type"), "chỉ một kiểu cho mỗi mục")
    if kind == "string" and not node.keys() & {"enum", "const", "format"}:
        longest = node.get("maxLength")
        if longest is None or longest > LONGEST_TEXT:
            yield fault(place, f"chuỗi phải có maxLength không quá {LONGEST_TEXT}")
    if kind == "array":
        most = node.get("maxItems")
        if most is None or most > MOST_ITEMS or "items" not in node:
            yield fault(place, f"danh sách phải có items và maxItems không quá {MOST_ITEMS}")
    if kind == "object":
        yield from _object_faults(node, place)


def _object_faults(node: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    properties = node.get("properties", {})
    if node.get("additionalProperties") is not False:
        yield fault(place, "đối tượng phải có additionalProperties: false")
    if len(properties) > MOST_FIELDS:
        yield fault((*place, "properties"), f"có quá {MOST_FIELDS} mục")
    for name in properties:
        if not name.isidentifier() or not name.isascii():
            yield fault((*place, "properties", name), "tên mục chỉ gồm chữ không dấu, số và gạch dưới")
    for name in node.get("required", ()):
        if name not in properties:
            yield fault((*place, "required"), f"mục bắt buộc {name} không có trong properties")


def _reference_faults(schema: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with references: only `#/$defs/name`, and never in a circle."""
    names: Mapping[str, Any] = schema.get("$defs", {})
    found: list[Fault] = []
    leads: dict[str, set[str]] = {}
    for start, node in (("", {**schema, "$defs": {}}), *names.items()):
        leads[start] = set()
        for reference in _references(node):
            target = str(reference).removeprefix("#/$defs/")
            if target in names and reference == f"#/$defs/{target}":
                leads[start].add(target)
            else:
                found.append(fault(("schema", "$ref"), "chỉ được dẫn tới #/$defs của chính biểu mẫu"))
    if not found and _has_circle(leads):
        found.append(fault(("schema", "$defs"), "các $ref dẫn thành vòng"))
    return found


def _references(node: Any) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            if "$ref" in part:
                yield part["$ref"]
            waiting += [
                value for word, value in part.items() if word not in {"enum", "const", "default", "examples"}
            ]
        elif isinstance(part, list):
            waiting += part


def _has_circle(leads: Mapping[str, set[str]]) -> bool:
    left = {name: set(targets) for name, targets in leads.items()}
    while True:
        ends = [name for name, targets in left.items() if not targets]
        if not ends:
            return bool(left)
        for name in ends:
            del left[name]
        for targets in left.values():
            targets.difference_update(ends)


def resolved(root: Mapping[str, Any], node: Any) -> Mapping[str, Any]:
    """Return a schema with its reference followed; what it says beside the reference stays."""
    while isinstance(node, Mapping) and "$ref" in node:
        target = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
        node = {**target, **{word: value for word, value in node.items() if word != "$ref"}}
    return node if isinstance(node, Mapping) else {}
