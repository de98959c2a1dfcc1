"""Published decisions that must be entered in the national database, and in time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Stale
from kernel.core.ids import new_id
from services.catalog.domain.calendars.composing import calendar_of
from services.catalog.domain.laws.entries import entry_due_on, entry_state, is_soon
from services.catalog.domain.laws.errors import (
    DoneBeforeSigned,
    EntryExists,
    NoSuchTask,
    TaskClosed,
    require_law_editor,
)
from services.catalog.use_cases.ports import Work
from services.catalog.use_cases.reminding import Reminder, remind
from worktime.calendar import WorkCalendar


async def open_entries(*, work: Work, now: datetime) -> int:
    """Open an entry for every published decision that has none; return how many."""
    missing = await work.entries.missing()
    if not missing:
        return 0
    calendar = await _calendar(work, [one["signed_on"] for one in missing])
    for one in missing:
        work.entries.add(_row(one, calendar, "OPENED", "system", now))
    return len(missing)


async def count_entries_anew(*, work: Work, now: datetime) -> int:
    """Count the due days that could not be counted while a calendar was missing; return how many."""
    del now
    waiting = [one for one in await work.entries.listed(None, None, 1000) if one["due_on"] is None]
    if not waiting:
        return 0
    calendar = await _calendar(work, [one["signed_on"] for one in waiting])
    counted = {one["id"]: _due(one, calendar) for one in waiting}
    known = {entry_id: day for entry_id, day in counted.items() if day is not None}
    if known:
        work.entries.set_due(known)
    return len(known)


async def add_entry(said: Mapping[str, Any], *, by: Caller, work: Work, now: datetime) -> dict[str, Any]:
    """Open an entry for a decision that was published elsewhere."""
    require_law_editor(by)
    if said["signed_on"] > now.date():
        raise DoneBeforeSigned
    if await work.entries.is_known(said["agency"], said["number"]):
        raise EntryExists
    row = _row(said, await _calendar(work, [said["signed_on"]]), "ADDED", by.subject, now)
    work.entries.add(row)
    return row


async def complete_entry(
    entry_id: UUID, done_on: date, evidence: str, *, seen: int, by: Caller, work: Work, now: datetime
) -> dict[str, Any]:
    """Record when a decision was entered and what shows it."""
    require_law_editor(by)
    row = await work.entries.find(entry_id)
    if row is None:
        raise NoSuchTask
    if row["version"] != seen:
        raise Stale
    if row["done_on"] is not None:
        raise TaskClosed
    if not row["signed_on"] <= done_on <= now.date():
        raise DoneBeforeSigned
    entry = {"at": now.isoformat(), "by": by.subject, "what": "DONE"}
    changed = {"done_on": done_on, "done_by": by.subject, "evidence": evidence}
    row = {**row, **changed, "history": [*row["history"], entry]}
    work.entries.complete(row, seen)
    return {**row, "version": seen + 1}


async def remind_of_entries(*, work: Work, now: datetime) -> int:
    """Warn of entries due today or on the next working day, and once of each that is overdue."""
    today = now.date()
    found = await work.entries.listed(is_open=True, after=None, limit=1000)
    calendar = await _calendar(work, [today])
    reminders = []
    for one in found:
        state = entry_state(one["due_on"], None, today)
        if state == "OVERDUE" or is_soon(calendar, one["due_on"], today):
            reminders.append(_reminder(one, "OVERDUE" if state == "OVERDUE" else "DUE"))
    return await remind(reminders, work=work, now=now)


def _reminder(one: Mapping[str, Any], state: str) -> Reminder:
    said = "đã quá hạn" if state == "OVERDUE" else "sắp đến hạn"
    return Reminder(
        key=f"entry:{one['agency']}:{one['number']}:{state}",
        kind=f"NATIONAL_ENTRY_{state}",
        about=one["number"],
        title=f"Nhập cơ sở dữ liệu quốc gia: {one['number']} {said}",
        text=f"Quyết định {one['number']} ký ngày {one['signed_on']:%d/%m/%Y} {said} nhập vào cơ sở dữ liệu"
        f" quốc gia về thủ tục hành chính ({len(one['procedures'])} thủ tục).",
        due_on=one["due_on"],
    )


async def _calendar(work: Work, days: Sequence[date]) -> WorkCalendar | None:
    years = sorted({year for day in days for year in (day.year, day.year + 1)})
    held = await work.calendars.held([f"default:{year}" for year in years])
    return calendar_of([one.data for one in held.values() if one.data is not None])


def _due(said: Mapping[str, Any], calendar: WorkCalendar | None) -> date | None:
    return entry_due_on(calendar, said["signed_on"], said["level"], is_short=said["is_short"])


def _row(
    said: Mapping[str, Any], calendar: WorkCalendar | None, what: str, by: str, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "agency": said["agency"],
        "number": said["number"],
        "level": said["level"],
        "is_short": said["is_short"],
        "signed_on": said["signed_on"],
        "due_on": _due(said, calendar),
        "procedures": list(said["procedures"]),
        "done_on": None,
        "done_by": None,
        "evidence": "",
        "history": [{"at": now.isoformat(), "by": by, "what": what}],
        "version": 1,
    }
