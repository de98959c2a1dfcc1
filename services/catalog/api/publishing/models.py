"""What editors and approvers send and see."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.catalog.domain.items import Source
from services.catalog.domain.publishing.decisions import MOST_ITEMS, Decision, DecisionItem, DecisionState
from services.catalog.domain.publishing.drafts import Draft, DraftState
from services.catalog.use_cases.publishing.deciding import Preview, Standing
from services.catalog.use_cases.publishing.drafting import Verdict
from services.catalog.use_cases.publishing.ports import StandardReason

_FIRST_DAY, _LAST_DAY = date(1945, 9, 2), date(2199, 12, 31)


def _a_real_day(day: date) -> date:
    """Refuse days on which no Vietnamese authority signed or will sign anything we work with."""
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise ValueError("the day is out of range")
    return day


Day = Annotated[date, AfterValidator(_a_real_day)]
Code = Annotated[str, Field(min_length=1, max_length=60)]
Small = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")]
Line = Annotated[str, Field(max_length=35)]
Note = Annotated[str, Field(min_length=1, max_length=2000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DraftBody(_Body):
    """A draft to begin: of a version (null: the last of its chain, or nothing), with what differs."""

    code: Code
    agency: Line = ""
    part: Source = Source.LOCAL
    from_version: Annotated[int, Field(strict=True, ge=1, le=2**53)] | None = None
    data: dict[str, Any] | None = None


class DraftChange(_Body):
    """The whole content of a draft; `base` only to rebase it on the last version."""

    data: dict[str, Any]
    base: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] | None = None


class Reason(_Body):
    """Why."""

    reason: Note


class FieldFault(BaseModel):
    """What is wrong with a field."""

    path: str
    reason: str


class DifferenceAnswer(BaseModel):
    """One field that differs."""

    path: str
    name: str
    kind: Literal["ADDED", "REMOVED", "CHANGED"]
    before: Any
    after: Any


class DraftSummary(BaseModel):
    """A draft without its content."""

    id: UUID
    code: str
    agency: str
    part: Source
    base: int
    name: str | None
    state: DraftState
    authors: list[str]
    approved_by: str | None
    decision_id: UUID | None
    version: int
    changed_at: datetime

    @classmethod
    def of(cls, draft: Draft) -> "DraftSummary":
        """Return a draft's summary."""
        return cls(
            id=draft.id,
            code=draft.code,
            agency=draft.agency,
            part=draft.part,
            base=draft.base,
            name=str(draft.data["name"]) if draft.data.get("name") else None,
            state=draft.state,
            authors=list(draft.authors),
            approved_by=draft.approved_by,
            decision_id=draft.decision_id,
            version=draft.version,
            changed_at=draft.changed_at,
        )


class DraftAnswer(DraftSummary):
    """A draft with its content, its faults and what it changes."""

    data: dict[str, Any]
    history: list[dict[str, Any]]
    faults: list[FieldFault]
    missing: list[str]
    base_now: int
    base_moved: bool
    differences: list[DifferenceAnswer]

    @classmethod
    def judged(cls, verdict: Verdict) -> "DraftAnswer":
        """Return a draft as it stands."""
        return cls(
            **DraftSummary.of(verdict.draft).model_dump(),
            data=dict(verdict.draft.data),
            history=[dict(step) for step in verdict.draft.history],
            faults=[FieldFault(path=path, reason=reason) for path, reason in verdict.faults],
            missing=list(verdict.missing),
            base_now=verdict.base_now,
            base_moved=verdict.is_base_moved,
            differences=[DifferenceAnswer(**one) for one in verdict.differences],
        )


class ItemBody(_Body):
    """A procedure of a decision."""

    code: Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
    part: Source = Source.LOCAL
    kind: Literal["NEW", "AMENDED", "REPLACED", "ABOLISHED"]
    draft_id: UUID | None = None
    successors: Annotated[list[Annotated[str, Field(pattern=r"^\d\.\d{6}$")]], Field(max_length=50)] = []


class ActBody(_Body):
    """The legal act a decision follows from."""

    number: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(max_length=2000)] | None = None
    signed_on: Day | None = None
    effective_on: Day | None = None


class DecisionBody(_Body):
    """A publication decision (quyết định công bố)."""

    number: Annotated[str, Field(min_length=1, max_length=200)]
    agency: Line = ""
    signed_on: Day
    effective_on: Day
    level: Literal["MINISTRY", "PROVINCE"] = "PROVINCE"
    act: ActBody | None = None
    is_short: bool = False
    note: Annotated[str, Field(max_length=2000)] | None = None
    items: Annotated[list[ItemBody], Field(max_length=MOST_ITEMS)] = []

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
            number=self.number.strip(),
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
    state: DecisionState
    item_count: int
    deadlines: Deadlines
    warning: Literal["NONE", "DUE_SOON", "OVERDUE", "ON_TIME", "LATE"]
    made_by: str
    published_by: str | None
    published_at: datetime | None
    version: int

    @classmethod
    def of(cls, standing: Standing) -> "DecisionSummary":
        """Return a decision with its warning."""
        return cls(**_decision(standing))


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
        return cls(**_decision(standing), items=[_item(item) for item in standing.decision.items])


def _item(item: DecisionItem) -> ItemAnswer:
    return ItemAnswer(
        code=item.code,
        part=item.part,
        kind=item.kind,
        draft_id=item.draft_id,
        successors=list(item.successors),
    )


def _decision(standing: Standing) -> dict[str, Any]:
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
        "published_by": one.published_by,
        "published_at": one.published_at,
        "version": one.version,
    }


class RefusalAnswer(BaseModel):
    """Why an item cannot be published."""

    code: str
    text: str


class VersionDays(BaseModel):
    """A version that would be published and its days."""

    version: int
    agency: str
    valid_from: date
    valid_to: date | None
    visibility: str


class VersionEnd(BaseModel):
    """A published version and its new last day; null: it will not apply on any day."""

    version: int
    agency: str
    valid_to: date | None


class DossierEffect(BaseModel):
    """What becomes of dossiers: running ones keep the version they were accepted under."""

    new_dossiers: Literal["NEW_VERSION", "NOT_ACCEPTED"]
    running_dossiers: Literal["KEEP_THEIR_VERSION"]
    on: date


class PreviewItem(ItemAnswer):
    """What one item would do."""

    reasons: list[RefusalAnswer]
    differences: list[DifferenceAnswer]
    opens: list[VersionDays]
    ends: list[VersionEnd]
    dossiers: DossierEffect


class PreviewAnswer(BaseModel):
    """What publishing would do."""

    decision_id: UUID
    publishable: bool
    warning: str
    items: list[PreviewItem]

    @classmethod
    def of(cls, preview: Preview) -> "PreviewAnswer":
        """Return a preview."""
        return cls(
            decision_id=preview.decision.id,
            publishable=preview.is_sound,
            warning=preview.warning,
            items=[
                PreviewItem(
                    **_item(one.judged.item).model_dump(),
                    reasons=[RefusalAnswer(code=code, text=text) for code, text in one.judged.reasons],
                    differences=[DifferenceAnswer(**part) for part in one.differences],
                    opens=[VersionDays(**part) for part in one.versions],
                    ends=[VersionEnd(**part) for part in one.endings],
                    dossiers=DossierEffect(
                        new_dossiers="NOT_ACCEPTED"
                        if one.judged.item.kind in {"ABOLISHED", "REPLACED"}
                        else "NEW_VERSION",
                        running_dossiers="KEEP_THEIR_VERSION",
                        on=preview.decision.effective_on,
                    ),
                )
                for one in preview.items
            ],
        )


class PublishedVersion(BaseModel):
    """A version that was published."""

    code: str
    version: int
    agency: str
    valid_from: date
    valid_to: date | None
    visibility: str


class PublicationAnswer(DecisionAnswer):
    """A published decision and what came of it."""

    versions: list[PublishedVersion]


class ReasonBody(_Body):
    """A standard reason."""

    code: Small
    kind: Literal["SUPPLEMENT", "REFUSAL", "DELAY"]
    text: Annotated[str, Field(min_length=5, max_length=1000)]
    hint: Annotated[str, Field(max_length=1000)] | None = None
    sectors: Annotated[list[Small], Field(max_length=200)] = []
    is_active: bool = True

    def reason(self) -> StandardReason:
        """Return what was sent."""
        return StandardReason(**self.model_dump())


class ReasonAnswer(BaseModel):
    """A standard reason."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    kind: str
    text: str
    hint: str | None
    sectors: list[str]
    is_active: bool
    version: int


class ReasonList(BaseModel):
    """The library."""

    items: list[ReasonAnswer]


class VersionSummary(BaseModel):
    """A version's days and where it comes from."""

    version: int
    agency: str
    name: str
    valid_from: date
    valid_to: date | None
    visibility: str
    change_kind: str | None
    decision_number: str | None
    successors: list[str]
    national_number: int | None
    local_number: int | None
    created_at: datetime


class VersionList(BaseModel):
    """Every version that kept a day, oldest first."""

    code: str
    items: list[VersionSummary]


class VersionDifferences(BaseModel):
    """What two versions say differently."""

    code: str
    from_version: int
    to_version: int
    differences: list[DifferenceAnswer]


class OfferingRow(BaseModel):
    """An agency that performs a procedure, and its days."""

    agency: str
    code: str
    valid_from: date
    valid_to: date | None


class OfferingList(BaseModel):
    """Who performs a procedure when."""

    items: list[OfferingRow]


class Cuts(BaseModel):
    """Committed against statutory times; shares are between 0 and 1."""

    procedures: int
    comparable: int
    shortened: int
    share_shortened: float
    average_cut: float


class Figures(BaseModel):
    """Completeness (index 1.3) and shortened times of the procedures worked here."""

    on: date
    times: Cuts
    complete: int
    incomplete: list[str]
