"""The satisfaction index: pure and exact, in integers and decimals (domain.md 6.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

FORMULA_VERSION = "satisfaction-1"
"""Changes with every change of a formula, so that a published figure can be computed again."""
SMALLEST_SAMPLE = 30
"""Fewer valid answers than this are shown with a warning [E]."""
_CENT = Decimal("0.01")
_TOP = (4, 5)
_HIGHEST = 5


class Method(StrEnum):
    """How answers become an index; the two are never mixed in one trend."""

    TOP2 = "TOP2"
    """Answers 4 and 5 over valid answers (SIPAS)."""
    MEAN_RATIO = "MEAN_RATIO"
    """Sum of scores over five times the valid answers."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each score was given, and how many had no opinion."""

    counts: Mapping[int, int]
    no_opinion: int = 0

    @property
    def valid(self) -> int:
        """Return the number of answers with an opinion."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Index:
    """An index with what it was computed from; `value` is per cent, None when nobody answered."""

    numerator: int
    denominator: int
    sample: int
    no_opinion: int

    @property
    def value(self) -> Decimal | None:
        """Return the index rounded half up to two places; ranks use numerator and denominator instead."""
        if self.denominator == 0:
            return None
        return (Decimal(100) * self.numerator / self.denominator).quantize(_CENT, ROUND_HALF_UP)

    @property
    def is_small_sample(self) -> bool:
        """Tell whether the sample is too small to be published."""
        return self.sample < SMALLEST_SAMPLE


def pooled(tallies: Iterable[Tally]) -> Tally:
    """Return all answers together: a factor weighs its questions by their answers."""
    counts: dict[int, int] = {}
    silent = 0
    for tally in tallies:
        silent += tally.no_opinion
        for score, count in tally.counts.items():
            counts[score] = counts.get(score, 0) + count
    return Tally(counts, silent)


def index_of(tally: Tally, method: Method) -> Index:
    """Return the index of a tally; "no opinion" stays out of numerator and denominator."""
    if method is Method.TOP2:
        return Index(
            sum(tally.counts.get(score, 0) for score in _TOP), tally.valid, tally.valid, tally.no_opinion
        )
    total = sum(score * count for score, count in tally.counts.items())
    return Index(total, _HIGHEST * tally.valid, tally.valid, tally.no_opinion)


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The index overall, by factor and by criterion (keys are codes of the questionnaire)."""

    overall: Index
    factors: Mapping[str, Index]
    criteria: Mapping[str, Index]


def satisfaction(
    tallies: Mapping[str, Tally], factors: Mapping[str, Sequence[str]], method: Method
) -> Satisfaction:
    """Return every index of a questionnaire; `factors` names the criteria of each factor."""
    empty = Tally({})
    by_factor = {
        factor: pooled(tallies.get(criterion, empty) for criterion in criteria)
        for factor, criteria in factors.items()
    }
    criteria = [criterion for group in factors.values() for criterion in group]
    return Satisfaction(
        overall=index_of(pooled(by_factor.values()), method),
        factors={factor: index_of(tally, method) for factor, tally in by_factor.items()},
        criteria={criterion: index_of(tallies.get(criterion, empty), method) for criterion in criteria},
    )
