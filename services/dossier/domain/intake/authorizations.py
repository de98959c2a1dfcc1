"""Acting for an owner: who, for whom, in which procedures, until when; used often, revoked at once."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from kernel.core.clock import VIETNAM
from services.dossier.domain.intake.errors import AuthorizationEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """One recorded authorisation; no procedures: for all. People are known by blind indexes."""

    id: UUID
    version: int = 1
    owner_index: bytes
    representative_index: bytes
    parties_sealed: str
    procedures: frozenset[str] = frozenset()
    valid_from: date
    valid_until: date
    attachment_id: UUID | None = None
    recorded_by: str
    agency: str = ""
    recorded_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""
    revoke_reason: str = ""

    def holds(self, *, owner: bytes, representative: bytes, procedure: str, day: date) -> bool:
        """Tell whether it lets this person act for this owner in this procedure on this day."""
        return (
            self.revoked_at is None
            and self.owner_index == owner
            and self.representative_index == representative
            and (not self.procedures or procedure in self.procedures)
            and self.valid_from <= day <= self.valid_until
        )

    def revoked(self, *, by: str, reason: str, at: datetime) -> "Authorization":
        """Return it as ended now; what was done under it before stays done."""
        if self.revoked_at is not None:
            raise AuthorizationEnded
        return replace(self, version=self.version + 1, revoked_at=at, revoked_by=by, revoke_reason=reason)

    def state_on(self, at: datetime) -> str:
        """Return how it stands: in force, not begun, over, or revoked."""
        day = at.astimezone(VIETNAM).date()
        if self.revoked_at is not None:
            return "REVOKED"
        if day < self.valid_from:
            return "NOT_BEGUN"
        return "IN_FORCE" if day <= self.valid_until else "EXPIRED"
