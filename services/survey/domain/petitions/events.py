"""What is published of petitions (contracts/events/petition.*): no words, the contact sealed."""

from datetime import datetime
from typing import Any

from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from services.survey.domain.petitions.petition import Petition


def petition_event(
    what: str, petition: Petition, *, contact: str | None, at: datetime, former: str | None = None
) -> Event:
    """Say what happened to a petition; `contact` is sealed for the purpose `contact`."""
    data: dict[str, Any] = {
        "petition_id": str(petition.id),
        "reference": petition.reference,
        "source": petition.source,
        "portal_id": petition.portal_id,
        "kind": petition.kind.value if petition.kind else None,
        "state": petition.stage.value,
        "agency": {"code": petition.office.code, "name": petition.office.name},
        "former_agency": former,
        "subject": petition.subject,
        "contact": contact,
        "due_at": petition.due_at.astimezone(VIETNAM).isoformat() if petition.due_at else None,
        "is_late": petition.is_late,
        "version": petition.version,
    }
    return Event(
        type=f"petition.{what}.v1",
        key=str(petition.id),
        sequence=petition.version,
        data=data,
        occurred_at=at,
    )
