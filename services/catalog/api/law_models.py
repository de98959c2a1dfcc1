"""What is sent and answered about the law behind procedures."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.catalog.domain.laws.validity import RelationKind

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000)]
Money = Annotated[int, Field(strict=True, ge=0, le=10**13)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DocumentBody(_Sent):
    """What an editor knows of a document; absent kind and issuer are read from the number."""

    title: Text | None = None
    kind: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{2,40}$")] | None = None
    issuer: Short | None = None
    issued_on: dt.date | None = None
    effective_on: dt.date | None = None
    expires_on: dt.date | None = None


class RelationBody(_Sent):
    """One document does something to another, from a day on."""

    actor: Short
    kind: RelationKind
    target: Short
    from_on: dt.date
    provisions: Note = ""


class OwnerBody(_Sent):
    """Who sees to it."""

    owner: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}$")]


class ClosingBody(_Sent):
    """Why the procedure stays as it is."""

    note: Text


class AspectBody(_Sent):
    """A finding under one aspect of the review."""

    aspect: Literal["NECESSITY", "REASONABLENESS", "LEGALITY", "COST"]
    verdict: Literal["KEEP", "SIMPLIFY", "ABOLISH"]
    note: Text


class CostStepBody(_Sent):
    """A step applicants take: its hours and outlay each time, and how many times a year."""

    name: Short
    hours: Annotated[float, Field(ge=0, le=10_000)]
    hourly_wage: Money
    outlay: Money = 0
    times_a_year: Annotated[int, Field(strict=True, ge=0, le=10**8)]


class CostBody(_Sent):
    """Present and proposed steps."""

    present: Annotated[list[CostStepBody], Field(max_length=100)] = []
    proposed: Annotated[list[CostStepBody], Field(max_length=100)] = []


class ReviewBody(_Sent):
    """Findings and a proposal about one procedure."""

    procedure: Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")]
    agency: Short
    aspects: Annotated[list[AspectBody], Field(min_length=1, max_length=4)]
    proposal: Text
    cost: CostBody = CostBody()


class ReviewDecisionBody(_Sent):
    """The decision on a proposal."""

    is_accepted: bool
    number: Short
    signed_on: dt.date
    note: Note = ""


class OutcomeBody(_Sent):
    """What came of it."""

    note: Text
    done_on: dt.date


class EntryBody(_Sent):
    """A decision published elsewhere that must be entered."""

    agency: Short
    number: Short
    level: Literal["MINISTRY", "PROVINCE"]
    is_short: bool = False
    signed_on: dt.date
    procedures: Annotated[list[Short], Field(max_length=2_000)] = []


class CompletionBody(_Sent):
    """When it was entered, and what shows it."""

    done_on: dt.date
    evidence: Text


class CheckBody(_Sent):
    """What somebody found hanging."""

    code: Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")]
    found_version: Annotated[int, Field(strict=True, ge=1, le=2**53)] | None
    condition: Literal["POSTED", "DAMAGED", "MISSING"]
    photo: Short
    note: Note = ""


class Open(BaseModel):
    """A record that may say more than is named here."""

    model_config = ConfigDict(extra="allow")


class LegalDocument(Open):
    """A document of the register."""

    key: str
    number: str
    kind: str
    title: str | None
    issuer: str | None
    issued_on: dt.date | None
    effective_on: dt.date | None
    expires_on: dt.date | None
    ended_on: dt.date | None
    ended_as: str | None
    source: str
    is_verified: bool
    doubts: list[str]
    version: int
    cited_by: int | None = None


class LegalRelation(BaseModel):
    """What one document does to another, by keys."""

    actor: str
    kind: RelationKind
    target: str
    from_on: dt.date


class LegalDocumentOnDay(LegalDocument):
    """A document as it stands on a day, with those that follow it."""

    status: str
    on: dt.date
    relations: list[LegalRelation]
    successors: list[str]


class LegalFlag(Open):
    """A procedure that rests on what has ended."""

    code: str
    agency: str
    name: str | None
    is_draft: bool
    key: str
    number: str
    reason: str
    since: dt.date


class LegalFlags(BaseModel):
    """What is flagged on a day."""

    on: dt.date
    items: list[LegalFlag]


class LegalDirt(Open):
    """What of the imported legal bases is in doubt."""

    documents: int
    citations: int
    unverified: int
    unread_lines: int


class LawTask(Open):
    """A procedure somebody has to see to."""

    id: UUID
    code: str
    agency: str
    key: str
    is_draft: bool
    reason: str
    since: dt.date
    state: str
    owner: str | None
    note: str
    closed_as: str | None
    version: int


class ReviewAnswer(Open):
    """A review as it stands."""

    id: UUID
    code: str
    agency: str
    state: str
    findings: dict[str, Any]
    cost: dict[str, Any]
    saved: int
    decision: dict[str, Any] | None
    outcome: dict[str, Any] | None
    proposed_on: dt.date
    decided_on: dt.date | None
    done_on: dt.date | None
    version: int


class ReviewFigures(BaseModel):
    """Counts of a period; `saved` in đồng a year, of reviews done in it."""

    first: dt.date
    last: dt.date
    procedures: int
    proposed: int
    accepted: int
    rejected: int
    done: int
    saved: int


class EntryAnswer(Open):
    """An entry in the national database and its timer."""

    id: UUID
    agency: str
    number: str
    level: str
    is_short: bool
    signed_on: dt.date
    due_on: dt.date | None
    procedures: list[str]
    done_on: dt.date | None
    evidence: str
    state: str
    version: int


class PostingAnswer(Open):
    """A procedure to be posted at a point and what was found last."""

    code: str
    name: str
    version: int
    valid_from: dt.date
    found_version: int | None
    condition: str | None
    state: str


class PostingList(BaseModel):
    """Everything to be posted at a point."""

    point: str
    agency: str
    items: list[PostingAnswer]


class CheckAnswer(Open):
    """A check as it was kept."""

    id: UUID
    point: str
    code: str
    found_version: int | None
    condition: str
    photo: str
    checked_by: str
    checked_at: dt.datetime
    state: str
