"""Writes values.schema.json from the values and their comments: what nobody announced is refused."""

import json
from pathlib import Path
from typing import Any

import yaml

from deploy.helm.values import Value, read_values

DIALECT = "http://json-schema.org/draft-07/schema#"
ONLY_GLOBAL = {"type": "object", "additionalProperties": False, "properties": {"global": {"type": "object"}}}
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


def chart_schema(chart: Path) -> str:
    """Return the text of the chart's values.schema.json."""
    values = read_values(chart / "values.yaml")
    properties = {value.name: _schema(value) for value in values}
    # Helm adds a key for each dependency and `global` to the values it checks; the library has no values.
    for dependency in yaml.safe_load((chart / "Chart.yaml").read_text(encoding="utf-8"))["dependencies"]:
        properties.setdefault(dependency["name"], ONLY_GLOBAL)
    properties.setdefault("global", {"type": "object"})
    document = {"$schema": DIALECT, "type": "object", "additionalProperties": False, "properties": properties}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _schema(value: Value) -> dict[str, Any]:
    described: dict[str, Any] = {"description": value.text, "type": _TYPES[type(value.default)]}
    if value.children:
        described["additionalProperties"] = False
        described["properties"] = {child.name: _schema(child) for child in value.children}
    return described | value.schema
