"""The one slip of a submission: form 01 that names the whole group, frozen at the moment it is issued."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.interlinked.child import Child, ChildStatus
from services.dossier.domain.interlinked.parent import Parent
from services.dossier.domain.papers import DELIVERY, head, local_text, one_stop_of, took_over


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
        "received_at": local_text(lead.accepted_at),
        **standing(parent),
        "delivery": DELIVERY[lead.result_delivery],
        "officer": officer,
        "look_up": look_up,
        "secret": secret,
    }


def standing(parent: Parent) -> dict[str, Any]:
    """Return what a slip says of the course: each member as it stands, and the one appointment.

    Since the lead agency has ended, who goes on for it issues the slip.
    """
    return {
        **_headed(parent),
        "members": [_member(child) for child in parent.children.values()],
        "due_at": local_text(parent.due_at),
    }


def _headed(parent: Parent) -> dict[str, str]:
    heir = parent.lead.heir
    if heir is None:
        return {}
    return {"agency": heir.name, "one_stop": one_stop_of(heir), **took_over(heir, parent.lead.agency)}


def owner_words(changed: Mapping[str, Any], *, has_representative: bool) -> dict[str, str]:
    """Return a slip's words of an owner put right; who speaks for somebody keeps their own name."""
    words = {name: str(changed[name] or "") for name in ("address", "phone", "email") if name in changed}
    if "full_name" in changed:
        words["owner"] = str(changed["full_name"])
        if not has_representative:
            words["submitter"] = words["owner"]
    return words


_MOVED = {
    "REAPPOINTED": "cơ quan giải quyết xin lỗi và hẹn lại",
    "PAUSED": "thời gian tạm dừng chờ bổ sung hoặc nghĩa vụ tài chính",
    "LATE": "cơ quan giải quyết chậm",
}


def why_moved(parent: Parent, appointed: Mapping[str, str | None]) -> str:
    """Say which day the appointment was and why it moved, as `appoint` told."""
    before = datetime.fromisoformat(str(appointed["previous_due_at"]))
    said = f"Thay ngày hẹn {local_text(before)}: {_MOVED[str(appointed['cause'])]}"
    child = parent.children.get(appointed["because_of"] or "")
    return f"{said} ({child.name})" if child else said


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
