"""A questionnaire as versioned data, and what counts as an answer to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.survey.domain.errors import AnswersInvalid
from services.survey.domain.indices import Method


@dataclass(frozen=True, slots=True)
class Factor:
    """A group of questions (QĐ 1001/QĐ-BNV)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """One criterion, asked on the questionnaire's scale."""

    code: str
    factor: str
    text: str


@dataclass(frozen=True, slots=True)
class Grade:
    """A step of the scale."""

    score: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """One version of a questionnaire; what is published never changes, a change is a new version."""

    code: str
    version: int
    valid_from: date
    source: str
    title: str
    method: Method
    scale: Sequence[Grade]
    no_opinion: str
    factors: Sequence[Factor]
    questions: Sequence[Question]

    def check(self, answers: Mapping[str, int | None]) -> None:
        """Raise `AnswersInvalid` unless every question is answered once: a score, or None for no opinion."""
        codes = {question.code for question in self.questions}
        scores = {grade.score for grade in self.scale}
        wrong = [(f"answers.{code}", "Thiếu câu trả lời") for code in sorted(codes - answers.keys())]
        if answers.keys() - codes:
            wrong.append(("answers", "Có câu hỏi không thuộc phiếu này"))
        wrong += [
            (f"answers.{code}", "Điểm không nằm trong thang đo")
            for code, score in sorted(answers.items())
            if code in codes and score is not None and score not in scores
        ]
        if wrong:
            raise AnswersInvalid(fields=wrong)
        if all(score is None for score in answers.values()):
            raise AnswersInvalid(fields=[("answers", "Cần cho ý kiến ở ít nhất một câu")])
