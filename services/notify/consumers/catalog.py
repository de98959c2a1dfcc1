"""Reads what the catalogue's editors have to see to."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import handles
from services.notify.domain.notices import Desk, Occurrence
from services.notify.use_cases.plan_messages import plan_messages


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class DeskFields(_Read):
    """Officers of one role of an agency."""

    agency: str
    role: str


class ReminderRaised(_Read):
    """What is due, and whose inboxes are told."""

    about: str
    title: str
    text: str
    due_on: date | None = None
    desks: list[DeskFields]


def occurrence_of(data: ReminderRaised, event: ReceivedEvent) -> Occurrence:
    """Return what happened in notify's own words; it is about no dossier and no applicant."""
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=None,
        contact=None,
        subjects=(),
        step=None,
        one_stop=None,
        desks=tuple(Desk(one.agency, role=one.role) for one in data.desks),
        agencies=tuple(dict.fromkeys(one.agency for one in data.desks)),
        sealed_facts={},
        facts={
            "code": data.about,
            "title": data.title,
            "text": data.text,
            "due_on": data.due_on.strftime("%d/%m/%Y") if data.due_on else "",
        },
    )


@handles("catalog_reminder.raised.v1", ReminderRaised)
async def on_catalog_reminder(
    data: ReminderRaised, *, event: ReceivedEvent, work: Any, now: datetime
) -> None:
    """Put the reminder into the shared inbox of every desk."""
    await plan_messages(occurrence_of(data, event), work=work, now=now)
