"""What readers send and are answered."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from eforms.faults import Fault
from services.catalog.api.models import Open
from services.catalog.use_cases.readers.forms import Verdict


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FormBrief(BaseModel):
    """A line of the list of forms."""

    code: str
    title: str
    version: int


class FormAnswer(Open):
    """A form that renders from data alone; `version` is null while an approved one waits for its day."""

    code: str
    title: str
    note: str | None = None
    form_schema: dict[str, Any] = Field(alias="schema", description="JSON Schema 2020-12")
    layout: dict[str, Any] = Field(description="JSON Forms UI schema")
    prefill: list[dict[str, Any]] | None = None
    fee: dict[str, Any] | None = None
    version: int | None
    valid_from: date
    procedure_version: int | None


class AnswersBody(_Sent):
    """Answers to look at."""

    answers: dict[str, Any]


class FormFaultAnswer(BaseModel):
    """Why an answer is not taken."""

    path: str
    reason: str

    @classmethod
    def of(cls, fault: Fault) -> "FormFaultAnswer":
        """Return the answer of a fault."""
        return cls(path=fault.path, reason=fault.reason)


class FeeLineAnswer(BaseModel):
    """A row of the fee that applies, in đồng."""

    code: str
    name: str
    kind: str
    amount: int


class FeeAnswer(BaseModel):
    """What sound answers cost, in đồng."""

    lines: list[FeeLineAnswer]
    total: int


class FormVerdictAnswer(BaseModel):
    """Whether answers would be taken; `fee` only for sound ones of a form with a fee."""

    is_valid: bool
    form_version: int | None
    errors: list[FormFaultAnswer]
    fee: FeeAnswer | None

    @classmethod
    def of(cls, verdict: Verdict) -> "FormVerdictAnswer":
        """Return the answer of a verdict."""
        fee = None
        if verdict.fee is not None:
            lines = [
                FeeLineAnswer(code=one.code, name=one.name, kind=one.kind, amount=one.amount)
                for one in verdict.fee
            ]
            fee = FeeAnswer(lines=lines, total=sum(line.amount for line in lines))
        return cls(
            is_valid=not verdict.faults,
            form_version=verdict.form_version,
            errors=[FormFaultAnswer.of(one) for one in verdict.faults],
            fee=fee,
        )


class PageBrief(BaseModel):
    """A line of the list of information pages."""

    code: str
    title: str
    summary: str
    procedures: list[str]
    version: int


class PageAnswer(Open):
    """An information page: blocks of kind HEADING, TEXT, LIST, LINK."""

    code: str
    title: str
    summary: str
    procedures: list[str]
    blocks: list[dict[str, Any]]
    version: int | None
    valid_from: date


class SubscriptionBody(_Sent):
    """Who wants to follow what."""

    procedure: Annotated[str, Field(max_length=60)]
    email: Annotated[str, Field(max_length=254)]


class SubscriptionAnswer(BaseModel):
    """The same for every address: nobody learns who follows what."""

    state: str = "ASKED"
    text: str = "Nếu địa chỉ dùng được, một thư xác nhận đã được gửi tới đó."


class TokenBody(_Sent):
    """What the link in a mail carries."""

    token: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


class FollowedAnswer(BaseModel):
    """What is followed now."""

    procedure: str
    name: str


class EndedAnswer(BaseModel):
    """Nothing is sent any more."""

    state: str = "ENDED"


class Feature(BaseModel):
    """A GeoJSON feature (RFC 7946); no geometry where nobody has given one."""

    type: str
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class FeatureCollection(BaseModel):
    """Agencies with their boundaries, and one-stop points, as they are on a day."""

    type: str
    features: list[Feature]
