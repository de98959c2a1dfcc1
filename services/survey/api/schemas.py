"""What survey's routes take and answer."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StrictInt

from kernel.core.clock import VIETNAM
from services.survey.domain.indices import FORMULA_VERSION, SMALLEST_SAMPLE, Index, Method
from services.survey.use_cases.compute_satisfaction import SatisfactionFigures
from services.survey.use_cases.ports import Asked, ProcedureTally
from services.survey.use_cases.summarise_month import Texts


def _in_vietnam(value: object) -> object:
    return value.astimezone(VIETNAM) if isinstance(value, datetime) else value


Moment = Annotated[datetime, BeforeValidator(_in_vietnam)]
Percent = Annotated[
    Decimal | None,
    PlainSerializer(lambda value: None if value is None else float(value), return_type=float | None),
]
"""At most 100 with two places, which a float carries exactly enough."""
QuestionCode = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Z][A-Z0-9_]*$")]
Score = Annotated[StrictInt, Field(ge=1, le=5)]


class NamedShown(BaseModel):
    """A code with its name."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str


class GradeShown(BaseModel):
    """A step of the scale."""

    model_config = ConfigDict(from_attributes=True)

    score: int
    label: str


class QuestionShown(BaseModel):
    """A question."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    factor: str
    text: str


class QuestionnaireShown(BaseModel):
    """A questionnaire as people fill it in."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    version: int
    title: str
    scale: list[GradeShown]
    no_opinion: str
    factors: list[NamedShown]
    questions: list[QuestionShown]


class InvitationShown(BaseModel):
    """What an invited person is asked about."""

    agency: NamedShown
    procedure: NamedShown
    expires_at: Moment
    questionnaire: QuestionnaireShown

    @classmethod
    def of(cls, asked: Asked) -> "InvitationShown":
        """Return an invitation as it leaves; nothing in it says who is asked."""
        return cls(
            agency=NamedShown.model_validate(asked.invitation.agency),
            procedure=NamedShown.model_validate(asked.invitation.procedure),
            expires_at=asked.invitation.expires_at,
            questionnaire=QuestionnaireShown.model_validate(asked.questionnaire),
        )


class NewResponse(BaseModel):
    """Every question with a score of the scale, or null for no opinion."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[QuestionCode, Score | None] = Field(min_length=1, max_length=50)


class ResponseTaken(BaseModel):
    """That the response was taken, and the day it counts for."""

    received_on: date


class IndexShown(BaseModel):
    """An index in per cent, null when nobody answered, with what it was computed from."""

    value: Percent
    numerator: int
    denominator: int
    sample: int
    no_opinion: int
    is_small_sample: bool

    @classmethod
    def of(cls, index: Index) -> "IndexShown":
        """Return an index as it leaves."""
        return cls(
            value=index.value,
            numerator=index.numerator,
            denominator=index.denominator,
            sample=index.sample,
            no_opinion=index.no_opinion,
            is_small_sample=index.is_small_sample,
        )


class CriterionShown(BaseModel):
    """The index of a factor or a question."""

    code: str
    name: str
    index: IndexShown


class EditionShown(BaseModel):
    """The version of the questionnaire the answers belong to; other versions are not mixed in."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    version: int
    source: str


class SatisfactionShown(BaseModel):
    """The satisfaction index with everything needed to compute it again."""

    agency: str | None
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    cut_off: Moment
    method: Method
    formula_version: str = FORMULA_VERSION
    smallest_sample: int = SMALLEST_SAMPLE
    questionnaire: EditionShown
    responses: int
    overall: IndexShown
    factors: list[CriterionShown]
    criteria: list[CriterionShown]

    @classmethod
    def of(cls, figures: SatisfactionFigures) -> "SatisfactionShown":
        """Return figures as they leave."""
        edition, result = figures.questionnaire, figures.result
        return cls(
            agency=figures.agency,
            first=figures.period.first,
            last=figures.period.last,
            cut_off=figures.period.cut_off,
            method=figures.method,
            questionnaire=EditionShown.model_validate(edition),
            responses=figures.responses,
            overall=IndexShown.of(result.overall),
            factors=[
                CriterionShown(code=one.code, name=one.name, index=IndexShown.of(result.factors[one.code]))
                for one in edition.factors
            ],
            criteria=[
                CriterionShown(code=one.code, name=one.text, index=IndexShown.of(result.criteria[one.code]))
                for one in edition.questions
            ],
        )


class QuestionTally(BaseModel):
    """How often a question was answered with each score; who had no opinion is not counted."""

    code: str
    text: str
    scores: dict[int, int]


class SummaryShown(BaseModel):
    """A month's answers about one procedure of one agency."""

    agency: str
    procedure: str
    questionnaire: str
    version: int
    questions: list[QuestionTally]

    @classmethod
    def of(cls, tally: ProcedureTally, texts: Texts) -> "SummaryShown":
        """Return a tally as it leaves."""
        return cls(
            agency=tally.agency,
            procedure=tally.procedure,
            questionnaire=tally.questionnaire,
            version=tally.version,
            questions=[
                QuestionTally(
                    code=code,
                    text=texts.get((tally.questionnaire, tally.version, code), code),
                    scores=dict(scores),
                )
                for code, scores in sorted(tally.counts.items())
            ],
        )
