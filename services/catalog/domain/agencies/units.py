"""Administrative units present and former, as a sourced document brings them; hamlets and their mergers.

A unit of now has its statistical code for a key; one that ended has the code with its last day, because codes
were given again in 2025 (08 is Tuyên Quang before and after it took Hà Giang in).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.catalog.domain.agencies.errors import MissingPart, UnitEnded, UnitExists
from services.catalog.domain.items import canonical, digest_of
from services.catalog.domain.reading import Reader

UNIT_LEVELS = ("PROVINCE", "DISTRICT", "COMMUNE", "HAMLET")
MAX_UNITS = 20_000
_CODE = re.compile(r"[0-9]{2,5}(?:\.[0-9a-z-]{1,40})?")
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit as it is kept."""

    key: str
    data: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class UnitReport:
    """What became, or would become, of a document of units."""

    new: int
    changed: int
    unchanged: int
    refused: tuple[tuple[str, tuple[str, ...]], ...]


def key_of(code: str, last_day: str | None) -> str:
    """Return the key of a unit."""
    return f"{code}@{last_day}" if last_day else code


def read_units(entries: Iterable[Any]) -> tuple[list[Unit], list[tuple[str, tuple[str, ...]]]]:
    """Return the sound units and, for each other one, its place and the reasons."""
    units: dict[str, Unit] = {}
    refused: list[tuple[str, tuple[str, ...]]] = []
    for index, entry in enumerate(entries):
        place = f"administrative_units[{index}]"
        if not isinstance(entry, Mapping):
            refused.append((place, ("phải là một đối tượng",)))
            continue
        reader = Reader(entry)
        _read_unit(reader)
        key = key_of(str(reader.data.get("code")), reader.data.get("valid_to"))
        if not reader.reasons and key in units:
            reader.refuse("code", "được khai nhiều lần trong tài liệu")
        if reader.reasons:
            refused.append((place, tuple(reader.reasons)))
            continue
        units[key] = Unit(key=key, data=reader.data, digest=digest_of(canonical(reader.data)))
    return list(units.values()), refused


def _read_unit(item: Reader) -> None:
    item.code("code", _CODE)
    item.choice("level", UNIT_LEVELS)
    item.text("name", longest=200)
    item.text("kind", required=False, longest=50)
    item.code("parent", _CODE, required=False)
    first, last = item.date("valid_from"), item.date("valid_to")
    if first and last and last < first:
        item.refuse("valid_to", "trước ngày bắt đầu")
    successors = item.texts("successors")
    if any(not _CODE.fullmatch(code) for code in successors):
        item.refuse("successors", "không đúng dạng mã")
    item.data["successors"] = sorted(successors)
    if successors and not last:
        item.refuse("successors", "chỉ đơn vị đã kết thúc mới có đơn vị kế thừa")
    if last and not successors and item.data.get("level") != "HAMLET":
        item.refuse("successors", "đơn vị đã kết thúc phải có đơn vị kế thừa")
    source = item.inner("source", _read_source, required=True)
    if source is not None and last and not (source.get("document") or source.get("url")):
        item.refuse("source", "phải nêu văn bản hoặc địa chỉ nguồn")


def _read_source(source: Reader) -> None:
    source.text("document", required=False, longest=300)
    source.date("signed_on")
    source.text("url", required=False, longest=500)


def unknown_successors(units: Iterable[Unit], held: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the units whose successors nobody knows."""
    listed = list(units)
    known = {*held, *(str(unit.data["code"]) for unit in listed)}
    return [
        (unit.key, ("successors: có đơn vị không có trong danh mục",))
        for unit in listed
        if not set(unit.data["successors"]) <= known
    ]


def merge_hamlets(
    commune: Record,
    hamlets: Mapping[str, Record],
    *,
    ended: Iterable[str],
    code: str,
    name: str,
    effective_on: date,
    decision: Mapping[str, str],
) -> list[Unit]:
    """Return the units a merger of hamlets (thôn, tổ dân phố) leaves: the ended ones and the new one."""
    gone = list(dict.fromkeys(ended))
    least = 2
    if len(gone) < least:
        raise MissingPart(fields=[("ended", "Phải có ít nhất hai thôn, tổ dân phố")])
    if commune["level"] != "COMMUNE" or commune.get("valid_to"):
        raise UnitEnded
    if any(one not in hamlets or hamlets[one]["parent"] != commune["code"] for one in gone):
        raise UnitEnded
    if code in hamlets and code not in gone:
        raise UnitExists
    if not code.startswith(f"{commune['code']}."):
        raise MissingPart(fields=[("code", "Mã thôn bắt đầu bằng mã xã")])
    last = date.fromordinal(effective_on.toordinal() - 1).isoformat()
    source = {"document": decision["number"], "signed_on": decision["signed_on"], "url": None}
    rows: list[dict[str, Any]] = [
        {**hamlets[one], "valid_to": last, "successors": [code], "source": source} for one in gone
    ]
    rows.append(
        {
            "code": code,
            "level": "HAMLET",
            "name": name,
            "kind": hamlets[gone[0]].get("kind"),
            "parent": commune["code"],
            "valid_from": effective_on.isoformat(),
            "valid_to": None,
            "successors": [],
            "source": source,
        }
    )
    return [
        Unit(key=key_of(row["code"], row["valid_to"]), data=row, digest=digest_of(canonical(row)))
        for row in rows
    ]
