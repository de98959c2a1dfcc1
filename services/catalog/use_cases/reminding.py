"""Tells editors once what is due: an event for their inbox, kept so that nobody is told twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kernel.core.event import Event
from services.catalog.use_cases.ports import Work

EDITOR = "CATALOG_EDITOR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What to do until when (Vietnamese text); the key says what makes it another reminder."""

    key: str
    kind: str
    about: str
    title: str
    text: str
    due_on: date | None = None


async def remind(reminders: Sequence[Reminder], *, work: Work, now: datetime) -> int:
    """Raise those not raised yet for every desk of editors; return how many were."""
    known = await work.reminders.raised([one.key for one in reminders])
    new = [one for one in reminders if one.key not in known]
    if not new:
        return 0
    desks = [{"agency": agency, "role": EDITOR} for agency in await work.reminders.desks(EDITOR)]
    for one in new:
        data = {
            "kind": one.kind,
            "about": one.about,
            "title": one.title,
            "text": one.text,
            "due_on": one.due_on.isoformat() if one.due_on else None,
            "desks": desks,
        }
        work.reminders.add(one.key, one.kind, data, now)
        work.record(
            Event(type="catalog_reminder.raised.v1", key=one.key, sequence=1, data=data, occurred_at=now)
        )
    return len(new)
