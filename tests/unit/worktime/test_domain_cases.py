"""The cases the rules were written with: our copy of the domain table, and the reference file in place."""

import csv
from pathlib import Path

import pytest

from tests.unit.worktime.office import (
    TET,
    a_stop,
    an_office,
    at,
    calendar_days,
    months,
    same_day,
    working_days,
    working_hours,
)
from worktime.deadline import due_at
from worktime.due_check import differences
from worktime.term import ClockPolicy, Term

REFERENCE = Path(__file__).parents[3].parent / "shared" / "reference" / "calendar-cases.csv"
AUTUMN = "OFF:2026-08-31|OFF:2026-09-01|OFF:2026-09-02"
NEW_YEAR = "OFF:2026-01-01|OFF:2026-01-02"

TABLE = [
    ("C01", "2026-03-02 09:15", working_days(5), "", "2026-03-09 17:30"),
    ("C03", "2026-03-06 17:45", working_days(3), "", "2026-03-12 17:30"),
    ("C05", "2026-02-12 09:00", working_days(5), TET, "2026-02-26 17:30"),
    ("C06", "2026-02-13 17:30", working_days(1), TET, "2026-02-23 17:30"),
    ("C07", "2026-02-13 17:31", working_days(1), TET, "2026-02-24 17:30"),
    ("C10", "2026-08-28 10:00", working_days(3), AUTUMN, "2026-09-07 17:30"),
    ("C11", "2026-08-21 14:00", working_days(1), "WORK:2026-08-22", "2026-08-22 17:30"),
    ("C14", "2025-12-31 16:00", working_days(3), NEW_YEAR, "2026-01-07 17:30"),
    ("C18", "2026-03-03 10:00", working_days("0.5"), "", "2026-03-03 16:00"),
    ("C19", "2026-03-06 15:00", working_days("1.5"), "", "2026-03-10 09:00"),
    ("C24", "2026-02-13 16:30", working_hours(8), TET, "2026-02-23 16:30"),
    ("C28", "2026-03-03 15:00", same_day(), "", "2026-03-03 17:30"),
    ("C29", "2026-03-03 15:01", same_day(), "", "2026-03-04 17:30"),
    ("C33", "2026-02-06 09:00", calendar_days(10), TET, "2026-02-23 17:30"),
    ("C35", "2026-01-30 09:00", months(1), TET, "2026-03-02 17:30"),
]


@pytest.mark.parametrize(("case", "start", "term", "exceptions", "due"), TABLE, ids=[row[0] for row in TABLE])
def test_a_term_of_the_domain_table_is_due_as_it_says(
    case: str, start: str, term: Term, exceptions: str, due: str
) -> None:
    assert due_at(an_office(exceptions), at(start), term) == at(due), case


@pytest.mark.parametrize(
    ("start", "term", "stop", "exceptions", "policy", "due"),
    [
        pytest.param(
            "2026-03-02 09:00",
            working_days(10),
            a_stop("2026-03-05 10:00", "2026-03-11 14:00"),
            "",
            ClockPolicy.PAUSE,
            "2026-03-20 17:30",
            id="C37",
        ),
        pytest.param(
            "2026-02-10 09:00",
            working_days(5),
            a_stop("2026-02-12 16:00", "2026-02-24 08:30"),
            TET,
            ClockPolicy.PAUSE,
            "2026-02-27 17:30",
            id="C39",
        ),
        pytest.param(
            "2026-03-03 08:00",
            working_hours(16),
            a_stop("2026-03-03 10:00", "2026-03-04 15:30"),
            "",
            ClockPolicy.PAUSE,
            "2026-03-06 11:30",
            id="C42",
        ),
        pytest.param(
            "2026-03-02 09:00",
            working_days(10),
            a_stop("2026-03-05 10:00", "2026-03-11 14:00"),
            "",
            ClockPolicy.RESTART,
            "2026-03-25 17:30",
            id="C43",
        ),
    ],
)
def test_a_stopped_term_of_the_domain_table_is_due_as_it_says(
    start: str, term: Term, stop: object, exceptions: str, policy: ClockPolicy, due: str
) -> None:
    assert due_at(an_office(exceptions), at(start), term, [stop], policy) == at(due)


def reference_rows() -> list[object]:
    if not REFERENCE.exists():
        reason = pytest.mark.skip(reason="the reference table does not lie beside this checkout")
        return [pytest.param({}, id="reference", marks=reason)]
    with REFERENCE.open(encoding="utf-8") as file:
        return [pytest.param(row, id=row["id"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("row", reference_rows())
def test_a_row_of_the_reference_table_has_no_difference(row: dict[str, str]) -> None:
    assert differences(row) == []


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference table does not lie beside this checkout")
def test_the_reference_table_has_all_its_rows() -> None:
    assert len(reference_rows()) == 48
