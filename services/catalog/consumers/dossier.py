"""Reads the end of dossiers: how often procedures are asked for, and how long they take."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kernel.core.clock import VIETNAM
from kernel.core.event import ReceivedEvent
from kernel.service import Handler
from services.catalog.domain.outcomes import Ended
from services.catalog.use_cases.outcomes import keep_outcome, take_back_outcome


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class CodeFields(_Read):
    """A procedure or an agency as the event names it."""

    code: str


class DossierFields(_Read):
    """The shared state, as far as measuring needs it."""

    dossier_id: UUID
    procedure: CodeFields
    competent_agency: CodeFields
    accepted_at: datetime | None = None
    original_due_at: datetime | None = None
    reappointed_due_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    corrects: dict[str, Any] | None = None


class DossierChanged(_Read):
    """The part of a dossier's event that the catalogue reads."""

    dossier: DossierFields


async def on_result_issued(data: DossierChanged, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Measure the dossier."""
    dossier = data.dossier
    ended = Ended(
        dossier_id=dossier.dossier_id,
        sequence=event.sequence,
        procedure=dossier.procedure.code,
        agency=dossier.competent_agency.code,
        accepted_at=dossier.accepted_at,
        original_due_at=dossier.original_due_at,
        due_at=dossier.due_at,
        ended_at=(dossier.ended_at or now).astimezone(VIETNAM),
        is_reappointed=dossier.reappointed_due_at is not None,
        is_correction=dossier.corrects is not None,
    )
    await keep_outcome(ended, work=work)


async def on_result_recalled(data: DossierChanged, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Take the measure back: the dossier goes on."""
    del now
    take_back_outcome(data.dossier.dossier_id, event.sequence, work=work)


HANDLERS = (
    Handler("dossier.result_issued.v1", DossierChanged, on_result_issued),
    Handler("dossier.result_recalled.v1", DossierChanged, on_result_recalled),
)
