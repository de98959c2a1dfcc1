"""What supervision is asked and answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StringConstraints

from services.dossier.api.moments import Day
from services.dossier.api.schemas.requests import Strict

Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=2000)]


Evidence = Annotated[
    list[Annotated[str, StringConstraints(strict=True, min_length=1, max_length=120)]], Field(max_length=50)
]


class InspectionIn(Strict):
    """Which point is checked, announced or not."""

    point: Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}$")]
    kind: Literal["PLANNED", "UNANNOUNCED"]


class FindingIn(Strict):
    """What was found; evidence names dossiers, papers or files."""

    check: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z_]{1,40}$")]
    severity: Literal["NOTE", "MINOR", "SERIOUS"]
    text: Text
    evidence: Evidence = Field(default_factory=list)


class ReminderIn(Strict):
    """What is to be put right, by which day."""

    text: Text
    due_on: Day


class FindingAnswerIn(Strict):
    """What was done."""

    text: Text


class JudgementIn(Strict):
    """Whether the answer does; with a new last day where it does not."""

    is_accepted: StrictBool
    text: Text
    due_on: Day | None = None


class ConclusionIn(Strict):
    """How a check ended."""

    conclusion: Text


class OutcomeIn(Strict):
    """What an anomaly turned out to be, and what that rests on."""

    outcome: Literal["CONFIRMED", "EXPLAINED", "FALSE_ALARM"]
    note: Text


class CheckOut(BaseModel):
    """Something units are checked for, and the text that asks for it."""

    code: str
    name: str
    source: str


class FindingOut(BaseModel):
    """A finding with its reminders, answers and judgements."""

    finding_id: UUID
    version: int
    inspection_id: UUID
    check: str
    severity: str
    text: str
    evidence: list[str]
    state: str
    due_on: date | None
    is_late: bool
    found_at: datetime
    course: list[dict[str, Any]]


class InspectionOut(BaseModel):
    """A check of a one-stop unit."""

    inspection_id: UUID
    version: int
    point: str
    agency: str
    kind: str
    by_name: str
    opened_at: datetime
    closed_at: datetime | None
    conclusion: str
    findings: list[FindingOut]


class AnomalyOut(BaseModel):
    """Something out of order; evidence names entries, components and steps, never a person."""

    anomaly_id: UUID
    version: int
    kind: str
    dossier_id: UUID
    dossier_code: str
    dossier_version: int
    agency: str
    at: datetime
    found_at: datetime
    evidence: dict[str, Any]
    outcome: str
    note: str
    closed_by: str
    closed_at: datetime | None
