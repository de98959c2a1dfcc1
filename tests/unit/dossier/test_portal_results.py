"""Which results the portal is told of at a version: what stands then and still, and what was taken back."""

from datetime import datetime, timedelta
from typing import Any

from kernel.core.clock import VIETNAM
from services.dossier.domain.holdings import Result
from services.dossier.use_cases.portal_results import told_results

MONDAY = datetime(2026, 3, 2, 8, tzinfo=VIETNAM)


def at(hours: int) -> datetime:
    return MONDAY + timedelta(hours=hours)


def an_entry(name: str, hours: int) -> dict[str, Any]:
    return {"type": f"dossier.{name}.v1", "data": {"change": {"at": at(hours).isoformat()}}}


def a_result(number: str, hours: int) -> Result:
    return Result("Giấy phép", number, "GRANTED", "Người ký", at(hours), ())


HISTORY = [
    an_entry("accepted", 0),
    an_entry("result_issued", 1),
    an_entry("result_recalled", 2),
    an_entry("work_noted", 3),
    an_entry("result_issued", 4),
    an_entry("result_recalled", 5),
    an_entry("result_issued", 6),
    an_entry("returned", 7),
]
FIRST, SECOND, THIRD = a_result("1", 1), a_result("2", 4), a_result("3", 6)


def told(upto: int, result: Result | None, *recalled: Result) -> tuple[list[str], list[tuple[str, str]]]:
    history = [{**one, "version": version} for version, one in enumerate(HISTORY[:upto], 1)]
    standing, gone = told_results(result, recalled, history)
    assert all(HISTORY[when.version - 1]["data"]["change"]["at"] == when.at for _, when in gone)
    return [one.number for one in standing], [(one.number, when.at[11:13]) for one, when in gone]


def test_what_stands_and_what_was_taken_back_is_told_version_by_version() -> None:
    assert told(1, FIRST) == ([], [])
    assert told(2, FIRST) == (["1"], [])
    assert told(3, None, FIRST) == ([], [("1", "10")])
    assert told(5, SECOND, FIRST) == (["2"], [("1", "10")])
    assert told(8, THIRD, FIRST, SECOND) == (["3"], [("1", "10"), ("2", "13")])


def test_a_version_told_late_hands_out_nothing_that_was_recalled_since_or_issued_later() -> None:
    assert told(2, None, FIRST) == ([], [])
    assert told(2, SECOND, FIRST) == ([], [])
    assert told(4, THIRD, FIRST, SECOND) == ([], [("1", "10")])
    assert told(5, THIRD, FIRST, SECOND) == ([], [("1", "10")])
