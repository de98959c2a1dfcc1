"""Reads the province's folder into the one document the catalogue imports.

`python -m province.read` prints it as JSON. Nothing is looked up outside the folder and nothing depends on
the day it is run, so the same folder always gives the same document.
"""

import datetime as dt
import json
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent

Record = dict[str, Any]

STEP_DEFAULTS: Record = {
    "role": None,
    "unit": None,
    "agency": None,
    "system": None,
    "consultation_of": [],
    "issues_result": False,
}
"""What a step says when its file is silent, so that every step of the document has the same members."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # chosen at run time
    """The safe loader, refusing a key written twice: YAML would keep the last one in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Record:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"line {node.start_mark.line + 1}: {key!r} is written twice")
        mapping: Record = super().construct_mapping(node, deep=deep)
        return mapping


def read(folder: Path = HERE) -> Record:
    """Return the whole folder under one key per kind of record (province, agencies, ..., interlinked_groups).

    Plain JSON values only: dates are ISO text, text is NFC. Raises ValueError naming the file and the path in
    it. What the files say about each other is `province.check`'s to judge.
    """
    return {
        "province": _file(folder / "province.yaml"),
        "agencies": _records(folder / "agencies.yaml", "agencies"),
        "administrative_units": _records(folder / "administrative_units.yaml", "administrative_units"),
        "staff": _records(folder / "staff.yaml", "staff"),
        "people": _records(folder / "people.yaml", "people"),
        "calendars": [one for path in _files(folder / "calendars") for one in _calendars(path)],
        "sectors": _records(folder / "sectors.yaml", "sectors"),
        "processes": [one for path in _files(folder / "processes") for one in _processes(path)],
        "procedures": list(_procedures(folder)),
        "interlinked_groups": _records(folder / "interlinked_groups.yaml", "interlinked_groups"),
        "legal_documents": _records(folder / "legal_documents.yaml", "legal_documents"),
        "forms": _folder(folder, "forms"),
        "pages": _folder(folder, "pages"),
    }


def read_points(folder: Path = HERE) -> list[Record]:
    """Return the one-stop points; they are the catalogue's to keep, one by one, not part of its import."""
    return _records(folder / "one_stop_points.yaml", "one_stop_points")


def read_desks(folder: Path = HERE) -> list[Record]:
    """Return the points' front desks, each with its groups and its roster's names written out."""
    path = folder / "front_desks.yaml"
    groups = {group["code"]: group for group in _records(path, "groups")}
    names = {member["subject"]: member["name"] for member in _records(folder / "staff.yaml", "staff")}
    desks = _records(path, "front_desks")
    for desk in desks:
        where = f"{_name(path)}: {desk.get('point')}"
        unknown = {*_list(desk, "groups", where)} - {*groups}
        unknown |= {entry["officer"] for entry in _list(desk, "roster", where)} - {*names}
        if unknown:
            raise ValueError(f"{where}: {', '.join(sorted(unknown))} is unknown")
        desk["groups"] = [groups[code] for code in desk["groups"]]
        desk["roster"] = [entry | {"officer_name": names[entry["officer"]]} for entry in desk["roster"]]
    return desks


def _folder(folder: Path, part: str) -> list[Record]:
    """Return the records of every file of a folder; a province may have none."""
    files = sorted((folder / part).glob("*.yaml"))
    return [record for path in files for record in _records(path, part)]


def _procedures(folder: Path) -> Iterator[Record]:
    laws = {law["number"]: law for law in _records(folder / "legal_documents.yaml", "legal_documents")}
    general = _file(folder / "procedures" / "defaults.yaml")
    component_defaults = _mapping(general, "component_defaults", "procedures/defaults.yaml")
    for path in _files(folder / "procedures"):
        if path.name == "defaults.yaml":
            continue
        document = _file(path)
        defaults = _mapping(general, "defaults", "procedures/defaults.yaml") | document.get("defaults", {})
        for index, own in enumerate(_list(document, "procedures", _name(path))):
            where = f"{_name(path)}: procedures[{index}]"
            procedure = defaults | _as_mapping(own, where)
            procedure["components"] = [
                component_defaults | _as_mapping(component, f"{where}.components[{place}]")
                for place, component in enumerate(_list(procedure, "components", where))
            ]
            procedure["legal_bases"] = [
                _law(laws, number, f"{where}.legal_bases[{place}]")
                for place, number in enumerate(_list(procedure, "legal_bases", where))
            ]
            yield procedure


def _processes(path: Path) -> Iterator[Record]:
    for index, process in enumerate(_records(path, "processes")):
        where = f"{_name(path)}: processes[{index}]"
        steps = [
            STEP_DEFAULTS | _as_mapping(step, f"{where}.steps[{place}]")
            for place, step in enumerate(_list(process, "steps", where))
        ]
        yield process | {"steps": steps}


def _calendars(path: Path) -> Iterator[Record]:
    document = _file(path)
    for index, calendar in enumerate(_list(document, "calendars", _name(path))):
        where = f"{_name(path)}: calendars[{index}]"
        days = _list(calendar, "exceptions", where) + calendar.get("local_exceptions", [])
        yield {
            **{key: value for key, value in calendar.items() if key != "local_exceptions"},
            "exceptions": sorted(days, key=lambda exception: str(exception["day"])),
            "source": document["source"],
            "status_of_source": document["status_of_source"],
        }


def _law(laws: dict[str, Record], number: object, where: str) -> Record:
    if not isinstance(number, str) or number not in laws:
        raise ValueError(f"{where}: {number!r} is not in legal_documents.yaml")
    return laws[number]


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.yaml"))
    if not found:
        raise ValueError(f"{folder.name}/: no .yaml file")
    return found


def _records(path: Path, key: str) -> list[Record]:
    return [
        _as_mapping(record, f"{_name(path)}: {key}[{index}]")
        for index, record in enumerate(_list(_file(path), key, _name(path)))
    ]


def _file(path: Path) -> Record:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a safe loader
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise ValueError(f"{_name(path)}: {error}") from error
    return _as_mapping(_plain(content), _name(path))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    return value


def _list(record: Record, key: str, where: str) -> list[Any]:
    value = record.get(key)
    if not isinstance(value, list):
        raise ValueError(f"{where}: {key} must be a list")  # noqa: TRY004  # one error type for the file
    return value


def _mapping(record: Record, key: str, where: str) -> Record:
    return _as_mapping(record.get(key), f"{where}: {key}")


def _as_mapping(value: object, where: str) -> Record:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: must be a mapping")  # noqa: TRY004  # one error type for the file
    return dict(value)


def _name(path: Path) -> str:
    return (
        path.name
        if path.parent.name not in {"calendars", "processes", "procedures", "forms", "pages"}
        else f"{path.parent.name}/{path.name}"
    )


if __name__ == "__main__":
    json.dump(read(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
