"""Petitions: the sender hears what became of theirs, the agency that one came."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import Handler, handles
from services.notify.domain.notices import Desk, Occurrence
from services.notify.use_cases.plan_messages import plan_messages

_HEAD = "ONE_STOP_MANAGER"


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class NamedFields(_Read):
    """An agency as the event names it."""

    code: str
    name: str


class PetitionFields(_Read):
    """What notices about a petition are written from; `contact` is sealed."""

    reference: str
    agency: NamedFields
    subject: str | None = None
    contact: str | None = None
    due_at: datetime | None = None


def petition_of(data: PetitionFields, event: ReceivedEvent) -> Occurrence:
    """Return what happened to a petition, as notices are written from it."""
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=None,
        contact=data.contact,
        subjects=(data.subject,) if data.subject else (),
        step=None,
        one_stop=None,
        agencies=(data.agency.code,),
        desks=(Desk(data.agency.code, role=_HEAD),),
        sealed_facts={},
        facts={"code": data.reference, "agency": data.agency.name, "due_at": data.due_at},
    )


async def _on_petition(data: PetitionFields, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Plan what the sender and the agency's head are told."""
    await plan_messages(petition_of(data, event), work=work, now=now)


HANDLERS: tuple[Handler, ...] = tuple(
    handles(f"petition.{name}.v1", PetitionFields)(_on_petition)
    for name in ("received", "forwarded", "information_requested", "informed", "rejected", "answered")
)
