"""Reads a chart's values.yaml as a reader does: each key with its default, its comment and its limits.

The comment directly above a key describes it. A line `# schema: {…}` in it adds JSON schema to what the
default already tells; a mapping with such a line is described as a whole, one without it key by key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CHARTS = Path(__file__).parent
SCHEMA_MARK = "schema:"


@dataclass(frozen=True)
class Value:
    """One key of a values file; `children` is empty for a leaf."""

    path: tuple[str, ...]
    default: Any
    text: str
    schema: dict[str, Any]
    children: tuple["Value", ...] = ()

    @property
    def name(self) -> str:
        """The key itself."""
        return self.path[-1]

    def leaves(self) -> Iterator["Value"]:
        """Yield what an operator sets: this value, or everything below it."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def charts() -> list[Path]:
    """Every chart that has values, by name: the five services and the umbrella."""
    return sorted(file.parent for file in CHARTS.glob("*/values.yaml"))


def read_values(file: Path) -> list[Value]:
    """Return the top-level values of a file in their order; a key without a comment is a `ValueError`."""
    text = file.read_text(encoding="utf-8")
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise TypeError(f"{file}: not a mapping")
    return list(_values(root, yaml.safe_load(text), text.splitlines(), ()))


def _values(
    node: yaml.MappingNode, defaults: dict[str, Any], lines: list[str], above: tuple[str, ...]
) -> Iterator[Value]:
    for key, child in node.value:
        path = (*above, str(key.value))
        default = defaults[key.value]
        words, schema = _comment(lines, key.start_mark.line)
        if not words:
            raise ValueError(f"{'.'.join(path)}: a value needs a comment")
        open_map = schema or not isinstance(child, yaml.MappingNode)
        children = () if open_map else tuple(_values(child, default, lines, path))
        yield Value(path, default, words, schema, children)


def _comment(lines: list[str], key_line: int) -> tuple[str, dict[str, Any]]:
    first = key_line
    while first > 0 and lines[first - 1].strip().startswith("#"):
        first -= 1
    words, schema = [], {}
    for line in lines[first:key_line]:
        said = line.strip().lstrip("#").strip()
        if said.startswith(SCHEMA_MARK):
            schema = yaml.safe_load(said.removeprefix(SCHEMA_MARK))
        else:
            words.append(said)
    return " ".join(words).strip(), schema
