"""What is sent and answered about working calendars."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kernel.core.clock import VIETNAM
from services.catalog.domain.calendars.decisions import CalendarDecision, CalendarDecisionState, DecisionKind

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Hours = Annotated[str, StringConstraints(pattern=r"^[0-9:;\-]{9,60}$")]
Year = Annotated[int, Field(strict=True, ge=2000, le=2100)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DayBody(_Sent):
    """A day that changes: OFF, HALF with its sessions, WORK, or USUAL again."""

    day: dt.date
    status: Literal["OFF", "WORK", "HALF", "USUAL"]
    sessions: Hours | None = None
    swap_with: dt.date | None = None


class SeasonBody(_Sent):
    """Days with office hours of their own."""

    valid_from: dt.date
    valid_to: dt.date
    office_hours: Hours
    name: Short | None = None


class _Decided(_Sent):
    codes: Annotated[list[Code], Field(min_length=1, max_length=100)]
    days: Annotated[list[DayBody], Field(max_length=366)] = []
    seasons: Annotated[list[SeasonBody], Field(max_length=12)] = []
    record: dict[str, Any] | None = None
    reason: Reason
    past_reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)] = ""

    def content(self) -> dict[str, Any]:
        """Return what changes, as the decision keeps it."""
        if self.record is not None:
            return {"record": self.record}
        days = [one.model_dump(mode="json", exclude_none=True) for one in self.days]
        return {"days": days, "seasons": [one.model_dump(mode="json") for one in self.seasons]}


class CalendarDecisionBody(_Decided):
    """A draft: `record` for a YEAR, `seasons` for HOURS, `days` for the others."""

    kind: DecisionKind
    year: Year


class CalendarDraftBody(_Decided):
    """Other content of a draft."""


class ProposalBody(_Sent):
    """Which year of which calendar to forecast."""

    code: Code
    year: Year


class SignatureBody(_Sent):
    """The decision that approves."""

    number: Short
    signed_on: dt.date
    signer: Short


class CalendarDecisionAnswer(BaseModel):
    """A decision as it stands."""

    id: UUID
    kind: DecisionKind
    codes: list[str]
    year: int
    content: dict[str, Any]
    reason: str
    past_reason: str
    state: CalendarDecisionState
    authors: list[str]
    number: str | None
    signed_on: dt.date | None
    signer: str | None
    approved_by: str | None
    approved_at: dt.datetime | None
    history: list[dict[str, Any]]
    created_at: dt.datetime
    changed_at: dt.datetime
    version: int

    @classmethod
    def of(cls, one: CalendarDecision) -> "CalendarDecisionAnswer":
        """Return a decision as it is answered."""
        signed = one.signature
        return cls(
            id=one.id,
            kind=one.kind,
            codes=list(one.codes),
            year=one.year,
            content=dict(one.content),
            reason=one.reason,
            past_reason=one.past_reason,
            state=one.state,
            authors=list(one.authors),
            number=signed.number if signed else None,
            signed_on=signed.signed_on if signed else None,
            signer=signed.signer if signed else None,
            approved_by=one.approved_by,
            approved_at=one.approved_at.astimezone(VIETNAM) if one.approved_at else None,
            history=[dict(entry) for entry in one.history],
            created_at=one.created_at.astimezone(VIETNAM),
            changed_at=one.changed_at.astimezone(VIETNAM),
            version=one.version,
        )


class CalendarDifference(BaseModel):
    """A day, season or member that is not the same."""

    field: str
    old: Any = None
    new: Any = None


class TooTight(BaseModel):
    """A procedure whose process takes longer than the hours of the year leave for it."""

    code: str
    name: str
    process: str
    critical_hours: float
    hours_left: float


class CalendarPreview(BaseModel):
    """What a decision does to one calendar."""

    code: str
    year: int
    differences: list[CalendarDifference]
    working_days_before: list[int] | None
    working_days_after: list[int]
    too_tight: list[TooTight]


class CalendarPreviews(BaseModel):
    """What a decision does to every calendar it is about."""

    items: list[CalendarPreview]


class CalendarVersion(BaseModel):
    """One version of a year and the decision that made it; without one it came from the shipped file."""

    version: int
    created_at: dt.datetime
    status_of_source: str | None
    source: str | None
    decision: dict[str, Any] | None


class CalendarVersions(BaseModel):
    """Every version of a year, newest first."""

    items: list[CalendarVersion]

    @classmethod
    def of(cls, rows: list[Mapping[str, Any]]) -> "CalendarVersions":
        """Return versions as they are answered."""
        return cls(
            items=[
                CalendarVersion(**{**row, "created_at": row["created_at"].astimezone(VIETNAM)})
                for row in rows
            ]
        )


class CalendarDifferences(BaseModel):
    """What changed between two versions of a year."""

    old_version: int
    new_version: int
    items: list[CalendarDifference]


class CalendarWarning(BaseModel):
    """A year that is missing, or only a forecast."""

    code: str
    year: int
    state: Literal["MISSING", "PROPOSED"]
    agencies: int
    since: dt.date


class CalendarWarnings(BaseModel):
    """Every calendar somebody has to see to."""

    items: list[CalendarWarning]


class ReminderAnswer(BaseModel):
    """What editors were told."""

    key: str
    kind: str
    about: str
    title: str
    text: str
    due_on: dt.date | None
    raised_at: dt.datetime


class ReminderList(BaseModel):
    """What editors were told, newest first."""

    items: list[ReminderAnswer]


class WorkingHours(BaseModel):
    """Whether an agency works on a day, and at which hours."""

    agency: str
    day: dt.date
    is_worked: bool
    sessions: list[str]
    season: str | None
    reason: str | None
    source: str | None
    calendar: str
    calendar_version: int
