"""Processes as YAML, in the form of `province/processes/*.yaml`: what is written reads back the same."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from kernel.core.unseen import has_unseen
from services.catalog.domain.workflows.errors import NotYaml

MAX_BYTES = 1_048_576
_DEEPEST = 16
_MOST_PROCESSES = 200
_COMPUTED = frozenset({"critical_hours", "version", "valid_from", "valid_to", "variant_of"})
_STEP_DEFAULTS: dict[str, Any] = {
    "agency": None,
    "system": None,
    "consultation_of": [],
    "issues_result": False,
}
"""What a step says when its file is silent (the same as the province's reader adds)."""


class _Loader(yaml.SafeLoader):
    """The safe loader, refusing a key written twice (one would be lost) and aliases (they can explode)."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise NotYaml("Không dùng bí danh (*) trong tệp")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            raise NotYaml(f"Dòng {node.start_mark.line + 1}: một khóa được viết hai lần")
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


class _Flow(dict[str, Any]):
    """A mapping written on one line."""


class _Dumper(yaml.SafeDumper):
    """Writes steps on a line each, and texts that look like something else in quotes."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, indentless=False)


def _write_flow(dumper: yaml.SafeDumper, data: _Flow) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)


_Dumper.add_representer(_Flow, _write_flow)


def read_yaml(raw: bytes) -> list[dict[str, Any]]:
    """Return the processes of a file; raises `NotYaml` with the place."""
    try:
        content = yaml.load(raw.decode("utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader.
    except UnicodeDecodeError as error:
        raise NotYaml("Tệp phải là UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYaml(f"Dòng {mark.line + 1}: không đọc được" if mark else "Không đọc được") from error
    except (RecursionError, ValueError) as error:
        raise NotYaml("Tệp lồng nhau quá sâu hoặc có giá trị không hợp lệ") from error
    processes = content.get("processes") if isinstance(content, dict) else None
    if not isinstance(processes, list) or not processes or len(processes) > _MOST_PROCESSES:
        raise NotYaml(f"Cần mục processes là danh sách có từ 1 đến {_MOST_PROCESSES} quy trình")
    read = _plain(processes, 0)
    if not all(isinstance(one, dict) for one in read):
        raise NotYaml("Mỗi quy trình phải là một đối tượng")
    return [_filled(one) for one in read]


def _filled(process: dict[str, Any]) -> dict[str, Any]:
    steps = process.get("steps")
    if not isinstance(steps, list):
        return process
    whole = [
        {"role": None, "unit": None, **_STEP_DEFAULTS, **one} if isinstance(one, dict) else one
        for one in steps
    ]
    return {**process, "steps": whole}


def _plain(value: Any, depth: int) -> Any:
    """Return the value as JSON would have it; dates become ISO text."""
    if depth > _DEEPEST:
        raise NotYaml("Tệp lồng nhau quá sâu")
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise NotYaml("Tên trường phải là chuỗi ký tự")
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    is_number = isinstance(value, int | float) and abs(value) < 1e15  # noqa: PLR2004 - also no NaN, no infinity.
    if value is None or is_number or (isinstance(value, str) and not has_unseen(value)):
        return value
    raise NotYaml("Có giá trị không dùng được trong quy trình")


def write_yaml(processes: Sequence[Mapping[str, Any]], source: str = "") -> str:
    """Return processes as a file of the province."""
    document: dict[str, Any] = {"source": source} if source else {}
    document["processes"] = [_written(process) for process in processes]
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100_000)


def _written(process: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in process.items() if name not in _COMPUTED}
    first: dict[str, Any] = {name: said.pop(name) for name in ("code", "agency", "name") if name in said}
    if "edition" in said:
        first["version"] = said.pop("edition")
    if said.get("approved_by"):
        said["approved_by"] = _Flow(said["approved_by"])
    else:
        said.pop("approved_by", None)
    if said.get("facts"):
        said["facts"] = [_Flow(fact) for fact in said["facts"]]
    steps = [_written_step(step) for step in said.pop("steps")]
    return {**first, **said, "steps": steps}


def _written_step(step: Mapping[str, Any]) -> _Flow:
    said = {name: value for name, value in step.items() if _STEP_DEFAULTS.get(name, _STEP_DEFAULTS) != value}
    ways = [_written_way(way) for way in step["next"] if not way.get("skips")]
    return _Flow({**said, "next": ways})


def _written_way(way: Mapping[str, Any]) -> _Flow:
    said = {name: value for name, value in way.items() if name != "condition"}
    return _Flow({**said, "when": way.get("condition") or way["when"]})
