"""What was taken on paper while the network was down, entered afterwards and approved by another."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kernel.core.caller import Caller
from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from services.dossier.domain.intake.errors import EntryDecided, SelfApproval
from services.dossier.domain.intake.limits import limit


class EntryState(StrEnum):
    """Waiting for another person's word."""

    WAITING = "WAITING"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEntry:
    """One dossier as it stands on the paper of that day."""

    id: UUID
    version: int = 1
    agency: str
    unit: str
    entered_by: str
    entered_by_name: str
    entered_at: datetime
    received_at: datetime
    reason: str
    body_sealed: str
    state: EntryState = EntryState.WAITING
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""
    dossier_id: UUID | None = None

    def decided(self, *, by: Caller, at: datetime, note: str, dossier_id: UUID | None) -> "LateEntry":
        """Return the entry as decided; approved where a dossier came of it. Never by who entered it."""
        if by.subject == self.entered_by:
            raise SelfApproval
        if self.state is not EntryState.WAITING:
            raise EntryDecided(extra={"state": self.state.value})
        return replace(
            self,
            version=self.version + 1,
            state=EntryState.APPROVED if dossier_id else EntryState.DECLINED,
            decided_by=by.subject,
            decided_at=at,
            note=note,
            dossier_id=dossier_id,
        )


def require_past(received_at: datetime, now: datetime) -> None:
    """Raise `Invalid` for a moment without zone, to come, or longer ago than may be entered."""
    if received_at.tzinfo is None:
        raise Invalid(fields=[("received_at", "Thiếu múi giờ")])
    longest = timedelta(days=limit("late_entry_days", now.astimezone(VIETNAM).date()))
    if not now - longest <= received_at < now:
        raise Invalid(fields=[("received_at", "Phải ở quá khứ, trong thời hạn được nhập bù")])
