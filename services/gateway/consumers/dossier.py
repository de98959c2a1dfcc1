"""Every event of a dossier moves public tracking; notes, contacts and actors are not even read."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from kernel.core.clock import VIETNAM
from kernel.core.event import ReceivedEvent
from kernel.service import Handler, handles
from services.gateway.domain.tracking import (
    ENDED_ELSEWHERE,
    HAPPENED,
    INSIDE_THE_OFFICE,
    RETURNED_ELSEWHERE,
    masked_name,
    normal_code,
    readable_state,
    what_happened,
)
from services.gateway.use_cases.ports import TrackingChange, Work

_ENDED_ELSEWHERE = "dossier.ended_elsewhere.v1"


class _Named(BaseModel):
    code: str
    name: str


class _GoesOn(_Named):
    units: tuple[str, ...] = ()


class _Step(BaseModel):
    name: str
    unit: str | None = None
    agency: str


class _Corrected(BaseModel):
    dossier_code: str


class _CorrectedBy(BaseModel):
    reference: str


class _Dossier(BaseModel):
    dossier_id: UUID
    reference: str
    dossier_code: str | None
    portal_code: str | None
    procedure: _Named
    competent_agency: _Named
    receiving_agency: _Named
    state: str
    submitted_at: AwareDatetime
    accepted_at: AwareDatetime | None
    due_at: AwareDatetime | None
    reappointed_due_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None
    step: _Step | None
    route: str = "PROVINCE"
    owner_masked: str
    secret_hash: str | None
    version: int
    corrects: _Corrected | None = None
    corrected_by: _CorrectedBy | None = None
    going_on: dict[str, _GoesOn] = {}

    def now(self, agency: _Named) -> dict[str, str]:
        """Return who stands for an agency now: itself, or who goes on for it since it ended."""
        heir = self.going_on.get(agency.code, agency)
        return {"code": heir.code, "name": heir.name}

    @property
    def shown_step(self) -> dict[str, str] | None:
        """The present step, at the office that does it now and at its unit where it has that one."""
        step = self.step
        if step is None:
            return None
        heir = self.going_on.get(step.agency)
        unit = step.unit or ""
        if heir is None:
            return {"name": step.name, "unit": unit, "agency": step.agency}
        return {"name": step.name, "unit": unit if unit in heir.units else "", "agency": heir.code}


class _Outside(BaseModel):
    source: str
    outside_code: str
    outcome: str
    last_at: AwareDatetime


class _Change(BaseModel):
    at: AwareDatetime
    outside: _Outside | None = None


class DossierFields(BaseModel):
    """What public tracking reads of a dossier's event."""

    dossier: _Dossier
    change: _Change


def change_of(data: DossierFields, event_type: str, sequence: int) -> TrackingChange:
    """Return what the public may see after this event."""
    dossier = data.dossier
    codes = (dossier.reference, dossier.dossier_code, dossier.portal_code)
    shown = {
        "code": dossier.dossier_code or dossier.reference,
        "portal_code": dossier.portal_code,
        "owner": masked_name(dossier.owner_masked),
        "procedure": {"code": dossier.procedure.code, "name": dossier.procedure.name},
        "agency": dossier.now(dossier.competent_agency),
        "receiving_agency": dossier.now(dossier.receiving_agency),
        "state": dossier.state,
        "state_text": readable_state(dossier.state, dossier.route),
        "step": dossier.shown_step,
        "submitted_at": _text(dossier.submitted_at),
        "received_at": _text(dossier.accepted_at),
        "due_at": _text(dossier.due_at),
        "reappointed_due_at": _text(dossier.reappointed_due_at),
        "ended_at": _text(dossier.ended_at),
        "corrects": dossier.corrects.dossier_code if dossier.corrects else None,
        "corrected_by": dossier.corrected_by.reference if dossier.corrected_by else None,
    }
    text = (
        _said_by(data.change.outside, dossier.state)
        if event_type == _ENDED_ELSEWHERE
        else what_happened(event_type)
    )
    at = (
        data.change.outside.last_at
        if event_type == _ENDED_ELSEWHERE and data.change.outside
        else data.change.at
    )
    told = {"at": _text(at), "text": text, "state": readable_state(dossier.state, dossier.route)}
    return TrackingChange(
        dossier_id=dossier.dossier_id,
        version=sequence,
        codes=tuple(normal_code(code) for code in codes if code),
        secret_hash=dossier.secret_hash,
        shown=shown,
        entry=told if text else None,
    )


def _said_by(outside: _Outside | None, state: str) -> str | None:
    """Return how another system ended it, and under which code it is found there."""
    if outside is None:
        return None
    ended = RETURNED_ELSEWHERE if state == "RETURNED" else ENDED_ELSEWHERE[outside.outcome]
    return f"{ended} ({outside.source}, mã {outside.outside_code})"


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds") if moment else None


async def _on_dossier_changed(
    data: DossierFields,
    *,
    event: ReceivedEvent,
    work: Work,
    now: datetime,  # noqa: ARG001 - the consumer's signature.
) -> None:
    work.tracking.apply(change_of(data, event.type, event.sequence))


class _Gone(BaseModel):
    dossier_id: UUID


class DestroyedFields(BaseModel):
    """What is read when a list destroyed a dossier: which one."""

    dossier: _Gone


async def _on_dossier_destroyed(
    data: DestroyedFields,
    *,
    event: ReceivedEvent,  # noqa: ARG001 - the consumer's signature.
    work: Work,
    now: datetime,  # noqa: ARG001 - the consumer's signature.
) -> None:
    """Forget it: no code of it is found any more, no file of it has an address."""
    work.tracking.forget(data.dossier.dossier_id)


HANDLERS: tuple[Handler, ...] = (
    *(
        handles(f"dossier.{name}.v1", DossierFields)(_on_dossier_changed)
        for name in (*HAPPENED, *sorted(INSIDE_THE_OFFICE))
    ),
    handles("dossier.destroyed.v1", DestroyedFields)(_on_dossier_destroyed),
)
