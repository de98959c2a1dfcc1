"""Lists of records to destroy: prepared by one, reviewed line by line, approved by another, carried out once.

Luật Lưu trữ 33/2024: records whose period is over are destroyed by decision of who is competent, after a
council looked at the list; a protocol (biên bản hủy) is kept. Nothing else destroys a dossier.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, Invalid, NotFound
from services.dossier.domain.archive.errors import (
    DestructionMoved,
    LinesUnreviewed,
)
from services.dossier.domain.archive.retention import Ending, Record, RecordState
from services.dossier.domain.intake.errors import SelfApproval

MOST_LINES = 1000
_REVIEWERS = ("CLERK", "SPECIALIST", "TEAM_LEAD", "SIGNER")


class ListState(StrEnum):
    """Where a list is."""

    PREPARED = "PREPARED"
    APPROVED = "APPROVED"
    DONE = "DONE"
    REJECTED = "REJECTED"


class Verdict(StrEnum):
    """What a reviewer says of a line."""

    PENDING = "PENDING"
    DESTROY = "DESTROY"
    KEEP = "KEEP"


class Outcome(StrEnum):
    """What became of a line."""

    OPEN = ""
    DESTROYED = "DESTROYED"
    KEPT = "KEPT"
    """The reviewers kept it."""
    HELD = "HELD"
    """A hold stood when its turn came, or a dossier that corrects its result was still kept."""
    NOT_DUE = "NOT_DUE"
    """Its period is not over, or its record moved, since the list was approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record on a list; no name of a person is on it."""

    list_id: UUID
    dossier_id: UUID
    code: str
    procedure_code: str
    procedure_name: str
    ended_on: date
    retention: str
    kept_through: date
    verdict: Verdict = Verdict.PENDING
    reviewed_by: str = ""
    reviewed_by_name: str = ""
    reviewed_at: datetime | None = None
    reason: str = ""
    outcome: Outcome = Outcome.OPEN
    done_at: datetime | None = None
    history_head: bytes | None = None
    """Where the dossier's chain ended before it was destroyed."""


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewer's word on one line."""

    dossier_id: UUID
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a list is approved by."""

    number: str
    decided_on: date
    council: Sequence[str]
    document_id: UUID


@dataclass(slots=True, kw_only=True)
class DestructionList:
    """A list of one agency."""

    id: UUID
    version: int
    agency: str
    agency_name: str
    number: int
    year: int
    state: ListState
    prepared_by: str
    prepared_by_name: str
    prepared_at: datetime
    reviewers: tuple[str, ...] = ()
    approved_by: str = ""
    approved_by_name: str = ""
    approved_at: datetime | None = None
    decision_number: str = ""
    decided_on: date | None = None
    council: tuple[str, ...] = ()
    document_id: UUID | None = None
    reason: str = ""
    protocol: dict[str, Any] | None = None
    done_at: datetime | None = None

    @property
    def written_number(self) -> str:
        """The number as it is written."""
        return f"{self.number:02d}/DMH-{self.year}"

    def _require(self, state: ListState) -> None:
        if self.state is not state:
            raise DestructionMoved(extra={"state": self.state.value})

    def review(
        self, lines: Mapping[UUID, Line], said: Sequence[Review], *, by: Caller, now: datetime
    ) -> list[Line]:
        """Return the lines a reviewer spoke about; who prepared the list reviews none of it."""
        self._require(ListState.PREPARED)
        if by.subject == self.prepared_by:
            raise SelfApproval
        unknown = [place for place, one in enumerate(said) if one.dossier_id not in lines]
        if unknown or len({one.dossier_id for one in said}) != len(said):
            path = f"lines.{unknown[0]}.dossier_id" if unknown else "lines"
            raise Invalid(fields=[(path, "Không có dòng này trong danh mục, hoặc nêu hai lần")])
        self.reviewers = tuple(dict.fromkeys((*self.reviewers, by.subject)))
        self.version += 1
        return [
            replace(
                lines[one.dossier_id],
                verdict=one.verdict,
                reason=one.reason,
                reviewed_by=by.subject,
                reviewed_by_name=by.name,
                reviewed_at=now,
            )
            for one in said
        ]

    def approve(self, lines: Sequence[Line], decision: Decision, *, by: Caller, now: datetime) -> None:
        """Let the list be carried out: by a signer who neither prepared nor reviewed it."""
        self._require(ListState.PREPARED)
        self._require_other(by)
        if decision.decided_on > now.date():
            raise Invalid(fields=[("decided_on", "Quyết định không thể ở ngày sau hôm nay")])
        pending = [one.code for one in lines if one.verdict is Verdict.PENDING]
        if pending:
            raise LinesUnreviewed(extra={"pending": len(pending)})
        self.state = ListState.APPROVED
        self.approved_by, self.approved_by_name, self.approved_at = by.subject, by.name, now
        self.decision_number, self.decided_on = decision.number, decision.decided_on
        self.council, self.document_id = tuple(decision.council), decision.document_id
        self.version += 1

    def reject(self, reason: str, *, by: Caller, now: datetime) -> None:
        """Give the list up: nothing of it is destroyed."""
        self._require(ListState.PREPARED)
        if by.subject == self.prepared_by:
            raise SelfApproval
        self.state, self.reason, self.done_at = ListState.REJECTED, reason, now
        self.approved_by, self.approved_by_name = by.subject, by.name
        self.version += 1

    def finish(self, lines: Sequence[Line], now: datetime) -> None:
        """Write the protocol when every line had its turn."""
        self._require(ListState.APPROVED)
        self.state, self.done_at = ListState.DONE, now
        self.protocol = protocol_of(self, lines)
        self.version += 1

    def _require_other(self, by: Caller) -> None:
        if by.subject == self.prepared_by or by.subject in self.reviewers:
            raise SelfApproval


def protocol_of(one: DestructionList, lines: Sequence[Line]) -> dict[str, Any]:
    """Return the protocol of what was destroyed: by whose decision, how many, what became of each line."""
    outcomes = {outcome: [line for line in lines if line.outcome is outcome] for outcome in Outcome}
    return {
        "list": one.written_number,
        "agency": {"code": one.agency, "name": one.agency_name},
        "decision": {
            "number": one.decision_number,
            "on": one.decided_on.isoformat() if one.decided_on else None,
            "council": list(one.council),
            "by": one.approved_by_name,
        },
        "done_at": one.done_at.isoformat() if one.done_at else None,
        "counts": {outcome.value: len(found) for outcome, found in outcomes.items() if outcome and found},
        "lines": [
            {
                "code": line.code,
                "outcome": line.outcome.value,
                "reason": line.reason,
                "history_head": line.history_head.hex() if line.history_head else None,
            }
            for line in lines
        ],
    }


def line_of(list_id: UUID, record: Record) -> Line:
    """Return the line of a record whose period is over."""
    if record.kept_through is None:
        raise ValueError("kept for ever")
    return Line(
        list_id=list_id,
        dossier_id=record.dossier_id,
        code=record.code,
        procedure_code=record.procedure_code,
        procedure_name=record.procedure_name,
        ended_on=record.ended_on,
        retention=record.retention,
        kept_through=record.kept_through,
    )


def outcome_of(line: Line, record: Record | None, today: date, *, handed_over: Collection[Ending]) -> Outcome:
    """Return what is to become of a line now: reviewed to go, its period over, nothing holding it.

    What is handed over is destroyed only after the archive acknowledged it; the rest where it lies.
    """
    if line.verdict is not Verdict.DESTROY:
        return Outcome.KEPT
    if record is None or record.kept_through is None or today <= record.kept_through:
        return Outcome.NOT_DUE
    is_settled = record.state is RecordState.ARCHIVED or (
        record.state is RecordState.KEPT and record.ending not in handed_over
    )
    if not is_settled:
        return Outcome.NOT_DUE
    return Outcome.HELD if record.holds else Outcome.DESTROYED


def require_reviewer(agency: str, by: Caller) -> None:
    """Raise unless the caller works at the agency and may judge what a record is still good for."""
    _require_role(agency, by, *_REVIEWERS)


def require_approver(agency: str, by: Caller) -> None:
    """Raise unless the caller signs for the agency."""
    _require_role(agency, by, "SIGNER")


def _require_role(agency: str, by: Caller, *roles: str) -> None:
    if by.kind is not CallerKind.STAFF:
        raise Forbidden
    if by.agency != agency:
        raise NotFound
    if not by.has_role(*roles):
        raise Forbidden
