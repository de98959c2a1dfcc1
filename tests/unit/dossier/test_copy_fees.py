"""What certified copies cost: by page, by copy, at most so much a copy, by the rate of the day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dossier.store.fee_rules import read_fee_rules

RULES = read_fee_rules()
TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("pages", "copies", "cost"),
    [(1, 1, 2_000), (2, 1, 4_000), (3, 1, 5_000), (5, 2, 14_000), (198, 1, 200_000), (500, 3, 600_000)],
)
def test_the_first_two_pages_cost_more_and_a_copy_has_its_most(pages: int, copies: int, cost: int) -> None:
    assert RULES.copies_cost(pages, copies, TODAY) == cost


@given(pages=st.integers(1, 5_000), copies=st.integers(1, 1_000))
def test_another_page_or_copy_never_costs_less(pages: int, copies: int) -> None:
    cost = RULES.copies_cost(pages, copies, TODAY)
    assert cost is not None
    assert cost == copies * (RULES.copies_cost(pages, 1, TODAY) or 0)
    assert cost <= (RULES.copies_cost(pages + 1, copies, TODAY) or 0)


def test_before_the_first_rate_nothing_is_made_up() -> None:
    assert RULES.copies_cost(1, 1, date(2016, 12, 31)) is None
