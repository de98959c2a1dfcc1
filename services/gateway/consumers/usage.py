"""A dossier that was handed in is counted, in the message's own commit: by procedure, agency and way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel

from kernel.core.clock import VIETNAM
from kernel.core.event import ReceivedEvent
from kernel.service import Handler, HandlerFunction
from services.gateway.domain.usage.kinds import Cell, Kind, national_of

_SUBMITTED = "dossier.submitted.v1"


class _Coded(BaseModel):
    code: str


class _Dossier(BaseModel):
    origin: str
    channel: str
    procedure: _Coded
    receiving_agency: _Coded
    submitted_at: AwareDatetime


class SubmittedFields(BaseModel):
    """What is counted of a submission: nothing that leads to it."""

    dossier: _Dossier

    def cell(self) -> Cell:
        """Return where it is counted; the day is that of the submission."""
        dossier = self.dossier
        return Cell(
            dossier.submitted_at.astimezone(VIETNAM).date(),
            Kind.SUBMISSION,
            "PORTAL" if dossier.origin == "PORTAL" else dossier.channel,
            national_of(dossier.procedure.code) or dossier.procedure.code,
            dossier.receiving_agency.code,
        )


def with_usage(handlers: Sequence[Handler]) -> tuple[Handler, ...]:
    """Let the handler of submissions also count them: a message that comes twice is counted once."""
    return tuple(
        Handler(handler.event_type, handler.model, _and_count(handler.function))
        if handler.event_type == _SUBMITTED
        else handler
        for handler in handlers
    )


def _and_count(first: HandlerFunction) -> HandlerFunction:
    async def apply(data: Any, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
        await first(data, event=event, work=work, now=now)
        work.usage.note(SubmittedFields.model_validate(event.data).cell())

    return apply
