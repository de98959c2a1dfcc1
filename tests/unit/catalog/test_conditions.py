"""Conditions of branches: read strictly, checked against facts, never run as code."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalog.domain.workflows.conditions import (
    BadCondition,
    Both,
    Compare,
    Fact,
    Not,
    OneOf,
    holds,
    key_of,
    parse,
    text_of,
)
from services.catalog.domain.workflows.facts import (
    FactRule,
    misuses,
    never_taken,
    read_scenario,
    rules_with_implied,
)

RULES = {
    "urgent": FactRule("urgent"),
    "area": FactRule("area", "NUMBER"),
    "use": FactRule("use", "CHOICE", ("ODT", "ONT")),
}
FACTS = st.sampled_from(["urgent", "visited"]).map(Fact)
NUMBERS = st.builds(
    Compare,
    st.just("area"),
    st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
    st.integers(-5, 5).map(Decimal),
)
CHOICES = st.lists(st.sampled_from(["ODT", "ONT"]), min_size=1, max_size=2, unique=True).map(
    lambda values: OneOf("use", tuple(values))
)
CONDITIONS = st.recursive(
    FACTS | NUMBERS | CHOICES,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(Both, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(CONDITIONS)
def test_a_condition_written_and_read_means_the_same(condition: Any) -> None:
    """In every world, and written again it is the same text."""
    again = parse(text_of(condition))
    assert text_of(again) == text_of(condition)
    for urgent in (False, True):
        for area in (-5, 0, 5):
            facts = {"urgent": urgent, "area": Decimal(area), "use": "ODT"}
            assert holds(again, facts) is holds(condition, facts)


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("urgent", {"urgent": True}, True),
        ("urgent", {}, False),
        ("not urgent", {}, True),
        ("area > 500", {"area": Decimal("500.5")}, True),
        ("area > 500", {"area": Decimal(500)}, False),
        ("area != 500", {}, False),
        ("use in ['ODT', 'ONT']", {"use": "ONT"}, True),
        ("use == 'ODT'", {"use": "ONT"}, False),
        ("urgent or area > 500 and use == 'ODT'", {"urgent": True}, True),
        ("(urgent or area > 500) and use == 'ODT'", {"urgent": True}, False),
        ("urgent == false", {"urgent": False}, True),
    ],
)
def test_what_holds(text: str, facts: Any, expected: bool) -> None:
    """`and` binds closer than `or`; of an unstated fact nothing is so."""
    assert holds(parse(text), facts) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "and",
        "urgent and",
        "urgent visited",
        "(urgent",
        "urgent)",
        "area >",
        "area > area",
        "use in []",
        "use in ['ODT'",
        'use == "ODT"',
        "__import__('os').system('id')",
        "urgent; drop",
        "a.b",
        "f(x)",
        "cấp_bách",
        "not " * 30 + "urgent",
        "(" * 30 + "urgent" + ")" * 30,
        "urgent or " * 60 + "urgent",
    ],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    """Calls, attributes, foreign signs, open brackets, endless nesting."""
    with pytest.raises(BadCondition):
        parse(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("area", "so sánh"),
        ("use", "so sánh"),
        ("area > 'x'", "khác loại"),
        ("use < 'ODT'", "thứ tự"),
        ("urgent > true", "thứ tự"),
        ("use == 'XXX'", "danh sách"),
        ("visited", "khai báo"),
        ("urgent and not (urgent or area == true)", "khác loại"),
    ],
)
def test_a_condition_must_fit_its_facts(text: str, part: str) -> None:
    """A number is compared with numbers, a choice with its values, an unknown fact not at all."""
    assert any(part in reason for reason in misuses(parse(text), RULES))


def test_undeclared_facts_are_yes_or_no() -> None:
    """Where a process declares none, older ones stay as they were."""
    assert list(misuses(parse("needs_site_visit"), {})) == []
    assert any("khác loại" in reason for reason in misuses(parse("needs_site_visit > 3"), {}))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (["area > 500", "area > 100", "area > 500"], [2]),
        (["area > 100", "area > 500"], [1]),
        (["area > 500", "area > 100", "area <= 100"], []),
        (["use == 'ODT'", "use == 'ONT'", "use in ['ODT', 'ONT']"], [2]),
        (["urgent and not urgent"], [0]),
        (["area > 1 and area < 2"], []),
    ],
)
def test_a_branch_nothing_leads_to_is_found(conditions: list[str], expected: list[int]) -> None:
    """Earlier branches are tried first; values between and beyond the marks count too."""
    assert never_taken([parse(text) for text in conditions], RULES) == expected


def test_an_engine_of_single_facts_gets_a_name_for_each_condition() -> None:
    """A bare fact is itself; others are spelled, with a digest where a code cannot; none collide."""
    texts = [
        "urgent",
        "not urgent",
        "area > 500",
        "area >= 500",
        "urgent and area > 500",
        "(urgent or area > 500) and use == 'ODT'",
        "urgent or (area > 500 and use == 'ODT')",
        "urgent or area > 500 or area < 1 or use == 'ODT' or use == 'ONT'",
    ]
    keys = [key_of(parse(text)) for text in texts]
    assert keys[:3] == ["urgent", "not-urgent", "area-gt-500"]
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= 64 for key in keys)


def test_a_scenario_states_facts() -> None:
    """A name alone is yes; numbers and choices by value; what is not the process's is refused."""
    assert read_scenario("urgent, area=600.5,use=ODT", RULES) == {
        "urgent": True,
        "area": Decimal("600.5"),
        "use": "ODT",
    }
    for wrong in ("visited", "urgent=maybe", "area=NaN", "area=x", "use=XXX", "area"):
        with pytest.raises(ValueError, match=r"dữ kiện"):
            read_scenario(wrong, RULES)
    process = {"steps": [{"next": [{"to": "x", "when": "visited"}]}]}
    assert rules_with_implied(process) == {"visited": FactRule("visited")}
