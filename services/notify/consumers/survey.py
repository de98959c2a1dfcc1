"""Reads survey's invitations: the link must reach the applicant, and nobody else."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import handles
from services.notify.domain.notices import Occurrence
from services.notify.use_cases.plan_messages import plan_messages


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class NamedFields(_Read):
    """An agency or a procedure as the event names it."""

    code: str
    name: str


class InvitationIssued(_Read):
    """What the invitation's notice is written from; `contact` and `link` are sealed."""

    dossier_id: UUID
    dossier_code: str
    agency: NamedFields
    procedure: NamedFields
    subject: str | None = None
    contact: str | None = None
    link: str
    expires_at: datetime


@handles("invitation.issued.v1", InvitationIssued)
async def on_invitation_issued(
    data: InvitationIssued, *, event: ReceivedEvent, work: Any, now: datetime
) -> None:
    """Plan the invitation's message."""
    occurrence = Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=data.dossier_id,
        contact=data.contact,
        subjects=(data.subject,) if data.subject else (),
        step=None,
        one_stop=None,
        agencies=(data.agency.code,),
        sealed_facts={"link": data.link},
        facts={
            "code": data.dossier_code,
            "procedure": data.procedure.name,
            "agency": data.agency.name,
            "expires_at": data.expires_at,
        },
    )
    await plan_messages(occurrence, work=work, now=now)
