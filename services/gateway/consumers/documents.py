"""What is a matter of the documents' exchange too, in the same commit: results and outside steps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from kernel.core.event import ReceivedEvent
from kernel.service import Handler, HandlerFunction
from services.gateway.domain.documents.envelope import Organ
from services.gateway.domain.documents.questions import ASKER, Asks, planned_question
from services.gateway.use_cases.documents.results import Issued, planned_result

DESTROYED = "dossier.destroyed.v1"
NOTED = "dossier.work_noted.v1"
MOVED = (
    NOTED,
    *(f"dossier.{name}.v1" for name in ("handed_over", "step_completed", "stopped")),
)
"""Changes by which a dossier comes to a step of another system, or leaves one."""
ISSUED, RECALLED = "dossier.result_issued.v1", "dossier.result_recalled.v1"


class _Coded(BaseModel):
    code: str
    name: str


class _Asks(BaseModel):
    request_id: UUID
    system: str
    tells: list[str] = []


class _Step(BaseModel):
    name: str = ""
    due_at: AwareDatetime | None = None
    asks: _Asks | None = None


class _Dossier(BaseModel):
    dossier_id: UUID
    dossier_code: str | None
    reference: str
    procedure: _Coded
    competent_agency: _Coded
    continuing_agency: _Coded | None = None
    route: str = "PROVINCE"
    step: _Step | None = None

    @property
    def working(self) -> Organ:
        """Who asks and issues: the competent agency, or who goes on for it."""
        now = self.continuing_agency or self.competent_agency
        return Organ(now.code, now.name)


class _Result(BaseModel):
    name: str = ""
    number: str = ""


class _Change(BaseModel):
    at: AwareDatetime
    note: str = ""
    noted: str | None = None
    result: _Result | None = None


class ResultFields(BaseModel):
    """What the exchange reads of these events."""

    dossier: _Dossier
    change: _Change


def with_documents(handlers: Sequence[Handler]) -> tuple[Handler, ...]:
    """Let the handlers of results and steps also plan what goes to other agencies: a type has one."""
    added = {**dict.fromkeys((ISSUED, RECALLED, DESTROYED), _and_plan), **dict.fromkeys(MOVED, _and_ask)}
    return tuple(
        Handler(one.event_type, one.model, added[one.event_type](one.function))
        if one.event_type in added
        else one
        for one in handlers
    )


def _and_ask(first: HandlerFunction) -> HandlerFunction:
    """Ask for the outside step a dossier has come to; withdraw what was asked for one it has left."""

    async def apply(data: Any, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
        await first(data, event=event, work=work, now=now)
        told = ResultFields.model_validate(event.data)
        if event.type == NOTED and told.change.noted != "ROUTE_CHANGED":
            return
        dossier, step = told.dossier, told.dossier.step
        # What is worked elsewhere asks for nothing here, whatever step it stood at.
        asks = step.asks if step is not None and dossier.route == "PROVINCE" else None
        work.documents.withdraw_questions(
            dossier.dossier_id,
            current=asks.request_id if asks else None,
            by=ASKER,
            reason="Hồ sơ đã rời bước này",
            now=now,
        )
        if asks is not None and step is not None:
            work.documents.plan_question(planned_question(_asked(told, step, asks), now))

    return apply


def _asked(told: ResultFields, step: _Step, asks: _Asks) -> Asks:
    dossier = told.dossier
    return Asks(
        request_id=asks.request_id,
        system=asks.system,
        tells=asks.tells,
        step=step.name,
        due_at=step.due_at,
        dossier_id=dossier.dossier_id,
        dossier_code=dossier.dossier_code or dossier.reference,
        procedure_code=dossier.procedure.code,
        procedure=dossier.procedure.name,
        agency=dossier.working,
        at=told.change.at,
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
        agency=dossier.working,
        name=result.name,
        number=result.number,
        at=told.change.at,
    )
