"""The ground agencies stand on: units present and former come in as sourced documents and are found again."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kernel.core.caller import Caller
from services.catalog.domain.agencies.changes import Decision
from services.catalog.domain.agencies.errors import MissingPart, NoSuchEntry
from services.catalog.domain.agencies.units import (
    MAX_UNITS,
    UnitReport,
    merge_hamlets,
    read_units,
    unknown_successors,
)
from services.catalog.domain.errors import ImportRefused, MayNotImport, NotADocument
from services.catalog.use_cases.ports import Work

_MOST_REFUSED = 200


async def load_units(document: object, *, by: Caller, dry_run: bool, work: Work) -> UnitReport:
    """Take a document of units in, all of it or nothing; the same again changes nothing."""
    if not by.has_role("catalog.import", "CATALOG_EDITOR"):
        raise MayNotImport
    if not isinstance(document, Mapping) or set(document) != {"administrative_units"}:
        raise NotADocument("Cần một đối tượng có administrative_units")
    entries = document["administrative_units"]
    if not isinstance(entries, list) or len(entries) > MAX_UNITS:
        raise NotADocument(f"administrative_units phải là danh sách không quá {MAX_UNITS} mục")
    units, refused = await asyncio.to_thread(read_units, entries)
    held = await work.ground.digests()
    refused = [*refused, *unknown_successors(units, (key for key in held if "@" not in key))]
    fresh = [unit for unit in units if held.get(unit.key, ("", 0))[0] != unit.digest]
    report = UnitReport(
        new=sum(1 for unit in fresh if unit.key not in held),
        changed=sum(1 for unit in fresh if unit.key in held),
        unchanged=len(units) - len(fresh),
        refused=tuple(refused),
    )
    if dry_run:
        return report
    if refused:
        items = [{"place": place, "reasons": list(reasons)} for place, reasons in refused[:_MOST_REFUSED]]
        raise ImportRefused(extra={"items": items})
    if fresh:
        work.ground.put(fresh, [held.get(unit.key, ("", 0))[1] + 1 for unit in fresh])
    return report


async def merge_hamlets_of(
    commune: str,
    *,
    ended: Sequence[str],
    code: str,
    name: str,
    effective_on: date,
    is_correction: bool,
    decision: Decision,
    by: Caller,
    work: Work,
    today: date,
) -> list[dict[str, Any]]:
    """Merge hamlets of a commune under a decision, from a day on; former names stay to be found."""
    if not by.has_role("CATALOG_EDITOR", "CATALOG_APPROVER"):
        raise MayNotImport
    if effective_on < today and not is_correction:
        raise MissingPart(fields=[("effective_on", "Đã qua; chỉ đính chính mới được ghi lùi ngày")])
    ground, hamlets = await work.ground.hamlets(commune)
    if ground is None:
        raise NoSuchEntry
    units = merge_hamlets(
        ground,
        hamlets,
        ended=ended,
        code=code,
        name=name,
        effective_on=effective_on,
        decision=decision.data(),
    )
    gone = [one for one in dict.fromkeys(ended) if one != code]
    held = await work.ground.digests()
    work.ground.put(units, [held.get(unit.key, ("", 0))[1] + 1 for unit in units])
    if gone:
        work.ground.end(gone)
    return [dict(unit.data) for unit in units]
