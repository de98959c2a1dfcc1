"""Watches whether every calendar has its year, and reminds editors from 1 October, again every month."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.catalog.domain.calendars.watch import warnings
from services.catalog.use_cases.ports import Work
from services.catalog.use_cases.reminding import Reminder, remind


async def calendar_warnings(*, work: Work, today: date) -> Sequence[Mapping[str, Any]]:
    """Return each calendar of this year, from October also of the next, that is missing or only proposed."""
    held, used_by = await work.calendars.overview(today)
    return warnings(held, used_by, today)


async def remind_of_calendars(*, work: Work, now: datetime) -> int:
    """Tell editors of each missing calendar, once a month; return how many reminders were raised."""
    today = now.date()
    found = await calendar_warnings(work=work, today=today)
    return await remind(
        [
            Reminder(
                key=f"calendar:{one['code']}:{one['year']}:{today:%Y-%m}",
                kind="CALENDAR_MISSING" if one["state"] == "MISSING" else "CALENDAR_ONLY_PROPOSED",
                about=f"{one['code']}:{one['year']}",
                title=f"Lịch làm việc năm {one['year']}",
                text=_text(one),
                due_on=date(one["year"] - 1, 12, 31),
            )
            for one in found
        ],
        work=work,
        now=now,
    )


def _text(one: Mapping[str, Any]) -> str:
    what = "chưa có" if one["state"] == "MISSING" else "mới là dự kiến, chưa có quyết định"
    return (
        f"Lịch {one['code']} năm {one['year']} {what}; {one['agencies']} cơ quan dùng lịch này. Hồ sơ"
        " có hạn trả sang năm đó không tính được hạn chắc chắn. Hãy soạn và trình phê duyệt."
    )
