"""The one slip of a submission: form 01 that names the whole group, frozen at the moment it is issued."""

from typing import Any

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.interlinked.child import Child, ChildStatus
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.papers import DELIVERY, head, local_text


def group_receipt(
    parent: Parent, lead: Dossier, *, parties: dict[str, Any], officer: str, look_up: str, secret: str
) -> dict[str, Any]:
    """Return form 01 of the whole: one reference, one appointment, what each member is and whose.

    Due moments are each child's own where it was accepted; the appointment is the submission's.
    """
    return {
        **head(lead, parties, lead.receiving_agency),
        "dossier_code": parent.reference,
        "procedure": parent.group.name,
        "submitter": (parties.get("representative") or parties["owner"])["full_name"],
        "members": [_member(child) for child in parent.children.values()],
        "received_at": local_text(lead.accepted_at),
        "due_at": local_text(parent.due_at),
        "delivery": DELIVERY[lead.result_delivery],
        "officer": officer,
        "look_up": look_up,
        "secret": secret,
    }


def number_of(parent: Parent) -> str:
    """Return the next slip's number: the reference, from the second on with its place."""
    place = len(parent.slips) + 1
    return parent.reference if place == 1 else f"{parent.reference}/{place:02d}"


def _member(child: Child) -> dict[str, str]:
    return {
        "procedure": f"{child.name} ({child.procedure})",
        "agency": child.agency_now.name,
        "code": child.told.dossier_code or _without_code(child),
        "due_at": local_text(child.told.promised_at),
    }


def _without_code(child: Child) -> str:
    if child.status is ChildStatus.SKIPPED:
        return "Không thực hiện"
    return "Hệ thống khác giải quyết" if child.route != "PROVINCE" else "Cấp khi đến lượt"
