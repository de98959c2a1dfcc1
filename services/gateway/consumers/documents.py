"""A result that is issued or recalled is also a matter of the documents' exchange, in the same commit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from kernel.core.event import ReceivedEvent
from kernel.service import Handler, HandlerFunction
from services.gateway.domain.documents.envelope import Organ
from services.gateway.use_cases.documents.results import Issued, planned_result

DESTROYED = "dossier.destroyed.v1"
ISSUED, RECALLED = "dossier.result_issued.v1", "dossier.result_recalled.v1"


class _Coded(BaseModel):
    code: str
    name: str


class _Dossier(BaseModel):
    dossier_id: UUID
    dossier_code: str | None
    reference: str
    procedure: _Coded
    competent_agency: _Coded


class _Result(BaseModel):
    name: str = ""
    number: str = ""


class _Change(BaseModel):
    at: AwareDatetime
    note: str = ""
    result: _Result | None = None


class ResultFields(BaseModel):
    """What the exchange reads of these events."""

    dossier: _Dossier
    change: _Change


def with_documents(handlers: Sequence[Handler]) -> tuple[Handler, ...]:
    """Let the handlers of results also plan what goes to other agencies: an event type has one handler."""
    return tuple(
        Handler(one.event_type, one.model, _and_plan(one.function))
        if one.event_type in {ISSUED, RECALLED, DESTROYED}
        else one
        for one in handlers
    )


def _and_plan(first: HandlerFunction) -> HandlerFunction:
    async def apply(data: Any, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
        await first(data, event=event, work=work, now=now)
        if event.type == DESTROYED:
            work.documents.forget(UUID(event.data["dossier"]["dossier_id"]))
            return
        told = ResultFields.model_validate(event.data)
        dossier = told.dossier
        if event.type == RECALLED:
            work.documents.plan_recall(
                dossier.dossier_id, event.sequence, by="gateway-documents", reason=told.change.note, now=now
            )
        elif told.change.result is not None:
            work.documents.plan_result(planned_result(_issued(told, event.sequence), now))

    return apply


def _issued(told: ResultFields, version: int) -> Issued:
    dossier, result = told.dossier, told.change.result or _Result()
    return Issued(
        dossier_id=dossier.dossier_id,
        version=version,
        dossier_code=dossier.dossier_code or dossier.reference,
        procedure_code=dossier.procedure.code,
        agency=Organ(dossier.competent_agency.code, dossier.competent_agency.name),
        name=result.name,
        number=result.number,
        at=told.change.at,
    )
