"""What is told of counts: nothing small, and nothing from which something small follows."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.usage.telling import tell, tell_apart, tell_running

SMALLEST = 3
TABLES = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 60), max_size=8)


def test_who_knows_every_rule_and_all_that_is_told_cannot_tell_a_small_cell() -> None:
    """Every table of four cells up to seven: each small one has another value in some table told the same."""
    alike = defaultdict(list)
    for counts in product(range(8), repeat=4):
        table = dict(zip("abcd", counts, strict=True))
        told = tell(table, SMALLEST)
        alike[told.total, tuple(sorted(told.cells.items())), told.rest].append(counts)
    assert len(alike) > 500
    for tables in alike.values():
        for place in range(4):
            values = {counts[place] for counts in tables}
            assert len(values) > 1 or not 0 < min(values) < SMALLEST, tables[:3]


@given(TABLES, st.integers(2, 10))
def test_what_is_told_adds_up_and_is_never_small(table: dict[str, int], smallest: int) -> None:
    told = tell(table, smallest)
    if told.total is None:
        assert (told.cells, told.rest, sum(table.values()) < smallest) == ({}, None, True)
        return
    assert told.total == sum(table.values()) == sum(told.cells.values()) + (told.rest or 0)
    assert all(told.cells[key] == table[key] >= smallest for key in told.cells)
    hidden = [count for key, count in table.items() if count and key not in told.cells]
    assert not hidden or (len(hidden) > 1 and sum(hidden) >= smallest)


def test_the_least_of_the_others_hides_a_single_small_one() -> None:
    told = tell({"a": 2, "b": 90, "c": 7, "d": 7, "e": 8}, 5)
    assert (told.total, dict(told.cells), told.rest) == (114, {"b": 90, "e": 8}, 16)
    assert tell({"a": 5, "b": 90}, 5).rest == 0


@given(TABLES, st.integers(2, 10), st.data())
def test_a_running_month_moves_in_steps_no_smaller_than_the_bound(
    table: dict[str, int], smallest: int, data: st.DataObject
) -> None:
    """One more act changes nothing that is told, or something by a whole step."""
    before = tell_running(table, smallest)
    assert before.rest is None
    assert all(count % smallest == 0 and count > 0 for count in before.cells.values())
    if table:
        key = data.draw(st.sampled_from(sorted(table)))
        after = tell_running({**table, key: table[key] + 1}, smallest)
        assert after.cells.get(key, 0) - before.cells.get(key, 0) in {0, smallest}
        assert (after.total or 0) - (before.total or 0) in {0, smallest}


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_small_number_without_a_sum_is_just_not_told(count: int) -> None:
    told = tell_apart({"VISIT": count, "PAGE": 5}, 5)
    assert (told.total, dict(told.cells), told.rest) == (None, {"PAGE": 5}, None)
