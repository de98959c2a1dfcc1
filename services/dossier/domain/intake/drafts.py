"""A draft: what a person has not handed in yet; handed in once, or gone after its time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM
from services.dossier.domain.intake.errors import DraftClosed, DraftOtherKind
from services.dossier.domain.intake.limits import limit


class DraftState(StrEnum):
    """Open until one of three ends."""

    OPEN = "OPEN"
    SUBMITTED = "SUBMITTED"
    DISCARDED = "DISCARDED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionDraft:
    """One draft; its content is whatever was filled in so far."""

    id: UUID
    version: int = 1
    subject: str
    procedure_code: str
    """Of a whole group's, its lead procedure."""
    group_code: str = ""
    """The interlinked group it is for; empty for one procedure's own."""
    content: Mapping[str, Any]
    state: DraftState = DraftState.OPEN
    created_at: datetime
    changed_at: datetime
    expires_at: datetime
    noticed_at: datetime | None = None
    dossier_id: UUID | None = None
    """What it became: a dossier, or a whole submission."""

    def changed(self, content: Mapping[str, Any], at: datetime) -> "SubmissionDraft":
        """Return the draft with new content and its whole time again."""
        return replace(
            self._next(),
            content=content,
            changed_at=at,
            expires_at=expiry(at),
            noticed_at=None,
        )

    def submitted(self, dossier_id: UUID, at: datetime) -> "SubmissionDraft":
        """Return the draft as handed in: its content is the dossier's from here on."""
        return replace(
            self._next(), state=DraftState.SUBMITTED, content={}, changed_at=at, dossier_id=dossier_id
        )

    def discarded(self, at: datetime) -> "SubmissionDraft":
        """Return the draft as thrown away; nothing of it is kept."""
        return replace(self._next(), state=DraftState.DISCARDED, content={}, changed_at=at)

    def require_of(self, *, is_group: bool) -> None:
        """Raise `DraftOtherKind` where a group's is handed in as one dossier, or the other way round."""
        if bool(self.group_code) != is_group:
            raise DraftOtherKind(extra={"group_code": self.group_code or None})

    def _next(self) -> "SubmissionDraft":
        if self.state is not DraftState.OPEN:
            raise DraftClosed(extra={"state": self.state.value})
        return replace(self, version=self.version + 1)


def expiry(at: datetime) -> datetime:
    """Return when a draft last touched at a moment is forgotten: midnight after its last day in Viet Nam."""
    local = at.astimezone(VIETNAM)
    last = local + timedelta(days=limit("draft_days", local.date()) + 1)
    return last.replace(hour=0, minute=0, second=0, microsecond=0)
