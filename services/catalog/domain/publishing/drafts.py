"""A draft of one part of a procedure: written by an editor, approved by another person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from services.catalog.domain.items import Source
from services.catalog.domain.publishing.errors import DraftInWrongState, MayNotApprove, MayNotEdit, OwnDraft


class ProcedureDraftState(StrEnum):
    """Where a draft is."""

    DRAFT = "DRAFT"
    IN_REVIEW = "IN_REVIEW"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


OPEN_STATES = (ProcedureDraftState.DRAFT, ProcedureDraftState.IN_REVIEW, ProcedureDraftState.APPROVED)


def require_editor(caller: Caller) -> None:
    """Let editors pass."""
    if not caller.has_role("CATALOG_EDITOR"):
        raise MayNotEdit


def require_approver(caller: Caller) -> None:
    """Let approvers pass."""
    if not caller.has_role("CATALOG_APPROVER"):
        raise MayNotApprove


def require_reader(caller: Caller) -> None:
    """Let those who work on the catalogue read what is not public."""
    if not caller.has_role("CATALOG_EDITOR", "CATALOG_APPROVER", "SUPERVISOR"):
        raise MayNotEdit


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One part of one procedure as somebody wants it; `base` is the part version it was made from (0: none).

    `authors` are all who ever wrote in it: none of them approves it.
    """

    id: UUID
    code: str
    agency: str
    part: Source
    base: int
    data: Mapping[str, Any]
    state: ProcedureDraftState = ProcedureDraftState.DRAFT
    authors: Sequence[str]
    approved_by: str | None = None
    decision_id: UUID | None = None
    version: int = 1
    changed_at: datetime
    history: Sequence[Mapping[str, Any]] = ()

    def _in(self, *states: ProcedureDraftState) -> None:
        if self.state not in states:
            raise DraftInWrongState(extra={"state": self.state.value})

    def _moved(self, what: str, by: Caller, now: datetime, note: str = "", **changes: Any) -> "Draft":
        step = {"at": now.isoformat(), "by": by.subject, "name": by.name, "what": what, "note": note}
        return replace(
            self, version=self.version + 1, changed_at=now, history=(*self.history, step), **changes
        )

    def edited(self, data: Mapping[str, Any], base: int, *, by: Caller, now: datetime) -> "Draft":
        """Hold other content; whoever writes is an author from then on."""
        require_editor(by)
        self._in(ProcedureDraftState.DRAFT)
        authors = tuple(dict.fromkeys((*self.authors, by.subject)))
        return self._moved("EDITED", by, now, data=data, base=base, authors=authors)

    def handed_over(self, *, by: Caller, now: datetime) -> "Draft":
        """Wait for review."""
        require_editor(by)
        self._in(ProcedureDraftState.DRAFT)
        return self._moved("HANDED_OVER", by, now, state=ProcedureDraftState.IN_REVIEW)

    def returned(self, reason: str, *, by: Caller, now: datetime) -> "Draft":
        """Go back to the editor, with the reason; also from APPROVED while no decision has published it."""
        require_approver(by)
        self._in(ProcedureDraftState.IN_REVIEW, ProcedureDraftState.APPROVED)
        return self._moved(
            "RETURNED", by, now, reason, state=ProcedureDraftState.DRAFT, approved_by=None, decision_id=None
        )

    def approved(self, *, by: Caller, now: datetime) -> "Draft":
        """Be ready for a decision; approved by nobody who wrote in it."""
        require_approver(by)
        self._in(ProcedureDraftState.IN_REVIEW)
        if by.subject in self.authors:
            raise OwnDraft
        return self._moved("APPROVED", by, now, state=ProcedureDraftState.APPROVED, approved_by=by.subject)

    def withdrawn(self, reason: str, *, by: Caller, now: datetime) -> "Draft":
        """End without being published."""
        require_editor(by)
        self._in(*OPEN_STATES)
        return self._moved(
            "WITHDRAWN", by, now, reason, state=ProcedureDraftState.WITHDRAWN, decision_id=None
        )

    def put_into(self, decision: UUID | None) -> "Draft":
        """Be an item of a decision, or no longer."""
        return replace(self, decision_id=decision, version=self.version + 1)
