"""The work list: procedures whose law has ended, until a new version or a reasoned note closes them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.errors import Stale
from services.catalog.domain.laws.errors import NoSuchTask, TaskClosed, require_law_editor
from services.catalog.use_cases.ports import Work
from services.catalog.use_cases.reminding import Reminder, remind

_WORDS = {
    "REPLACED": "đã bị thay thế",
    "REPEALED": "đã bị bãi bỏ",
    "EXPIRED": "đã hết hiệu lực",
    "PARTLY_REPEALED": "đã bị bãi bỏ một phần",
}


async def sync_tasks(*, work: Work, now: datetime) -> int:
    """Open a task for every flag of today, close those that a new version answered; tell editors once."""
    today = now.date()
    untold = await work.laws.untold(today)
    work.laws.sync_tasks(today, now)
    reminders = [
        Reminder(
            key=f"law:{one['key']}:{one['reason']}:{one['since']}",
            kind="LAW_ENDED",
            about=one["number"],
            title=f"Văn bản {one['number']} {_WORDS[one['reason']]}",
            text=f"{one['procedures']} thủ tục căn cứ vào {one['number']}, văn bản {_WORDS[one['reason']]}"
            f" từ {one['since']:%d/%m/%Y}. Hãy rà soát: sửa đổi thủ tục hoặc ghi lý do giữ nguyên.",
        )
        for one in untold
    ]
    return await remind(reminders, work=work, now=now)


async def assign_task(
    task_id: UUID, owner: str, *, seen: int, by: Caller, work: Work, now: datetime
) -> Mapping[str, Any]:
    """Name who sees to a task."""
    return await _change(task_id, {"owner": owner}, f"ASSIGNED {owner}", seen, by, work, now)


async def close_task(
    task_id: UUID, note: str, *, seen: int, by: Caller, work: Work, now: datetime
) -> Mapping[str, Any]:
    """Close a task with the reason why the procedure stays as it is."""
    closed = {
        "state": "CLOSED",
        "note": note,
        "closed_by": by.subject,
        "closed_as": "NOTE",
        "closed_at": now,
    }
    return await _change(task_id, closed, "CLOSED", seen, by, work, now)


async def _change(
    task_id: UUID, changed: Mapping[str, Any], what: str, seen: int, by: Caller, work: Work, now: datetime
) -> Mapping[str, Any]:
    require_law_editor(by)
    task = await work.laws.task(task_id)
    if task is None:
        raise NoSuchTask
    if task["version"] != seen:
        raise Stale
    if task["state"] != "OPEN":
        raise TaskClosed
    history = [*task["history"], {"at": now.isoformat(), "by": by.subject, "what": what}]
    row = {**task, **changed, "history": history}
    work.laws.save_task(row, seen)
    return {**row, "version": seen + 1}
