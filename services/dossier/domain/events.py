"""What a dossier publishes: one state shape for every change (contracts/events/dossier.*)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from services.dossier.domain.codes import masked_name
from services.dossier.domain.correcting import corrects_of
from services.dossier.domain.course import CONFIRMING, Cause, Confirming
from services.dossier.domain.definitions import Agency
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.states import State


@dataclass(frozen=True, slots=True)
class Change:
    """What happened, to become history and event: `name` as in `dossier.<name>.v1`."""

    name: str
    from_state: State | None
    note: str = ""
    papers: Sequence[tuple[str, UUID]] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The event's type."""
        return f"dossier.{self.name}.v1"


def moment(at: datetime | None) -> str | None:
    """Return an instant as it leaves this service: RFC 3339 at +07:00."""
    return None if at is None else at.astimezone(VIETNAM).isoformat()


def event_data(dossier: Dossier, change: Change, *, by: Caller | None, at: datetime) -> dict[str, Any]:
    """Return the event's data; no identity number, file or form value is in it."""
    return {
        "dossier": state_of(dossier),
        "change": {
            "at": moment(at),
            "actor": _actor(by) | _in_place_of(dossier),
            "from_state": change.from_state.value if change.from_state else None,
            "note": change.note,
            "papers": [{"kind": kind, "paper_id": str(paper_id)} for kind, paper_id in change.papers],
            **change.details,
        },
    }


def state_of(dossier: Dossier) -> dict[str, Any]:
    """Return the shared state shape."""
    return {
        "dossier_id": str(dossier.id),
        "reference": dossier.reference,
        "dossier_code": dossier.dossier_code,
        "portal_code": dossier.portal_code,
        "origin": dossier.origin,
        "channel": dossier.channel,
        "procedure": {
            "code": dossier.procedure_code,
            "name": dossier.procedure_name,
            "sector": dossier.sector,
        },
        "procedure_version": dossier.procedure_version,
        "helping_agency": _agency(dossier.helping_agency),
        "receiving_agency": _agency(dossier.receiving_agency),
        "competent_agency": _agency(dossier.competent_agency),
        "continuing_agency": continuing_of(dossier),
        "state": dossier.state.value,
        "portal_status": dossier.portal_status,
        "submitted_at": moment(dossier.submitted_at),
        "accepted_at": moment(dossier.accepted_at),
        "due_at": moment(dossier.due_at),
        "original_due_at": moment(dossier.original_due_at),
        "reappointed_due_at": moment(dossier.reappointed_due_at),
        "reply_due_at": moment(dossier.reply_due_at),
        "ended_at": moment(dossier.ended_at),
        "route": dossier.route,
        "clock": dossier.clock.value,
        "stopped_at": moment(dossier.stopped_at),
        "step": _told_step(dossier),
        "owner_masked": masked_name(dossier.owner_name),
        "owner_subject": dossier.owner_subject,
        "submitter_subject": dossier.submitter_subject,
        "secret_hash": dossier.secret_hash,
        "contact": dossier.contact_sealed,
        "result_delivery": dossier.result_delivery,
        **_interlinked(dossier),
        **_linked(dossier),
        **({"going_on": going_on} if (going_on := going_on_of(dossier)) else {}),
        "version": dossier.version,
    }


def going_on_of(dossier: Dossier) -> dict[str, dict[str, Any]]:
    """Return who goes on for each agency that has ended, through every merger; nothing where none has."""
    heirs = {heir.code: heir for heir in dossier.continuing.values()}
    told = {ended: heirs[dossier.now_at(ended)] for ended in sorted(dossier.continuing)}
    return {
        ended: {"code": heir.code, "name": heir.name, "units": list(heir.units)}
        for ended, heir in told.items()
    }


def _interlinked(dossier: Dossier) -> dict[str, Any]:
    """Return which submission over several dossiers it is part of; nothing for a dossier of its own."""
    link = dossier.brought.get("interlinked")
    if not link:
        return {}
    told = ("parent_id", "reference", "group", "is_lead")
    return {"interlinked": {name: link[name] for name in told}}


def _linked(dossier: Dossier) -> dict[str, Any]:
    """Return the dossier whose result it corrects, and who corrects its own; often nothing."""
    corrects = corrects_of(dossier.brought)
    told: dict[str, Any] = {"corrects": corrects.told} if corrects else {}
    if dossier.corrections:
        last = dossier.corrections[-1]
        told["corrected_by"] = {"dossier_id": str(last.dossier_id), "reference": last.reference}
    return told


def cause_data(cause: Cause) -> dict[str, str]:
    """Return a cause as events tell it: why, and whose time it is."""
    return {"code": cause.code, "belongs_to": cause.belongs_to}


def confirming_data(waited: Confirming) -> dict[str, Any]:
    """Return how long the office took over an answer, as events tell it."""
    return {
        "answered_at": moment(waited.answered_at),
        "minutes": waited.minutes,
        "is_late": waited.is_late,
        "cause": cause_data(CONFIRMING),
    }


def continuing_of(dossier: Dossier) -> dict[str, str] | None:
    """Return who goes on with the dossier for an agency that ended."""
    heir = dossier.continuing_agency
    return None if heir is None else {"code": heir.code, "name": heir.name}


BY_DOCUMENT = "DOCUMENT"
"""The way of an outside step that the gateway asks for on the document axis."""


def step_of(dossier: Dossier) -> dict[str, Any] | None:
    """Return the current step as others may know it."""
    step = dossier.step
    if step is None:
        return None
    return {
        "code": step.code,
        "name": step.name,
        "kind": step.kind,
        "role": step.role or None,
        "unit": step.unit or None,
        "agency": step.agency,
        "due_at": moment(step.due_at),
    }


def _told_step(dossier: Dossier) -> dict[str, Any] | None:
    """Return the step as other services hear of it: an outside one also says what is to be asked for it."""
    told, step = step_of(dossier), dossier.step
    if told is None or step is None or step.request_id is None or step.way != BY_DOCUMENT:
        return told
    asks = {"request_id": str(step.request_id), "system": step.system, "tells": list(step.tells)}
    return {**told, "asks": asks}


def _agency(agency: Agency) -> dict[str, str]:
    return {"code": agency.code, "name": agency.name}


def _in_place_of(dossier: Dossier) -> dict[str, str]:
    mandate = dossier.acting
    if mandate is None:
        return {}
    return {"on_behalf_of": mandate.on_behalf_of, "decision": mandate.decision}


def _actor(by: Caller | None) -> dict[str, str]:
    if by is None:
        return {"kind": "system", "name": ""}
    if by.kind is CallerKind.PERSON:
        return {"kind": "person", "name": masked_name(by.name) if by.name else ""}
    if by.kind is CallerKind.SERVICE:
        return {"kind": "service", "name": by.subject}
    role = " ".join(sorted(by.roles))
    return {"kind": "staff", "name": by.name, "role": role, "unit": by.unit, "agency": by.agency}
