"""Reads of drafts that end soon: their person is told while there is time to hand in."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import handles
from services.notify.domain.notices import Occurrence
from services.notify.use_cases.plan_messages import plan_messages


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ProcedureFields(_Read):
    """The procedure the draft is for."""

    code: str
    name: str


class DraftReminded(_Read):
    """What the notice is written from; the contact is sealed."""

    procedure: ProcedureFields
    group: ProcedureFields | None = None
    """The interlinked group the draft is for, where it is for one."""
    subject: str
    contact: str | None = None
    expires_at: datetime


def draft_of(data: DraftReminded, event: ReceivedEvent) -> Occurrence:
    """Return what happened in notify's own words; it is about no dossier yet."""
    whole = data.group or data.procedure
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=None,
        contact=data.contact,
        subjects=(data.subject,),
        step=None,
        one_stop=None,
        agencies=(),
        facts={
            "code": whole.code,
            "procedure": whole.name or whole.code,
            "expires_at": data.expires_at,
        },
        sealed_facts={},
    )


@handles("draft.reminded.v1", DraftReminded)
async def on_draft_reminded(data: DraftReminded, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Plan the notice; the same event again plans nothing more."""
    await plan_messages(draft_of(data, event), work=work, now=now)
