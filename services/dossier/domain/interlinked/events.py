"""What an interlinked submission publishes: one state shape for every change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel.core.caller import Caller, CallerKind
from services.dossier.domain.codes import masked_name
from services.dossier.domain.definitions import Agency
from services.dossier.domain.events import moment
from services.dossier.domain.interlinked.child import Child, ChildStatus
from services.dossier.domain.interlinked.parent import Parent


def parent_event(
    parent: Parent, *, by: Caller | None, at: datetime, details: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the event's data; no identity number, file or form value is in it."""
    return {
        "interlinked_dossier": parent_state(parent),
        "change": {"at": moment(at), "actor": _actor(by), **details},
    }


def parent_state(parent: Parent) -> dict[str, Any]:
    """Return the shared state shape."""
    return {
        "interlinked_dossier_id": str(parent.id),
        "reference": parent.reference,
        "group": {"code": parent.group.code, "name": parent.group.name, "version": parent.group.version},
        "lead_agency": agency_data(parent.lead_agency),
        "continuing_agency": agency_data(parent.heir) if parent.heir else None,
        "origin": parent.origin,
        "channel": parent.channel,
        "state": parent.state.value,
        "outcome": parent.outcome.value or None,
        "is_withdrawn": parent.is_withdrawn,
        "submitted_at": moment(parent.submitted_at),
        "expected_at": moment(parent.expected_at),
        "due_at": moment(parent.due_at),
        "original_due_at": moment(parent.original_due_at),
        "ended_at": moment(parent.ended_at),
        "owner_masked": masked_name(parent.owner_name),
        "owner_subject": parent.owner_subject,
        "submitter_subject": parent.submitter_subject,
        "secret_hash": parent.secret_hash,
        "contact": parent.contact_sealed,
        "members": [member_data(parent, child) for child in parent.children.values()],
        "questions": [
            {"procedure": item.procedure, "kind": item.kind.value, "asked_at": moment(item.asked_at)}
            for item in parent.questions
        ],
        "version": parent.version,
    }


def member_data(parent: Parent, child: Child) -> dict[str, Any]:
    """Return a member as those who see all of them may know it."""
    begun = child.opened_at is not None and child.route == "PROVINCE"
    return {
        "procedure": {"code": child.procedure, "name": child.name},
        "after": list(parent.group.after[child.procedure]),
        "agency": agency_data(child.agency),
        "continuing_agency": agency_data(child.heir) if child.heir else None,
        "route": child.route,
        "status": child.status.value,
        "dossier_id": str(child.dossier_id) if begun else None,
        "dossier_code": child.told.dossier_code,
        "state": child.told.state or None,
        "opened_at": moment(child.opened_at),
        "due_at": moment(child.told.promised_at),
        "ended_at": moment(child.told.ended_at),
        "is_lead": child.procedure == parent.group.lead_procedure,
        "reason": child.reason if child.status is ChildStatus.SKIPPED else "",
    }


def agency_data(agency: Agency) -> dict[str, str]:
    """Return an agency as events name it."""
    return {"code": agency.code, "name": agency.name}


def _actor(by: Caller | None) -> dict[str, str]:
    if by is None:
        return {"kind": "system", "name": ""}
    if by.kind is CallerKind.STAFF:
        return {"kind": "staff", "name": by.name, "unit": by.unit, "agency": by.agency}
    if by.kind is CallerKind.PERSON:
        return {"kind": "person", "name": masked_name(by.name) if by.name else ""}
    return {"kind": "service", "name": by.subject}
