"""Documents of the national axis: the clerk hears that one came, who used one that it holds no more."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kernel.core.event import ReceivedEvent
from kernel.service import Handler
from services.notify.domain.notices import Desk, Occurrence
from services.notify.use_cases.plan_messages import plan_messages

_CLERK = "CLERK"
_CHANGES = {
    "NEW": "Văn bản đến",
    "REVOKE": "Văn bản bị thu hồi",
    "UPDATE": "Văn bản được cập nhật",
    "REPLACE": "Văn bản được thay thế",
}


class DocumentFields(BaseModel):
    """What notices about an exchanged document are written from."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    agency: str
    organ_name: str
    number: str
    promulgated_on: date
    purpose: str
    dossier_id: UUID | None = None
    dossier_code: str = ""
    is_answer: bool = False
    by_number: str = ""
    people: list[str] = []


def document_of(data: DocumentFields, event: ReceivedEvent) -> Occurrence:
    """Return what happened to a document in notify's own words; no applicant is told of it."""
    return Occurrence(
        event_id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        dossier_id=data.dossier_id,
        contact=None,
        subjects=(),
        step=None,
        one_stop=None,
        desks=(Desk(data.agency, role=_CLERK),),
        people=tuple(data.people),
        agencies=(data.agency,),
        facts={
            "title": _CHANGES.get(data.purpose, "Văn bản đến"),
            "number": data.number,
            "day": data.promulgated_on.strftime("%d/%m/%Y"),
            "organ": data.organ_name,
            "code": data.dossier_code,
            "is_answer": data.is_answer,
            "by_number": data.by_number,
        },
        sealed_facts={},
    )


async def on_document(data: DocumentFields, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Put it into the inboxes of the clerks and of those it concerns."""
    await plan_messages(document_of(data, event), work=work, now=now)


HANDLERS = tuple(
    Handler(f"exchanged_document.{what}.v1", DocumentFields, on_document)
    for what in ("arrived", "superseded")
)
