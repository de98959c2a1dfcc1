"""Dossiers other systems work are tracked by those systems' codes, where they gave a secret."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from kernel.core.clock import VIETNAM
from kernel.core.event import ReceivedEvent
from kernel.service import handles
from services.gateway.domain.tracking import masked_name, normal_code, readable_state
from services.gateway.use_cases.ports import TrackingChange, Work

_STATUSES_A_MILLISECOND = 16


class _Named(BaseModel):
    code: str
    name: str


class _Status(BaseModel):
    status: int
    state: str
    at: AwareDatetime
    text: str


class MirrorFields(BaseModel):
    """What public tracking reads of a dossier worked elsewhere."""

    mirror_id: UUID
    source: str
    outside_code: str
    procedure: _Named
    agency: _Named
    owner_masked: str
    submitted_at: AwareDatetime
    accepted_at: AwareDatetime | None
    due_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    state: str
    statuses: list[_Status]
    secret_hash: str | None
    dossier_id: UUID | None


def change_of(data: MirrorFields, sequence: int) -> TrackingChange:
    """Return what the public may see; entries stand in the order of the source's own times."""
    agency = {"code": data.agency.code, "name": data.agency.name}
    shown = {
        "code": data.outside_code,
        "portal_code": None,
        "source": data.source,
        "owner": masked_name(data.owner_masked),
        "procedure": {"code": data.procedure.code, "name": data.procedure.name},
        "agency": agency,
        "receiving_agency": agency,
        "state": data.state,
        "state_text": readable_state(data.state),
        "step": None,
        "submitted_at": _text(data.submitted_at),
        "received_at": _text(data.accepted_at),
        "due_at": _text(data.due_at),
        "ended_at": _text(data.ended_at),
    }
    return TrackingChange(
        dossier_id=data.mirror_id,
        version=sequence,
        codes=(normal_code(data.outside_code),),
        secret_hash=data.secret_hash,
        shown=shown,
        entry=None,
        entries={
            str(int(one.at.timestamp() * 1000) * _STATUSES_A_MILLISECOND + one.status): {
                "at": _text(one.at),
                "text": one.text,
                "state": readable_state(one.state),
            }
            for one in data.statuses
        },
    )


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds") if moment else None


@handles("mirrored_dossier.recorded.v1", MirrorFields)
async def on_mirror_recorded(
    data: MirrorFields,
    *,
    event: ReceivedEvent,
    work: Work,
    now: datetime,  # noqa: ARG001 - the consumer's signature.
) -> None:
    """Move public tracking; one of ours that another system goes on with is tracked by our own code."""
    if data.dossier_id is None:
        work.tracking.apply(change_of(data, event.sequence))
