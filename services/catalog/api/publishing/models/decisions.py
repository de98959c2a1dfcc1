"""What is sent and shown of publication decisions."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, ValidationInfo, field_validator

from services.catalog.api.publishing.models.basics import Body, Day, Line
from services.catalog.domain.items import Source
from services.catalog.domain.publishing.decisions import (
    MOST_ITEMS,
    Decision,
    DecisionItem,
    PublicationDecisionState,
)
from services.catalog.use_cases.publishing.deciding import Standing

Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ItemBody(Body):
    """A procedure of a decision."""

    code: Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
    part: Source = Source.LOCAL
    kind: Literal["NEW", "AMENDED", "REPLACED", "ABOLISHED"]
    draft_id: UUID | None = None
    successors: Annotated[list[Annotated[str, Field(pattern=r"^\d\.\d{6}$")]], Field(max_length=50)] = Field(
        default=[]
    )


class ActBody(Body):
    """The legal act a decision follows from."""

    number: Number
    title: Annotated[str, Field(max_length=2000)] | None = None
    signed_on: Day | None = None
    effective_on: Day | None = None


class PublicationDecisionBody(Body):
    """A publication decision (quyết định công bố)."""

    number: Number
    agency: Line = ""
    signed_on: Day
    effective_on: Day
    level: Literal["MINISTRY", "PROVINCE"] = "PROVINCE"
    act: ActBody | None = None
    is_short: bool = False
    note: Annotated[str, Field(max_length=2000)] | None = None
    items: Annotated[list[ItemBody], Field(max_length=MOST_ITEMS)] = Field(default=[])

    @field_validator("effective_on")
    @classmethod
    def _is_not_before_signing(cls, day: date, info: ValidationInfo) -> date:
        signed = info.data.get("signed_on")
        if signed is not None and day < signed:
            raise ValueError("a decision takes effect on or after the day it is signed")
        return day

    def decision(self) -> Decision:
        """Return what was sent; whose it is comes from the caller."""
        return Decision(
            id=UUID(int=0),
            number=self.number,
            agency=self.agency,
            signed_on=self.signed_on,
            effective_on=self.effective_on,
            level=self.level,
            act=self.act.model_dump(mode="json") if self.act else None,
            is_short=self.is_short,
            note=self.note,
            items=[
                DecisionItem(
                    code=item.code,
                    part=item.part,
                    kind=item.kind,
                    draft_id=item.draft_id,
                    successors=tuple(item.successors),
                )
                for item in self.items
            ],
            made_by="",
        )


class Deadlines(BaseModel):
    """By when a decision is to be published, by both ways of counting."""

    rule: str
    days: int
    source: str
    by_calendar_days: date | None
    by_working_days: date | None


class DecisionSummary(BaseModel):
    """A decision without its items."""

    id: UUID
    number: str
    agency: str
    signed_on: date
    effective_on: date
    level: str
    act: dict[str, Any] | None
    is_short: bool
    note: str | None
    state: PublicationDecisionState
    item_count: int
    deadlines: Deadlines
    warning: Literal["NONE", "DUE_SOON", "OVERDUE", "ON_TIME", "LATE"]
    made_by: str
    authors: list[str]
    published_by: str | None
    published_at: datetime | None
    version: int

    @classmethod
    def of(cls, standing: Standing) -> "DecisionSummary":
        """Return a decision with its warning."""
        return cls(**decision_members(standing))


class ItemAnswer(BaseModel):
    """A procedure of a decision."""

    code: str
    part: Source
    kind: str
    draft_id: UUID | None
    successors: list[str]


class DecisionAnswer(DecisionSummary):
    """A decision with its items."""

    items: list[ItemAnswer]

    @classmethod
    def whole(cls, standing: Standing) -> "DecisionAnswer":
        """Return a decision with everything."""
        return cls(
            **decision_members(standing), items=[item_answer(item) for item in standing.decision.items]
        )


def item_answer(item: DecisionItem) -> ItemAnswer:
    """Return an item as it is shown."""
    return ItemAnswer(
        code=item.code,
        part=item.part,
        kind=item.kind,
        draft_id=item.draft_id,
        successors=list(item.successors),
    )


def decision_members(standing: Standing) -> dict[str, Any]:
    """Return the members of a decision's summary."""
    one = standing.decision
    return {
        "id": one.id,
        "number": one.number,
        "agency": one.agency,
        "signed_on": one.signed_on,
        "effective_on": one.effective_on,
        "level": one.level,
        "act": dict(one.act) if one.act else None,
        "is_short": one.is_short,
        "note": one.note,
        "state": one.state,
        "item_count": len(one.items),
        "deadlines": Deadlines(**one.deadlines),
        "warning": standing.warning,
        "made_by": one.made_by,
        "authors": list(one.authors),
        "published_by": one.published_by,
        "published_at": one.published_at,
        "version": one.version,
    }
