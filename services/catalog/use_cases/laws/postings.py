"""What hangs at an office: the list to print, what was found there, and what is out of date."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kernel.core.caller import Caller
from kernel.core.errors import NotFound
from kernel.core.ids import new_id
from services.catalog.domain.laws.errors import NotPostedHere, require_posting_checker
from services.catalog.use_cases.ports import Work
from services.catalog.use_cases.reminding import Reminder, remind


class NoSuchPoint(NotFound):
    """No such one-stop point is at work (404)."""

    code = "one-stop-point-not-found"
    title = "Không có điểm một cửa này"


async def postings_of(point: str, *, on: date, work: Work) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    """Return a point and every procedure to be posted there, each with what was found last.

    `state`: NEVER_CHECKED, CURRENT, OUTDATED (another version hangs there), DAMAGED or MISSING.
    """
    found = await work.postings.of_point(point, on)
    if found is None:
        raise NoSuchPoint
    return found[0], [{**one, "state": _state(one)} for one in found[1]]


def _state(one: Mapping[str, Any]) -> str:
    if one["condition"] is None:
        return "NEVER_CHECKED"
    if one["condition"] != "POSTED":
        return str(one["condition"])
    return "CURRENT" if one["found_version"] == one["version"] else "OUTDATED"


async def check_posting(
    point: str, said: Mapping[str, Any], *, by: Caller, work: Work, now: datetime
) -> dict[str, Any]:
    """Record what somebody found hanging at a point, when, with a photograph's reference."""
    where, offered = await postings_of(point, on=now.date(), work=work)
    require_posting_checker(by, str(where["agency"]))
    one = next((item for item in offered if item["code"] == said["code"]), None)
    if one is None or (said["found_version"] or 0) > one["version"]:
        raise NotPostedHere
    if (said["found_version"] is None) != (said["condition"] == "MISSING"):
        raise NotPostedHere(fields=[("found_version", "Chỉ bỏ trống khi không thấy niêm yết")])
    row = {"id": new_id(), "point": point, **said, "checked_by": by.subject, "checked_at": now}
    work.postings.add(row)
    return {**row, "state": _state({**row, "version": one["version"]})}


def sheet_of(
    point: Mapping[str, Any], items: Sequence[Mapping[str, Any]], site: str, on: date
) -> dict[str, Any]:
    """Return what the printed list says: each procedure with its own QR code and version."""
    return {
        "point": point["name"] or point["code"],
        "printed_on": f"{on:%d/%m/%Y}",
        "items": [
            {
                "code": one["code"],
                "name": one["name"],
                "version": str(one["version"]),
                "valid_from": f"{one['valid_from']:%d/%m/%Y}",
                "decision": one["decision"] or "",
                "page": f"{site}/api/v1/procedures/{one['code']}/sheet",
            }
            for one in items
        ],
    }


async def remind_of_postings(*, work: Work, now: datetime) -> int:
    """Tell editors of each point where an older version still hangs, once a new version."""
    by_point: dict[str, list[Mapping[str, Any]]] = {}
    for one in await work.postings.outdated(now.date()):
        by_point.setdefault(str(one["point"]), []).append(one)
    reminders = [
        Reminder(
            key=f"posting:{point}:{one['code']}:{one['version']}",
            kind="POSTING_OUTDATED",
            about=point,
            title=f"Niêm yết cũ ở {point}",
            text=f"Thủ tục {one['code']} ở {point} còn niêm yết bản {one['found_version']},"
            f" bản đang áp dụng là {one['version']}. Hãy thay và ghi kiểm tra.",
        )
        for point, found in by_point.items()
        for one in found
    ]
    return await remind(reminders, work=work, now=now)
