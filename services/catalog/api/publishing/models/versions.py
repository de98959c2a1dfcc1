"""What is shown of versions, offerings and figures, and the library of reasons."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.catalog.api.publishing.models.basics import Body, ProcedureDifferenceAnswer, Small
from services.catalog.use_cases.publishing.ports import StandardReason


class ReasonBody(Body):
    """A standard reason."""

    code: Small
    kind: Literal["SUPPLEMENT", "REFUSAL", "DELAY"]
    text: Annotated[str, Field(min_length=5, max_length=1000)]
    hint: Annotated[str, Field(max_length=1000)] | None = None
    sectors: Annotated[list[Small], Field(max_length=200)] = Field(default=[])
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
    differences: list[ProcedureDifferenceAnswer]


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
