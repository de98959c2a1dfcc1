"""Many acknowledgements, in whatever order they came, mean one thing."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.clock import VIETNAM
from services.gateway.domain.documents.statuses import TEXTS, Said, may_follow, normal_code, standing

NINE = datetime(2026, 3, 3, 9, 0, tzinfo=VIETNAM)


def said(*codes: str) -> list[Said]:
    return [Said(NINE + timedelta(minutes=n), code) for n, code in enumerate(codes)]


@pytest.mark.parametrize(
    ("codes", "meant"),
    [
        ((), ""),
        (("01",), "01"),
        (("01", "03", "05"), "05"),
        (("05", "01"), "05"),
        (("01", "02"), "02"),
        (("02", "01"), "02"),
        (("02", "03"), "03"),
        (("03", "02"), "02"),
        (("01", "03", "06", "13"), "06"),
        (("03", "13", "16"), "03"),
        (("03", "13", "15", "06"), "15"),
    ],
)
def test_what_they_mean_together(codes: tuple[str, ...], meant: str) -> None:
    assert standing(said(*codes)) == meant


@given(
    st.lists(st.sampled_from(sorted(TEXTS)), max_size=6).flatmap(lambda codes: st.permutations(said(*codes)))
)
def test_the_order_of_arrival_changes_nothing(heard: list[Said]) -> None:
    assert standing(heard) == standing(sorted(heard)) == standing([*heard, *heard])


def test_codes_are_two_digits_of_the_list() -> None:
    assert [normal_code(text) for text in ("1", "01", " 06 ", "07", "", "x", "１")] == [
        "01",
        "01",
        "06",
        "",
        "",
        "",
        "",
    ]


def test_we_never_take_a_word_back() -> None:
    assert may_follow("01", "03", is_asked_back=False)
    assert not may_follow("03", "02", is_asked_back=False)
    assert not may_follow("06", "05", is_asked_back=False)
    assert not may_follow("03", "15", is_asked_back=False)
    assert may_follow("03", "15", is_asked_back=True)
    assert not may_follow("15", "16", is_asked_back=True)
