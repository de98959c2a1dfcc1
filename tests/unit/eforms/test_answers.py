"""What a form takes, why it takes nothing else, and what it costs."""

import time
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eforms.fees import FeeLine, compute
from eforms.form import Form
from tests.builders.forms import a_form, answers

FORM = Form(a_form())
AN = {"full_name": "Nguyễn Văn An", "identity_number": "001099000001"}


def told(given: Any) -> dict[str, str]:
    """Return reasons by path."""
    return {fault.path: fault.reason for fault in FORM.faults(given)}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"copies": 20},
        {"purpose": "OTHER", "other_purpose": "Bổ sung hồ sơ lao động"},
        {"marriages": [{"spouse": "Trần Thị Bình"}]},
        {"marriages": [{"spouse": "Trần Thị Bình", "ended": True, "ended_on": "2020-02-29"}]},
        {"applicant": {**AN, "email": "an@thu.example"}},
    ],
)
def test_sound_answers_are_taken(more: dict[str, Any]) -> None:
    assert told(answers(**more)) == {}


@pytest.mark.parametrize(
    ("given", "path", "reason"),
    [
        ({}, "applicant", "Chưa khai mục bắt buộc"),
        (answers(applicant={"full_name": "An"}), "applicant.identity_number", "Chưa khai mục bắt buộc"),
        (
            answers(applicant={**AN, "identity_number": "12"}),
            "applicant.identity_number",
            "Không đúng dạng quy định",
        ),
        (answers(applicant={**AN, "email": "an@"}), "applicant.email", "Phải là địa chỉ thư điện tử"),
        (answers(applicant={**AN, "full_name": ""}), "applicant.full_name", "Không được để trống"),
        (answers(applicant={**AN, "phone": "09"}), "applicant.phone", "Biểu mẫu không có mục này"),
        (answers(purpose="FUN"), "purpose", "Phải chọn một trong các giá trị cho sẵn"),
        (answers(purpose="OTHER"), "other_purpose", "Chưa khai mục bắt buộc"),
        (answers(other_purpose="thừa"), "other_purpose", "Không khai mục này trong trường hợp đã chọn"),
        (answers(copies=0), "copies", "Không được nhỏ hơn 1"),
        (answers(copies="2"), "copies", "Phải là số nguyên"),
        (answers(copies=True), "copies", "Phải là số nguyên"),
        (answers(marriages=[{"spouse": "B"}] * 6), "marriages", "Không được quá 5 dòng"),
        (answers(marriages=[{"spouse": "B"}, {}]), "marriages.1.spouse", "Chưa khai mục bắt buộc"),
        (
            answers(marriages=[{"spouse": "B", "ended": True}]),
            "marriages.0.ended_on",
            "Chưa khai mục bắt buộc",
        ),
        (
            answers(marriages=[{"spouse": "B", "ended_on": "2020-01-01"}]),
            "marriages.0.ended_on",
            "Không khai mục này trong trường hợp đã chọn",
        ),
        (
            answers(marriages=[{"spouse": "B", "ended": True, "ended_on": "2021-02-29"}]),
            "marriages.0.ended_on",
            "Phải là ngày (NNNN-TT-NN)",
        ),
        ([], "", "Phải là một đối tượng JSON"),
        (answers(other_purpose="x" * 300_000), "", "Nội dung khai quá lớn"),
    ],
)
def test_every_wrong_answer_has_its_place_and_reason(given: Any, path: str, reason: str) -> None:
    assert told(given)[path] == reason


def test_answers_too_deep_or_too_many_are_not_looked_at() -> None:
    """No depth exhausts the stack, and no width the time."""
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert [fault.path for fault in FORM.faults(answers(marriages=deep))] == [""]
    assert [fault.path for fault in FORM.faults(answers(marriages=[0] * 100_000))] == [""]


def test_no_pattern_can_be_made_slow() -> None:
    """A pattern that takes a backtracking engine for ever is answered at once."""
    slow = a_form()
    purpose = {"type": "string", "pattern": "^(a|a)*(a+)+$", "maxLength": 10_000, "title": "X"}
    slow["schema"]["properties"]["other_purpose"] = purpose
    begun = time.perf_counter()
    faults = Form(slow).faults(answers(purpose="OTHER", other_purpose="a" * 9_999 + "!"))
    assert [fault.path for fault in faults] == ["other_purpose"]
    assert time.perf_counter() - begun < 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(a_form()["schema"]["properties"], json_values)))
def test_whatever_is_sent_is_answered_and_left_as_it_was(given: dict[str, Any]) -> None:
    """No answer breaks the form, and looking changes nothing."""
    before = deepcopy(given)
    assert all(fault.reason for fault in FORM.faults(given))
    assert repr(given) == repr(before)


@pytest.mark.parametrize(
    ("fee", "more", "amounts"),
    [
        ({"code": "a", "name": "A", "amount": 15000}, {}, [15000]),
        ({"code": "a", "name": "A", "amount": 3000, "times": "/copies", "free": 1}, {"copies": 4}, [9000]),
        ({"code": "a", "name": "A", "amount": 3000, "times": "/copies", "free": 1}, {}, [0]),
        (
            {"code": "a", "name": "A", "amount": 7000, "times": "/marriages"},
            {"marriages": [{"spouse": "B"}] * 3},
            [21000],
        ),
        ({"code": "a", "name": "A", "share": "0.005", "of": "/copies"}, {"copies": 20}, [0]),
        ({"code": "a", "name": "A", "share": "0.5", "of": "/copies", "at_least": 4}, {"copies": 5}, [4]),
        ({"code": "a", "name": "A", "share": "0.5", "of": "/copies"}, {"copies": 5}, [3]),
        ({"code": "a", "name": "A", "amount": 9, "times": "/copies", "at_most": 20}, {"copies": 5}, [20]),
        (
            {"code": "a", "name": "A", "amount": 9, "when": {"properties": {"purpose": {"const": "LAND"}}}},
            {},
            [],
        ),
        (
            {
                "code": "a",
                "name": "A",
                "amount": 9,
                "when": {"properties": {"purpose": {"const": "MARRIAGE"}}},
            },
            {},
            [9],
        ),
    ],
)
def test_the_fee_is_whole_dong_by_the_rows_that_apply(
    fee: dict[str, Any], more: dict[str, Any], amounts: list[int]
) -> None:
    """Halves are rounded up, free pieces cost nothing, bounds hold."""
    form = Form(a_form(fee={"lines": [fee]}))
    assert form.fee(answers(**more)) == [FeeLine("a", "A", "FEE", amount) for amount in amounts]


@pytest.mark.parametrize("day", ["2026-W01-1", "20260105", "2026-1-05", "2026-02-30"])
def test_a_day_is_written_one_way(day: str) -> None:
    """Python reads weeks as days; whoever reads the answers afterwards does not."""
    assert told(answers(marriages=[{"spouse": "B", "ended": True, "ended_on": day}]))


@pytest.mark.parametrize("many", [10**30, 1e300, -1e300])
def test_a_number_nobody_means_costs_a_bounded_fee(many: float) -> None:
    """More digits than decimals are rounded with: an amount, not an exception."""
    line = {"code": "a", "name": "Phí", "amount": 8_000, "times": "/copies"}
    [found] = compute({"lines": [line]}, {"copies": many}, lambda *_: True)
    assert found.amount == (10_000_000_000 if many > 0 else 0)
