"""What others hear of documents that came: whom it concerns, never what the document says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from services.gateway.domain.documents.envelope import Purpose
from services.gateway.domain.documents.ledger import Document

ARRIVED_EVENT = "exchanged_document.arrived.v1"
SUPERSEDED_EVENT = "exchanged_document.superseded.v1"


def arrived_event(
    document: Document, *, agency: str, is_answer: bool, people: Sequence[str], now: datetime
) -> Event:
    """Say that a document came for an agency of ours; `agency` works it, since its own may have ended."""
    data = {**_told(document, now), "agency": agency, "is_answer": is_answer, "people": list(people)}
    return _event(ARRIVED_EVENT, document, 1, data, now)


def superseded_event(old: Document, by: Document, *, people: Sequence[str], now: datetime) -> Event:
    """Say to those who used a document that it holds no more."""
    change = Purpose.REVOKE if by.purpose is Purpose.REVOKE else by.purpose
    data = {
        **_told(old, now),
        "purpose": change.name,
        "by": str(by.id),
        "by_number": by.number,
        "people": list(people),
    }
    return _event(SUPERSEDED_EVENT, old, old.version + 1, data, now)


def _told(document: Document, now: datetime) -> dict[str, Any]:
    return {
        "document": str(document.id),
        "agency": document.agency,
        "organ": document.organ,
        "organ_name": document.organ_name,
        "number": document.number,
        "promulgated_on": document.promulgated_on.isoformat(),
        "type_name": document.type_name,
        "purpose": document.purpose.name,
        "dossier_id": str(document.dossier_id) if document.dossier_id else None,
        "dossier_code": document.dossier_code,
        "at": now.astimezone(VIETNAM).isoformat(),
    }


def _event(kind: str, document: Document, sequence: int, data: dict[str, Any], now: datetime) -> Event:
    return Event(type=kind, key=str(document.id), sequence=sequence, data=data, occurred_at=now)
