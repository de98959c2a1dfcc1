"""What is sent and answered about sharing out work."""
# ruff: noqa: RUF012 - pydantic copies a default for every instance.

from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from kernel.core.clock import VIETNAM
from services.dossier.api.schemas.answers import DossierItem
from services.dossier.api.schemas.requests import Strict
from services.dossier.api.texts import Code, Note, Reason
from services.dossier.domain.work.tallies import Tally
from services.dossier.domain.work.urgency import Urgency

Subject = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200, pattern=r"^\S+$")]
CodeOrNothing = Annotated[str, StringConstraints(strict=True, max_length=64, pattern=r"^[\w.:/-]*$")]


class ToColleagueIn(Strict):
    """To whom a step goes, by their account."""

    to: Subject
    note: Note = ""


class OfferAnswerIn(Strict):
    """Whether what was handed over is taken."""

    accepted: StrictBool = True
    note: Note = ""


class OpinionIn(Strict):
    """What is asked of whom, to be answered within so many working hours."""

    agency: Code
    unit: CodeOrNothing = ""
    role: Literal["SPECIALIST", "TEAM_LEAD", "SIGNER", "CLERK", "ONE_STOP_OFFICER", "ONE_STOP_MANAGER"] = (
        "SPECIALIST"
    )
    question: Reason
    hours: Annotated[Decimal, Field(gt=0, le=400, decimal_places=2)]
    waits: StrictBool = False


class UndoIn(Strict):
    """Why a step is taken back."""

    note: Reason


class SlipParty(BaseModel):
    """A desk, and the person at it where one is known."""

    agency: str
    agency_name: str
    unit: str
    unit_name: str
    role: str
    name: str


class SlipRowOut(BaseModel):
    """One hand-over of the file."""

    version: int
    kind: str
    step: str
    giver: SlipParty
    given_at: datetime
    receiver: SlipParty
    received_at: datetime | None
    taken_back_at: datetime | None
    due_at: datetime | None
    punctuality: str
    note: str


class SlipOut(BaseModel):
    """A dossier's hand-overs, oldest first."""

    items: list[SlipRowOut]


def slip_row_out(row: dict[str, Any], moments: dict[str, datetime | None]) -> SlipRowOut:
    """Return a row, its moments in Vietnam's zone."""
    parties = {
        side: SlipParty(
            agency=row[f"{side}_agency"],
            agency_name=row[f"{side}_agency_name"],
            unit=row[f"{side}_unit"],
            unit_name=row[f"{side}_unit_name"],
            role=row[f"{side}_role"],
            name=row[f"{side}_name"],
        )
        for side in ("giver", "receiver")
    }
    same = {name: row[name] for name in ("version", "kind", "step", "punctuality", "note")}
    return SlipRowOut.model_validate({**same, **parties, **moments})


class InboxItem(DossierItem):
    """A task: a step to work, or an opinion to give (`task_due_at` is then until when)."""

    kind: Literal["STEP", "OPINION"]
    urgency: Urgency
    holder_name: str | None
    is_mine: bool


class InboxTally(BaseModel):
    """How many tasks wait, whatever state and urgency the page shows.

    As of `counted_at`: now, or a moment ago where very many wait.
    """

    total: int
    by_state: dict[str, int]
    by_urgency: dict[Urgency, int]
    counted_at: datetime

    @classmethod
    def of(cls, tally: Tally, counted_at: datetime) -> "InboxTally":
        """Return the tally by state, and by urgency."""
        by_state: Counter[str] = Counter()
        by_urgency: Counter[Urgency] = Counter(dict.fromkeys(Urgency, 0))
        for (state, urgency), count in tally.items():
            by_state[state] += count
            by_urgency[Urgency(urgency)] += count
        return cls(
            total=by_state.total(),
            by_state=dict(by_state),
            by_urgency=dict(by_urgency),
            counted_at=counted_at.astimezone(VIETNAM),
        )


class InboxOut(BaseModel):
    """One page of tasks; counts come with the first."""

    items: list[InboxItem]
    next_cursor: str | None = None
    counts: InboxTally | None = None


class BulkItem(Strict):
    """One dossier as last seen; a step's completion names the step."""

    dossier_id: UUID
    version: Annotated[StrictInt, Field(ge=1, le=1_000_000)]
    step: Code | None = None
    next: Code | None = None
    facts: Annotated[dict[Code, StrictBool], Field(max_length=20)] = {}


def _each_once(items: list[BulkItem]) -> list[BulkItem]:
    if len({item.dossier_id for item in items}) < len(items):
        raise ValueError("Có hồ sơ lặp lại")
    return items


class BulkIn(Strict):
    """One action, the same for all; `to` is for an assignment."""

    action: Literal["acceptance", "handover", "claim", "release", "assignment", "step-completion"]
    items: Annotated[list[BulkItem], Field(min_length=1, max_length=50), AfterValidator(_each_once)]
    outcome: Literal["DONE", "RETURNED"] = "DONE"
    to: Subject | None = None
    note: Note = ""

    @model_validator(mode="after")
    def _is_whole(self) -> "BulkIn":
        if self.action == "assignment" and not self.to:
            raise ValueError("Phải nêu người được giao")
        if self.action == "step-completion" and not all(item.step for item in self.items):
            raise ValueError("Phải nêu bước của từng hồ sơ")
        return self


class BulkResult(BaseModel):
    """What became of one dossier: its version and state now, or the problem."""

    dossier_id: UUID
    status: int
    version: int | None = None
    state: str | None = None
    problem: dict[str, Any] | None = None


class BulkOut(BaseModel):
    """A result for each, in the order asked."""

    items: list[BulkResult]
