"""One submission over several dossiers is tracked by its one reference; its children are shown within it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from kernel.core.clock import VIETNAM
from kernel.core.event import ReceivedEvent
from kernel.service import Handler, handles
from services.gateway.domain.tracking import GROUP_HAPPENED, GROUP_STATES, masked_name, normal_code
from services.gateway.use_cases.ports import TrackingChange, Work


class _Named(BaseModel):
    code: str
    name: str


class _Member(BaseModel):
    procedure: _Named
    agency: _Named
    continuing_agency: _Named | None = None
    status: str
    dossier_id: UUID | None
    due_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class _Submission(BaseModel):
    interlinked_dossier_id: UUID
    reference: str
    group: _Named
    lead_agency: _Named
    continuing_agency: _Named | None = None
    state: str
    submitted_at: AwareDatetime
    due_at: AwareDatetime | None
    original_due_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    owner_masked: str
    secret_hash: str
    members: list[_Member]


class _Change(BaseModel):
    at: AwareDatetime
    previous_due_at: AwareDatetime | None = None
    opened: list[str] = []


class InterlinkedFields(BaseModel):
    """What public tracking reads of a submission's event."""

    interlinked_dossier: _Submission
    change: _Change


def change_of(data: InterlinkedFields, event_type: str, sequence: int) -> TrackingChange:
    """Return what the public may see after this event; why an officer decided is not even read."""
    told = data.interlinked_dossier
    received = {"code": told.lead_agency.code, "name": told.lead_agency.name}
    working = told.continuing_agency or told.lead_agency
    state_text = GROUP_STATES.get(told.state, "Đang giải quyết")
    shown: dict[str, Any] = {
        "code": told.reference,
        "portal_code": None,
        "owner": masked_name(told.owner_masked),
        "procedure": {"code": told.group.code, "name": told.group.name},
        "agency": {"code": working.code, "name": working.name},
        "receiving_agency": received,
        "state": told.state,
        "state_text": state_text,
        "step": None,
        "submitted_at": _text(told.submitted_at),
        "received_at": None,
        "due_at": _text(told.original_due_at),
        "reappointed_due_at": _text(told.due_at) if told.due_at != told.original_due_at else None,
        "ended_at": _text(told.ended_at),
        "members": [_member(one) for one in told.members],
    }
    text = _happened(event_type, data.change)
    return TrackingChange(
        dossier_id=told.interlinked_dossier_id,
        version=sequence,
        codes=(normal_code(told.reference),),
        secret_hash=told.secret_hash,
        shown=shown,
        entry={"at": _text(data.change.at), "text": text, "state": state_text} if text else None,
    )


def _member(one: _Member) -> dict[str, Any]:
    working = one.continuing_agency or one.agency
    return {
        "dossier_id": str(one.dossier_id) if one.dossier_id else None,
        "procedure": {"code": one.procedure.code, "name": one.procedure.name},
        "agency": {"code": working.code, "name": working.name},
        "status": one.status,
        "due_at": _text(one.due_at),
        "ended_at": _text(one.ended_at),
    }


def _happened(event_type: str, change: _Change) -> str:
    name = event_type.split(".")[1]
    if name == "advanced" and not change.opened:
        # A delay, a merger, a corrected name: nothing began, and the public is told nothing else of it.
        return ""
    is_moved = name == "appointed" and change.previous_due_at is not None
    return GROUP_HAPPENED["moved"] if is_moved else GROUP_HAPPENED.get(name, "")


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds") if moment else None


async def _on_changed(
    data: InterlinkedFields,
    *,
    event: ReceivedEvent,
    work: Work,
    now: datetime,  # noqa: ARG001 - the consumer's signature.
) -> None:
    work.tracking.apply(change_of(data, event.type, event.sequence))


class _Gone(BaseModel):
    interlinked_dossier_id: UUID


class DestroyedFields(BaseModel):
    """What is read when the last dossier of a submission was destroyed: which submission."""

    interlinked_dossier: _Gone


async def _on_destroyed(
    data: DestroyedFields,
    *,
    event: ReceivedEvent,  # noqa: ARG001 - the consumer's signature.
    work: Work,
    now: datetime,  # noqa: ARG001 - the consumer's signature.
) -> None:
    """Forget it: its reference is found no more."""
    work.tracking.forget(data.interlinked_dossier.interlinked_dossier_id)


_NAMES = (
    *("submitted", "advanced", "appointed", "decision_needed", "decided"),
    *("withdrawn", "ended", "reopened"),
)
HANDLERS: tuple[Handler, ...] = (
    *(handles(f"interlinked_dossier.{name}.v1", InterlinkedFields)(_on_changed) for name in _NAMES),
    handles("interlinked_dossier.destroyed.v1", DestroyedFields)(_on_destroyed),
)
