"""Internal processes: what a sound one is, and how long its longest way takes."""

from typing import Any

import pytest

from services.catalog.domain.process import critical_hours, read_process
from services.catalog.domain.reading import Reader
from tests.builders.catalog import a_process, a_step


def faults(*steps: dict[str, Any], **more: Any) -> list[str]:
    """Return the reasons of a process of these steps."""
    reader = Reader(a_process(*steps, **more))
    read_process(reader)
    return reader.reasons


DRAFT, SIGN, ISSUE = a_step("soan", "SPECIALIST", "ky"), a_step("ky", "SIGNER", "ra"), a_step("ra", "CLERK")


def test_a_sound_process_has_no_faults() -> None:
    """Draft, sign, issue; also with a branch and a consultation beside the draft."""
    assert faults(DRAFT, SIGN, ISSUE) == []
    visit = a_step("thuc-dia", "SPECIALIST", "ky")
    opinion = a_step("y-kien", "SPECIALIST", issues_result=False, consultation_of=["soan"])
    assert faults(a_step("soan", "SPECIALIST", "ky", "thuc-dia"), visit, opinion, SIGN, ISSUE) == []


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ([], "ít nhất một mục"),
        ([a_step("ky", "SIGNER")], "vai trò khác"),
        ([DRAFT, DRAFT, SIGN, ISSUE], "trùng mã"),
        ([DRAFT, SIGN], "không tồn tại"),
        ([a_step("soan", "SPECIALIST", "ra"), a_step("ra", "CLERK", "soan")], "vòng kín"),
        ([DRAFT, SIGN, ISSUE, a_step("le", "CLERK")], "không thể đi tới"),
        ([DRAFT, SIGN, a_step("ra", "CLERK", issues_result=False)], "phát hành kết quả"),
        ([a_step("soan", "SPECIALIST", "ky", hours=-1), SIGN, ISSUE], "hours"),
        ([a_step("soan", "KING", "ky"), SIGN, ISSUE], "role"),
        ([a_step("soan", "SPECIALIST", "ky", unit=None), SIGN, ISSUE], "unit"),
        ([DRAFT, SIGN, ISSUE, a_step("y-kien", "CLERK", consultation_of=["nobody"])], "không tồn tại"),
    ],
)
def test_an_unsound_process_is_refused_with_the_reason(steps: list[dict[str, Any]], fault: str) -> None:
    """One start, all reachable, no circle, an end that issues; the drafter does not sign."""
    reader = Reader({**a_process(DRAFT), "steps": steps, "first": steps[0]["code"] if steps else "soan"})
    read_process(reader)
    assert any(fault in reason for reason in reader.reasons), reader.reasons


def test_two_unconditional_ways_are_refused() -> None:
    """Nobody could tell which to take."""
    fork = a_step("soan", "SPECIALIST", "ky") | {"next": [{"to": "ky", "when": ""}, {"to": "ra", "when": ""}]}
    assert any("không điều kiện" in reason for reason in faults(fork, SIGN, ISSUE))


def test_the_longest_way_counts() -> None:
    """A branch taken sometimes counts, a slow opinion stretches; the clock runs while the applicant acts."""
    steps = [
        a_step("soan", "SPECIALIST", "ky", "thuc-dia", hours=8, consultation_of=[]),
        a_step("thuc-dia", "SPECIALIST", "cho", hours=16, consultation_of=[]),
        a_step("cho", "CLERK", "ky", kind="APPLICANT", hours=100, consultation_of=[]),
        a_step("y-kien", "SPECIALIST", hours=10, consultation_of=["soan"]),
        a_step("ky", "SIGNER", "ra", hours=4, consultation_of=[]),
        a_step("ra", "CLERK", hours=2, consultation_of=[]),
    ]
    assert critical_hours("soan", steps) == 10 + 16 + 100 + 4 + 2
