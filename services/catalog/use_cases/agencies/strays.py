"""Who came under an agency between the decision that ended it and its last day, or by a document after it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from kernel.core.clock import VIETNAM
from services.catalog.domain.agencies.changes import Record, changed
from services.catalog.domain.agencies.in_time import taking_effect, who_answers
from services.catalog.use_cases.agencies.change_agencies import agency_event, point_event, staff_event
from services.catalog.use_cases.agencies.ports import RowWrite, Stray
from services.catalog.use_cases.ports import Work


async def gather_strays(*, work: Work, now: datetime) -> int:
    """Bring staff, places and subordinates of ended agencies to who carries on alone; return how many.

    Where several carry on, people say who goes where: those stay and are no stray.
    """
    today = now.astimezone(VIETNAM).date()
    strays = await work.agencies.strays(today)
    if not strays:
        return 0
    agencies = {code: record for code, (_, record) in (await work.agencies.agencies()).items()}
    writes: dict[str, list[RowWrite]] = {"agency": [], "staff": [], "point": []}
    for stray in strays:
        members = _placed(stray, agencies, today)
        if members is not None:
            writes[stray.kind].append(RowWrite(stray.code, stray.version, members))
    for kind, save in (
        ("agency", work.agencies.save_agencies),
        ("staff", work.agencies.save_staff),
        ("point", work.agencies.save_points),
    ):
        if writes[kind]:
            save(writes[kind])
    for write in writes["agency"]:
        work.record(agency_event(write, now))
    for write in writes["staff"]:
        work.record(staff_event(write, now))
    for write in writes["point"]:
        work.record(point_event(write, now))
    return sum(map(len, writes.values()))


def _placed(stray: Stray, agencies: Mapping[str, Record], today: date) -> dict[str, Any] | None:
    """Return the record where it stands from now on; None where nobody is in force to take it."""
    answering = who_answers(stray.under, agencies, today)
    target = answering[0] if answering else ""
    if stray.kind == "agency":
        if stray.is_dissolved or target == stray.code:
            target = str(agencies[stray.under].get("parent") or "")
        if not target or target == stray.under:
            return None
        yesterday = today - timedelta(days=1)
        return changed(stray.data, taking_effect(stray.data, {"parent": target}, yesterday))
    if not target:
        return None
    if stray.kind == "point":
        return {**stray.data, "agency": target}
    units = {str(unit["code"]) for unit in agencies[target].get("units") or ()}
    unit = stray.data.get("unit")
    return changed(stray.data, {"agency": target, "unit": unit if unit in units else None})
