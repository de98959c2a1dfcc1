"""A draft of a process or group: written, reviewed, approved by somebody else, in force on its day."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from services.catalog.domain.items import ItemKind
from services.catalog.domain.workflows.errors import (
    DraftNotOpen,
    EffectInPast,
    LaterApproved,
    MayNotApprove,
    MayNotEdit,
    OwnDraft,
)


class WorkflowDraftState(StrEnum):
    """Where a draft stands; APPROVED waits for its day."""

    DRAFT = "DRAFT"
    IN_REVIEW = "IN_REVIEW"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    DISCARDED = "DISCARDED"


OPEN = (WorkflowDraftState.DRAFT, WorkflowDraftState.IN_REVIEW, WorkflowDraftState.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The decision that approves: its number, when and by whom signed, from when it applies."""

    number: str
    signed_on: date
    signer: str
    effective_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft; `authors` are all who ever wrote in it, `base_version` what it was written over (0: new)."""

    id: UUID
    kind: ItemKind
    code: str
    base_version: int
    data: dict[str, Any]
    state: WorkflowDraftState = WorkflowDraftState.DRAFT
    authors: tuple[str, ...] = ()
    note: str = ""
    approval: Approval | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    published_version: int | None = None
    created_at: datetime
    changed_at: datetime
    version: int = 1
    history: tuple[dict[str, Any], ...] = field(default=())

    def edited(self, data: dict[str, Any], base_version: int, *, by: Caller, now: datetime) -> "Draft":
        """Return the draft with other content; what is in review is taken back by editing it."""
        self._in(WorkflowDraftState.DRAFT, WorkflowDraftState.IN_REVIEW)
        authors = tuple(dict.fromkeys((*self.authors, by.subject)))
        changed = replace(self, data=data, base_version=base_version, authors=authors)
        return _moved(changed, WorkflowDraftState.DRAFT, "EDITED", by, now)

    def submitted(self, *, by: Caller, now: datetime) -> "Draft":
        """Return the draft handed to review."""
        self._in(WorkflowDraftState.DRAFT)
        return _moved(self, WorkflowDraftState.IN_REVIEW, "SUBMITTED", by, now)

    def given_back(self, reason: str, *, by: Caller, now: datetime) -> "Draft":
        """Return the draft sent back to its authors with the reason."""
        self._in(WorkflowDraftState.IN_REVIEW)
        return _moved(self, WorkflowDraftState.DRAFT, "RETURNED", by, now, reason)

    def discarded(self, *, by: Caller, now: datetime) -> "Draft":
        """Return the draft given up; an approved one only before its day."""
        self._in(*OPEN)
        return _moved(self, WorkflowDraftState.DISCARDED, "DISCARDED", by, now)

    def approved(self, approval: Approval, latest: date | None, *, by: Caller, now: datetime) -> "Draft":
        """Return the draft approved; `latest` is the first day of the last version approved so far.

        Raises `OwnDraft`, `EffectInPast`, `LaterApproved`.
        """
        self._in(WorkflowDraftState.IN_REVIEW)
        if by.subject in self.authors:
            raise OwnDraft
        if approval.signed_on > now.date() or approval.effective_on < max(now.date(), approval.signed_on):
            raise EffectInPast
        if latest is not None and approval.effective_on < latest:
            raise LaterApproved
        changed = replace(self, approval=approval, approved_by=by.subject, approved_at=now)
        return _moved(changed, WorkflowDraftState.APPROVED, "APPROVED", by, now)

    def published(self, version: int, now: datetime) -> "Draft":
        """Return the draft in force as a version."""
        self._in(WorkflowDraftState.APPROVED)
        changed = replace(self, published_version=version)
        return _moved(changed, WorkflowDraftState.PUBLISHED, "PUBLISHED", None, now)

    def _in(self, *states: WorkflowDraftState) -> None:
        if self.state not in states:
            raise DraftNotOpen


def _moved(
    draft: Draft, state: WorkflowDraftState, what: str, by: Caller | None, now: datetime, note: str = ""
) -> Draft:
    entry = {"at": now.isoformat(), "by": by.subject if by else None, "what": what, "note": note}
    return replace(draft, state=state, note=note, changed_at=now, history=(*draft.history, entry))


def require_editor(caller: Caller) -> None:
    """Raise `MayNotEdit` for anybody but an editor of the catalogue."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role("CATALOG_EDITOR"):
        raise MayNotEdit


def require_approver(caller: Caller) -> None:
    """Raise `MayNotApprove` for anybody but an approver of the catalogue."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role("CATALOG_APPROVER"):
        raise MayNotApprove


def require_reader(caller: Caller) -> None:
    """Raise `MayNotEdit` for whoever neither drafts nor approves: drafts are not for others' eyes."""
    if caller.kind is not CallerKind.STAFF or not caller.has_role("CATALOG_EDITOR", "CATALOG_APPROVER"):
        raise MayNotEdit


def in_force(draft: Draft) -> dict[str, Any]:
    """Return the record that comes into force: the content under its decision."""
    if draft.approval is None:
        raise DraftNotOpen
    decision = {
        "number": draft.approval.number,
        "signed_on": draft.approval.signed_on.isoformat(),
        "signer": draft.approval.signer,
        "effective_on": draft.approval.effective_on.isoformat(),
    }
    return {**draft.data, "approved_by": decision}
