"""Every event of a dossier that the national portal must hear of becomes a row of the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from kernel.core.event import ReceivedEvent
from kernel.service import Handler, HandlerFunction
from services.gateway.consumers.documents import RECALLED
from services.gateway.domain.account import tech_id_of
from services.gateway.domain.portal.telling.ledger import Happened, rows_of


class _Coded(BaseModel):
    code: str


class _Dossier(BaseModel):
    dossier_id: UUID
    origin: str
    dossier_code: str | None
    portal_code: str | None
    procedure: _Coded
    state: str
    portal_status: int | None
    accepted_at: AwareDatetime | None
    competent_agency: _Coded | None = None
    continuing_agency: _Coded | None = None
    owner_subject: str | None = None
    ended_at: AwareDatetime | None = None
    route: str = "PROVINCE"


class _Change(BaseModel):
    at: AwareDatetime
    from_state: str | None
    noted: str | None = None
    continuing_agency: _Coded | None = None
    resumed_agency: str | None = None


class PortalFields(BaseModel):
    """What the ledger reads of a dossier's event."""

    dossier: _Dossier
    change: _Change


def happened(data: PortalFields, event: ReceivedEvent) -> Happened:
    """Return the event in the ledger's words."""
    dossier = data.dossier
    return Happened(
        type=event.type,
        dossier_id=dossier.dossier_id,
        version=event.sequence,
        origin=dossier.origin,
        dossier_code=dossier.dossier_code,
        portal_code=dossier.portal_code,
        procedure_code=dossier.procedure.code,
        state=dossier.state,
        from_state=data.change.from_state,
        portal_status=dossier.portal_status,
        is_accepted=dossier.accepted_at is not None,
        at=data.change.at,
        is_ours=dossier.route == "PROVINCE",
        tech_id=tech_id_of(dossier.owner_subject or ""),
        noted=data.change.noted,
        is_working_changed=_is_working_changed(data),
    )


def _is_working_changed(data: PortalFields) -> bool:
    """Tell whether whom a note names works it; it may name who goes on for who only received it or helped."""
    dossier, change = data.dossier, data.change
    working = dossier.continuing_agency or dossier.competent_agency
    heir = change.continuing_agency.code if change.continuing_agency else None
    named = change.resumed_agency if change.noted == "AGENCY_RESUMED" else heir
    return working is not None and working.code == named


def with_portal_ledger(handlers: Sequence[Handler]) -> tuple[Handler, ...]:
    """Let the handlers of dossier events also keep what the portal must hear, in the same commit.

    A service has one handler an event type: one message is one unit of work.
    """
    return tuple(
        Handler(handler.event_type, handler.model, _and_ledger(handler.function)) for handler in handlers
    )


def _and_ledger(first: HandlerFunction) -> HandlerFunction:
    async def apply(data: Any, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
        await first(data, event=event, work=work, now=now)
        read = PortalFields.model_validate(event.data)
        told = happened(read, event)
        rows = rows_of(told)
        if rows:
            work.portal_ledger.add(rows, now)
        if event.type == RECALLED:
            work.portal_files.revoke_results(told.dossier_id, now, version=told.version)
        if not told.is_ours or read.change.noted == "ROUTE_CHANGED":
            has_ended = not told.is_ours and read.dossier.ended_at is not None
            owned = {"is_ours": told.is_ours, "has_ended": has_ended}
            work.portal_ledger.note_owner(told.dossier_id, told.version, **owned)

    return apply
