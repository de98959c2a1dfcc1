"""Administrative units as `vietnam-provinces` ships them, and the former ones as files of ours name them.

The package has the units since 01/7/2025; from 2026.9 on (Python 3.12) also the former ones and their heirs.
"""

import importlib.util
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
import yaml
from vietnam_provinces import NESTED_DIVISIONS_JSON_PATH, __version__

_FILES = Path(__file__).parent.parent / "data" / "former_units"
SINCE = "2025-07-01"
UNTIL = "2025-06-30"
_SOURCE = {
    "document": None,
    "signed_on": None,
    "url": f"https://pypi.org/project/vietnam-provinces/{__version__}/",
}


def shipped_units() -> dict[str, Any]:
    """Return the document of all units this installation can tell, sourced; a file's word comes first."""
    units: dict[tuple[str, Any], dict[str, Any]] = {}
    for unit in (*former_of_package(), *former_of_files(), *present()):
        units[unit["code"], unit["valid_to"]] = unit
    return {"administrative_units": list(units.values())}


def present() -> Iterator[dict[str, Any]]:
    """Give the units of now."""
    for province in orjson.loads(NESTED_DIVISIONS_JSON_PATH.read_bytes()):
        code = f"{province['code']:02d}"
        yield _unit(code, "PROVINCE", province["name"], province["division_type"], None, SINCE, None, ())
        for ward in province["wards"]:
            own = f"{ward['code']:05d}"
            yield _unit(own, "COMMUNE", ward["name"], ward["division_type"], code, SINCE, None, ())


def former_of_files() -> Iterator[dict[str, Any]]:
    """Give the former units our files name, each with the law that ended it."""
    for path in sorted(_FILES.glob("*.yaml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        source = {"document": document["source"]["document"], "url": None}
        source["signed_on"] = document["source"]["signed_on"].isoformat()
        for unit in document["units"]:
            yield {
                **_unit(
                    unit["code"],
                    document["level"],
                    unit["name"],
                    None,
                    unit.get("parent"),
                    None,
                    document["valid_to"].isoformat(),
                    unit["successors"],
                ),
                "source": source,
            }


def former_of_package() -> Iterator[dict[str, Any]]:
    """Give the former units of a package that has them: nothing with an older one."""
    if importlib.util.find_spec("vietnam_provinces.legacy") is None:
        return
    legacy, now = import_module("vietnam_provinces.legacy"), import_module("vietnam_provinces")
    heirs: dict[int, set[str]] = {}
    for ward in now.Ward.iter_all():
        for old in ward.get_legacy_sources():
            heirs.setdefault(int(old.code.value), set()).add(f"{ward.code.value:05d}")
    of_district: dict[int, set[str]] = {}
    for old in legacy.Ward.iter_all():
        mine = heirs.get(int(old.code.value))
        if not mine:
            continue
        of_district.setdefault(int(old.district_code.value), set()).update(mine)
        parent = f"{old.district_code.value:03d}"
        yield _unit(f"{old.code.value:05d}", "COMMUNE", old.name, None, parent, None, UNTIL, mine)
    for district in legacy.District.iter_all():
        mine = of_district.get(int(district.code.value))
        if mine:
            parent = f"{district.province_code.value:02d}"
            yield _unit(
                f"{district.code.value:03d}", "DISTRICT", district.name, None, parent, None, UNTIL, mine
            )


def _unit(
    code: str,
    level: str,
    name: str,
    kind: str | None,
    parent: str | None,
    first: str | None,
    last: str | None,
    successors: Iterable[str],
) -> dict[str, Any]:
    return {
        "code": code,
        "level": level,
        "name": name,
        "kind": kind,
        "parent": parent,
        "valid_from": first,
        "valid_to": last,
        "successors": sorted(successors),
        "source": _SOURCE,
    }
