"""One member of a submission: where it stands, what its history told last, what is asked about it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.dossier.domain.definitions import Agency


class ChildStatus(StrEnum):
    """Where a member stands."""

    WAITING = "WAITING"
    OPEN = "OPEN"
    OUTSIDE = "OUTSIDE"
    """Its turn has come, and another system works it."""
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    SKIPPED = "SKIPPED"
    """Never begun: what came before it ended without its result, or the submission was withdrawn."""


RUNNING = frozenset({ChildStatus.OPEN, ChildStatus.OUTSIDE})
WITHOUT_RESULT = frozenset({ChildStatus.REFUSED, ChildStatus.WITHDRAWN})


class QuestionKind(StrEnum):
    """Why an officer of the lead agency has to decide."""

    ENDED_WITHOUT_RESULT = "ENDED_WITHOUT_RESULT"
    LATE = "LATE"
    NOT_OPENED = "NOT_OPENED"
    """The child's turn came but its dossier could not be opened; `reason` says why."""


class Choice(StrEnum):
    """What an officer may decide."""

    GO_ON = "GO_ON"
    """Those after it begin without it; one that could not be opened is tried again."""
    WAIT = "WAIT"
    STOP = "STOP"
    """Those after it, and it if it was not opened, are never begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a child's own history said last."""

    version: int = 0
    state: str = ""
    dossier_code: str | None = None
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    original_due_at: datetime | None = None
    reappointed_due_at: datetime | None = None
    stopped_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    """GRANTED, REFUSED or WITHDRAWN once it ended."""

    @property
    def promised_at(self) -> datetime | None:
        """The due moment people were told last."""
        return self.reappointed_due_at or self.due_at


@dataclass(slots=True, kw_only=True)
class Child:
    """One member of this submission."""

    procedure: str
    name: str
    dossier_id: UUID
    agency: Agency
    heir: Agency | None = None
    """Who goes on for its agency since that ended."""
    route: str = "PROVINCE"
    status: ChildStatus = ChildStatus.WAITING
    is_passed: bool = False
    """Nobody waits for it any more."""
    late_for: datetime | None = None
    """The promise whose passing was looked at."""
    opened_at: datetime | None = None
    reason: str = ""
    skipped_for: dict[str, str] = field(default_factory=dict)
    """The members for whose end it was skipped, each with the reason; one that runs again takes its own back.

    Empty where it was skipped for good: by a decision about a delay, by who withdrew the whole.
    """
    source: str = ""
    outside_code: str = ""
    looked: int = 0
    told: Told = field(default_factory=Told)
    is_proven: bool = True
    """What it told is what its own dossier says; what was changed by hand is neither heard nor counted by."""

    @property
    def agency_now(self) -> Agency:
        """Who works it now."""
        return self.heir or self.agency

    @property
    def has_news(self) -> bool:
        """Tell whether its history went on since it was looked at."""
        return self.is_proven and self.told.version > self.looked

    def is_late(self, now: datetime) -> bool:
        """Tell whether it runs past what was promised; a clock that stands makes nobody late."""
        due = self.told.promised_at
        is_running = self.status in RUNNING and self.told.stopped_at is None
        return self.is_proven and is_running and due is not None and due < now


@dataclass(frozen=True, slots=True)
class Question:
    """What waits for an officer's decision."""

    procedure: str
    kind: QuestionKind
    asked_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an officer decided about a member, and why."""

    procedure: str
    kind: QuestionKind
    choice: Choice
    reason: str
    by: str
    by_name: str
    at: datetime
