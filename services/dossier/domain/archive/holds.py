"""Holds: while one stands, nothing of the dossier is destroyed (complaint, inspection, lawsuit)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound
from services.dossier.domain.archive.errors import HoldEnded


class HoldKind(StrEnum):
    """What a record is held for."""

    COMPLAINT = "COMPLAINT"
    INSPECTION = "INSPECTION"
    LAWSUIT = "LAWSUIT"
    OTHER = "OTHER"


@dataclass(slots=True, kw_only=True)
class Hold:
    """One hold on one dossier."""

    id: UUID
    version: int
    dossier_id: UUID
    agency: str
    kind: HoldKind
    reason: str
    legal_basis: str
    placed_by: str
    placed_by_name: str
    placed_at: datetime
    released_by: str = ""
    released_at: datetime | None = None
    release_reason: str = ""

    def release(self, reason: str, *, by: Caller, now: datetime) -> None:
        """End the hold, with the reason."""
        if self.released_at is not None:
            raise HoldEnded
        self.released_by, self.released_at, self.release_reason = by.subject, now, reason
        self.version += 1


def require_holder(agency: str, by: Caller, *, is_supervised: bool) -> None:
    """Raise unless it is a clerk or signer of the agency, or who supervises it."""
    if by.kind is not CallerKind.STAFF:
        raise Forbidden
    if is_supervised:
        return
    if by.agency != agency:
        raise NotFound
    if not by.has_role("CLERK", "SIGNER"):
        raise Forbidden
