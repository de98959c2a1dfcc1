"""A check of a one-stop unit: its findings, reminders with a last day, answers, a conclusion."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid
from services.dossier.domain.supervision.errors import FindingMoved, InspectionClosed


class FindingState(StrEnum):
    """Where a finding is."""

    RECORDED = "RECORDED"
    REMINDED = "REMINDED"
    ANSWERED = "ANSWERED"
    ACCEPTED = "ACCEPTED"


@dataclass(slots=True, kw_only=True)
class Inspection:
    """One check of one point."""

    id: UUID
    version: int
    point: str
    agency: str
    kind: str
    by: str
    by_name: str
    opened_at: datetime
    closed_at: datetime | None = None
    conclusion: str = ""

    def require_open(self) -> None:
        """Raise `InspectionClosed` when nothing more is found."""
        if self.closed_at is not None:
            raise InspectionClosed

    def note_finding(self) -> None:
        """Count a finding as a change of the check."""
        self.require_open()
        self.version += 1

    def close(self, conclusion: str, at: datetime) -> None:
        """Conclude."""
        self.require_open()
        self.closed_at, self.conclusion = at, conclusion
        self.version += 1


@dataclass(slots=True, kw_only=True)
class Finding:
    """What was found, with its evidence; `course` holds reminders, answers and judgements, oldest first."""

    id: UUID
    version: int
    inspection_id: UUID
    agency: str
    check: str
    severity: str
    text: str
    evidence: tuple[str, ...]
    state: FindingState
    found_at: datetime
    due_on: date | None = None
    course: tuple[dict[str, Any], ...] = ()

    def is_late(self, now: datetime) -> bool:
        """Tell whether a reminder waits for its answer past its last day."""
        today = now.astimezone(VIETNAM).date()
        return self.state is FindingState.REMINDED and self.due_on is not None and today > self.due_on

    def remind(self, text: str, due_on: date, *, by: str, at: datetime) -> None:
        """Ask the unit to put it right, by a day to come."""
        if self.state not in {FindingState.RECORDED, FindingState.REMINDED}:
            raise FindingMoved(extra={"state": self.state.value})
        if due_on < at.astimezone(VIETNAM).date():
            raise Invalid(fields=[("due_on", "Hạn trả lời đã qua")])
        self.state, self.due_on = FindingState.REMINDED, due_on
        self._note("REMINDER", text, by, at, due_on=due_on.isoformat())

    def answer(self, text: str, *, by: str, at: datetime) -> None:
        """Say what was done; late or not is kept."""
        if self.state is not FindingState.REMINDED:
            raise FindingMoved(extra={"state": self.state.value})
        is_late = self.is_late(at)
        self.state = FindingState.ANSWERED
        self._note("ANSWER", text, by, at, is_late=is_late)

    def judge(self, text: str, *, is_accepted: bool, due_on: date | None, by: str, at: datetime) -> None:
        """Accept the answer, or ask again by another day."""
        if self.state is not FindingState.ANSWERED:
            raise FindingMoved(extra={"state": self.state.value})
        if is_accepted:
            self.state, self.due_on = FindingState.ACCEPTED, None
            self._note("ACCEPTED", text, by, at)
            return
        if due_on is None or due_on < at.astimezone(VIETNAM).date():
            raise Invalid(fields=[("due_on", "Phải có hạn trả lời mới")])
        self.state, self.due_on = FindingState.REMINDED, due_on
        self._note("DECLINED", text, by, at, due_on=due_on.isoformat())

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is waited for: never reminded, or the answer accepted."""
        return self.state in {FindingState.RECORDED, FindingState.ACCEPTED}

    def _note(self, what: str, text: str, by: str, at: datetime, **more: Any) -> None:
        self.course = (*self.course, {"what": what, "text": text, "by": by, "at": at.isoformat(), **more})
        self.version += 1
