"""Reads appointments at one-stop points, results on their way by post, reminders to one-stop units."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import Handler
from services.notify.domain.notices import Desk, Occurrence
from services.notify.use_cases.plan_messages import plan_messages


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class PointFields(_Read):
    """Where one comes to."""

    name: str
    address: str = ""


class GroupFields(_Read):
    """The counter group."""

    name: str


class AppointmentFields(_Read):
    """What people are told of an appointment; contact and code are sealed."""

    point: PointFields
    group: GroupFields
    agency: str
    slot_at: datetime
    subject: str | None = None
    contact: str
    code: str
    by_office: bool = False


class PostItemFields(_Read):
    """What people are told of a result sent by post; the contact is sealed."""

    dossier_id: UUID
    dossier_code: str
    agency: str
    tracking_number: str
    attempts: int = 0
    at: datetime
    owner_subject: str | None = None
    contact: str


class InspectionReminderFields(_Read):
    """What a one-stop unit is asked to put right."""

    agency: str
    check: str
    text: str
    due_on: date | None = None


def inspection_reminder_of(data: InspectionReminderFields, event: ReceivedEvent) -> Occurrence:
    """Return the reminder in notify's own words; it is about no dossier and no applicant."""
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=None,
        contact=None,
        subjects=(),
        step=None,
        one_stop=None,
        desks=(Desk(data.agency, role="ONE_STOP_MANAGER"),),
        agencies=(data.agency,),
        facts={
            "code": data.check,
            "text": data.text,
            "due_on": data.due_on.strftime("%d/%m/%Y") if data.due_on else "",
        },
        sealed_facts={},
    )


def appointment_of(data: AppointmentFields, event: ReceivedEvent) -> Occurrence:
    """Return what happened to an appointment in notify's own words."""
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=None,
        contact=data.contact,
        subjects=(data.subject,) if data.subject else (),
        step=None,
        one_stop=None,
        agencies=(data.agency,),
        facts={
            "point": data.point.name,
            "address": data.point.address,
            "group": data.group.name,
            "slot_at": data.slot_at,
            "by_office": data.by_office,
        },
        sealed_facts={"code": data.code},
    )


def post_item_of(data: PostItemFields, event: ReceivedEvent) -> Occurrence:
    """Return what happened to a result on its way in notify's own words."""
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=data.dossier_id,
        contact=data.contact,
        subjects=(data.owner_subject,) if data.owner_subject else (),
        step=None,
        one_stop=None,
        desks=(Desk(data.agency, role="ONE_STOP_OFFICER"),),
        agencies=(data.agency,),
        facts={
            "code": data.dossier_code,
            "tracking_number": data.tracking_number,
            "attempts": data.attempts,
            "at": data.at,
        },
        sealed_facts={},
    )


async def on_appointment(data: AppointmentFields, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Plan what whoever booked is told."""
    await plan_messages(appointment_of(data, event), work=work, now=now)


async def on_post_item(data: PostItemFields, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Plan what the owner is told, and the counter that gets it back."""
    await plan_messages(post_item_of(data, event), work=work, now=now)


async def on_inspection_reminder(
    data: InspectionReminderFields, *, event: ReceivedEvent, work: Any, now: datetime
) -> None:
    """Put the reminder into the inbox of the unit's manager."""
    await plan_messages(inspection_reminder_of(data, event), work=work, now=now)


HANDLERS = (
    Handler("inspection_reminder.raised.v1", InspectionReminderFields, on_inspection_reminder),
    *(
        Handler(f"appointment.{what}.v1", AppointmentFields, on_appointment)
        for what in ("booked", "changed", "cancelled", "approached")
    ),
    *(
        Handler(f"post_item.{what}.v1", PostItemFields, on_post_item)
        for what in ("handed_over", "failed", "brought_back")
    ),
)
