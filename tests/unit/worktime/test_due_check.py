"""The command that checks a table of cases: generous in reading, strict in comparing, never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from worktime.due_check import main

COLUMNS = (
    "id,start,duration,unit,cutoff,office_hours,calendar_exceptions,clock_stops,clock_policy,"
    "expected_effective_start,expected_due,expected_due_weekday,expected_apology_latest"
)
ROW = {
    "id": "A1",
    "start": "2026-03-02T09:15:00+07:00",
    "duration": "5",
    "unit": "WORKING_DAY",
    "cutoff": "",
    "office_hours": "07:30-11:30;13:30-17:30",
    "calendar_exceptions": "",
    "clock_stops": "",
    "clock_policy": "",
    "expected_effective_start": "2026-03-02T09:15:00+07:00",
    "expected_due": "2026-03-09T17:30:00+07:00",
    "expected_due_weekday": "Mon",
    "expected_apology_latest": "2026-03-06T17:30:00+07:00",
}
NO_DUE = {"expected_due": "", "expected_due_weekday": "", "expected_apology_latest": ""}
ON_THE_DAY = {"expected_due": "2026-03-02T17:30:00+07:00", "expected_apology_latest": ""}


class Table:
    """Writes rows to a file, runs the command on it, keeps what it said."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self._path, self._capture = folder / "cases.csv", capture

    def check(self, *changes: dict[str, str]) -> tuple[int, list[str]]:
        lines = [COLUMNS] + [",".join((ROW | change).values()) for change in changes]
        return self.check_bytes("\n".join(lines).encode())

    def check_bytes(self, content: bytes) -> tuple[int, list[str]]:
        self._path.write_bytes(content)
        status = main([str(self._path)])
        said = self._capture.readouterr()
        return status, (said.out + said.err).splitlines()


@pytest.fixture
def table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Table:
    return Table(tmp_path, capsys)


def test_a_right_table_ends_with_its_sum_and_status_0(table: Table) -> None:
    assert table.check({}, {"id": "A2"}) == (0, ["ok=2 wrong=0"])


def test_each_difference_is_named_and_the_status_is_1(table: Table) -> None:
    status, lines = table.check(
        {}, {"id": "A2", "expected_due": "2026-03-10T17:30:00+07:00", "expected_due_weekday": "Tue"}
    )
    assert status == 1
    assert lines == [
        "A2: expected_due: expected 2026-03-10T17:30:00+07:00, got 2026-03-09T17:30:00+07:00",
        "A2: expected_due_weekday: expected Tue, got Mon",
        "ok=1 wrong=1",
    ]


@pytest.mark.parametrize(
    "column", ["expected_effective_start", "expected_due", "expected_due_weekday", "expected_apology_latest"]
)
def test_an_empty_expectation_means_none_and_is_not_passed_over(table: Table, column: str) -> None:
    status, lines = table.check({column: ""})
    assert (status, lines[-1]) == (1, "ok=0 wrong=1")
    assert lines[0].startswith(f"A1: {column}: expected (none), got ")


@pytest.mark.parametrize(
    "change",
    [
        {"unit": " working_day ", "duration": " 5.0 ", "clock_policy": "pause"},
        {"office_hours": ""},
        {"office_hours": " 13:30 - 17:30 ; 7:30-11:30 "},
        {"start": "2026-03-02T02:15:00Z"},
        {"expected_due": "2026-03-09T10:30:00Z", "expected_due_weekday": "mon"},
        {"clock_stops": " 2026-03-03T10:00:00+07:00 / 2026-03-03T11:00:00+07:00 |"},
        {"unit": "SAME_DAY", "duration": "", **ON_THE_DAY},
        {"unit": "SAME_DAY", "duration": "0", "cutoff": "9:15", **ON_THE_DAY},
        {"clock_stops": "2026-03-03T10:00:00+07:00/", **NO_DUE},
    ],
    ids=",".join,
)
def test_what_can_be_understood_is_read(table: Table, change: dict[str, str]) -> None:
    assert table.check(change) == (0, ["ok=1 wrong=0"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"start": ""}, "start is not a moment"),
        ({"start": "02/03/2026 09:15"}, "start is not a moment"),
        ({"start": "2026-03-02T09:15:00"}, "needs its zone"),
        ({"start": "9999-12-31T23:00:00-07:00"}, "outside the years"),
        ({"start": "9999-12-31T09:00:00+07:00"}, "working calendar loaded"),
        ({"duration": ""}, "duration is not a number"),
        ({"duration": "five"}, "duration is not a number"),
        ({"duration": "-1"}, "number from 0"),
        ({"duration": "NaN"}, "number from 0"),
        ({"duration": "1e30"}, "number from 0"),
        ({"duration": "1.5", "unit": "CALENDAR_DAY"}, "whole numbers"),
        ({"duration": "0.5", "unit": "MONTH"}, "whole numbers"),
        ({"unit": ""}, "unit is not one of"),
        ({"unit": "WEEK"}, "unit is not one of"),
        ({"unit": "SAME_DAY", "duration": "0", "cutoff": "3pm"}, "time of day"),
        ({"office_hours": "all day"}, "session"),
        ({"calendar_exceptions": "HALF:2026-03-04"}, "own sessions"),
        ({"calendar_exceptions": "OFF:tomorrow"}, "calendar exception"),
        ({"clock_stops": "2026-03-03T10:00:00+07:00"}, "stop/resume"),
        ({"clock_stops": "/2026-03-03T10:00:00+07:00"}, "stop is not a moment"),
        ({"clock_stops": "2026-03-03T10:00:00+07:00/2026-03-03T09:00:00+07:00"}, "before it stopped"),
        ({"clock_policy": "WAIT"}, "clock_policy is not one of"),
        ({"expected_due": "Monday"}, "expected_due is not a moment"),
    ],
)
def test_a_row_that_cannot_be_read_is_wrong_with_its_reason_and_the_rest_is_checked(
    table: Table, change: dict[str, str], reason: str
) -> None:
    status, lines = table.check(change, {"id": "A2"})
    assert status == 2
    assert lines[0].startswith("A1: cannot be computed: ")
    assert reason in lines[0]
    assert lines[1:] == ["ok=1 wrong=1"]


def test_rows_without_an_id_are_named_by_their_line_and_blank_rows_are_none(table: Table) -> None:
    rows = [
        COLUMNS,
        "," * COLUMNS.count(","),
        ",".join((ROW | {"id": "", "unit": "WEEK"}).values()),
        "A9,short",
    ]
    status, lines = table.check_bytes("\r\n".join(rows).encode("utf-8-sig"))
    assert status == 2
    assert [line.split(":")[0] for line in lines] == ["line 3", "A9", "ok=0 wrong=2"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "missing columns"),
        (b"id,start\nA1,now\n", "missing columns: duration"),
        (COLUMNS.encode() + b'\nA1,"2026', "not a CSV table"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (COLUMNS.encode() + b"\nA1," + b"x" * 200_000, "not a CSV table"),
    ],
)
def test_a_file_that_is_no_table_gets_one_clear_line_and_status_2(
    table: Table, content: bytes, reason: str
) -> None:
    status, lines = table.check_bytes(content)
    assert (status, len(lines)) == (2, 1)
    assert reason in lines[0]


def test_a_missing_file_a_folder_and_no_argument_get_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in ([str(tmp_path / "none.csv")], [str(tmp_path)], []):
        assert main(arguments) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.splitlines()) == 1


def test_the_command_runs_by_its_module_name_also_where_the_terminal_knows_ascii_only(tmp_path: Path) -> None:
    path = tmp_path / "ca.csv"
    path.write_text(
        COLUMNS + "\n" + ",".join((ROW | {"id": "Đ1", "expected_due_weekday": "Tue"}).values()), "utf-8"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "worktime.due_check", str(path)],
        cwd=Path(__file__).parents[3],
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.splitlines()[-1] == "ok=0 wrong=1"
