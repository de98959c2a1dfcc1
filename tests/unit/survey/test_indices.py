"""The satisfaction index: the examples of domain.md 6.2, and what must hold for any answers."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.survey.domain.indices import Method, Tally, index_of, pooled, satisfaction

COUNTS = st.dictionaries(st.integers(1, 5), st.integers(0, 10_000))
TALLIES = st.builds(Tally, COUNTS, st.integers(0, 500))
EXAMPLE = Tally({1: 5, 2: 15, 3: 40, 4: 120, 5: 60}, no_opinion=17)


def test_the_example_of_the_method_top2() -> None:
    index = index_of(EXAMPLE, Method.TOP2)
    assert (index.numerator, index.denominator, index.value) == (180, 240, Decimal("75.00"))


def test_the_example_of_the_method_mean_ratio() -> None:
    index = index_of(EXAMPLE, Method.MEAN_RATIO)
    assert (index.numerator, index.denominator, index.value) == (935, 1200, Decimal("77.92"))


def test_no_answers_are_no_index_and_not_zero() -> None:
    for method in Method:
        index = index_of(Tally({}, no_opinion=40), method)
        assert (index.value, index.denominator, index.no_opinion) == (None, 0, 40)


def test_a_small_sample_is_flagged() -> None:
    assert index_of(Tally({5: 29}), Method.TOP2).is_small_sample
    assert not index_of(Tally({5: 30}), Method.TOP2).is_small_sample


def test_the_value_is_rounded_half_up() -> None:
    assert index_of(Tally({5: 1, 1: 799}), Method.TOP2).value == Decimal("0.13")


def test_a_factor_pools_answers_and_does_not_average_indices() -> None:
    tallies = {"A": Tally({5: 90, 1: 10}), "B": Tally({1: 10})}
    result = satisfaction(tallies, {"F": ["A", "B"], "G": ["C"]}, Method.TOP2)
    assert (result.factors["F"].numerator, result.factors["F"].denominator) == (90, 110)
    assert result.factors["G"].value is None
    assert (result.overall.numerator, result.overall.denominator) == (90, 110)
    assert result.criteria["B"].value == Decimal("0.00")


@given(TALLIES, st.sampled_from(Method))
def test_an_index_lies_between_0_and_100(tally: Tally, method: Method) -> None:
    index = index_of(tally, method)
    assert (index.value is None) == (tally.valid == 0)
    if index.value is not None:
        assert 0 <= index.value <= 100


@given(TALLIES, st.integers(0, 1000), st.sampled_from(Method))
def test_people_without_opinion_change_nothing(tally: Tally, more: int, method: Method) -> None:
    silent = Tally(tally.counts, tally.no_opinion + more)
    assert index_of(silent, method).value == index_of(tally, method).value


@given(TALLIES, TALLIES, st.sampled_from(Method))
def test_pooling_adds_numerators_and_denominators(one: Tally, other: Tally, method: Method) -> None:
    both, first, second = (index_of(tally, method) for tally in (pooled([one, other]), one, other))
    assert both.numerator == first.numerator + second.numerator
    assert both.denominator == first.denominator + second.denominator
