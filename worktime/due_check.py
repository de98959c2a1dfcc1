"""Checks a table of cases: `python -m worktime.due_check FILE.csv` computes each row and prints differences.

Columns as in the reference table: start, duration, unit, cutoff, office_hours, calendar_exceptions,
clock_stops (`stop/resume`, several separated by `|`), clock_policy, and the four expected_ columns. `id`
names a row. Read generously: spaces around values, units in lower case, an empty policy (PAUSE), an empty
duration of a SAME_DAY row, empty office hours (07:30-11:30;13:30-17:30). An empty expected value means
"there is none": a row whose clock still stands has no due moment. Nothing else is guessed.

Exit status: 0 all right; 1 some row wrong; 2 when the file or some row could not be read. A row that cannot
be read counts as wrong, with its reason.
"""

import csv
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TextIO, TypeVar

from worktime.calendar import CalendarNotLoaded, WorkCalendar
from worktime.deadline import ClockStopped, apology_for_term, due_at, term_start
from worktime.office_hours import parse_time
from worktime.term import ClockPolicy, Stop, Term, Unit
from worktime.zone import local

_DEFAULT_HOURS = "07:30-11:30;13:30-17:30"
_Choice = TypeVar("_Choice", bound=StrEnum)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_GIVEN = (
    "start",
    "duration",
    "unit",
    "cutoff",
    "office_hours",
    "calendar_exceptions",
    "clock_stops",
    "clock_policy",
)
_EXPECTED = (
    "expected_effective_start",
    "expected_due",
    "expected_due_weekday",
    "expected_apology_latest",
)


class UnreadableFile(Exception):  # noqa: N818 - the fact is the name.
    """The file cannot be read as a table with the needed columns."""


def compute(row: Mapping[str, str]) -> dict[str, str]:
    """Return the four expected_ columns as the rules give them; ValueError or CalendarNotLoaded if none."""
    calendar = WorkCalendar.parse(row["office_hours"] or _DEFAULT_HOURS, row["calendar_exceptions"])
    start, term = _moment(row["start"], "start"), _term(row)
    stops = [_stop(part) for part in row["clock_stops"].split("|") if part.strip()]
    policy = _choice(ClockPolicy, row["clock_policy"] or ClockPolicy.PAUSE, "clock_policy")
    begins = term_start(calendar, start, term)
    try:
        due = due_at(calendar, start, term, stops, policy)
    except ClockStopped:
        return dict(zip(_EXPECTED, (begins.isoformat(), "", "", ""), strict=True))
    apology = apology_for_term(calendar, due, term)
    texts = (
        begins.isoformat(),
        due.isoformat(),
        _WEEKDAYS[due.weekday()],
        apology.isoformat() if apology else "",
    )
    return dict(zip(_EXPECTED, texts, strict=True))


def differences(row: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return (column, expected, got) of each value that is not as expected; moments compare as instants."""
    got = compute(row)
    return [(c, row[c], got[c]) for c in _EXPECTED if not _same(c, row[c], got[c])]


def check(path: Path, out: TextIO) -> int:
    """Check the file, write the differences and the sum line, return the exit status."""
    ok = wrong = unreadable = 0
    for name, row in _rows(path):
        try:
            found = differences(row)
        except (ValueError, CalendarNotLoaded) as error:
            out.write(f"{name}: cannot be computed: {error}\n")
            unreadable += 1
            wrong += 1
            continue
        out.writelines(
            f"{name}: {column}: expected {expected or '(none)'}, got {got or '(none)'}\n"
            for column, expected, got in found
        )
        wrong += bool(found)
        ok += not found
    out.write(f"ok={ok} wrong={wrong}\n")
    return 2 if unreadable else int(wrong > 0)


def main(arguments: list[str]) -> int:
    """Run the command; one clear line on standard error when the file cannot be read."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # Always a TextIOWrapper here.
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m worktime.due_check FILE.csv\n")
        return 2
    try:
        return check(Path(arguments[0]), sys.stdout)
    except UnreadableFile as error:
        sys.stderr.write(f"{arguments[0]}: {error}\n")
        return 2


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row under its id (or line number), all needed columns present and stripped."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, strict=True)
            table.fieldnames = [name.strip().lower() for name in table.fieldnames or ()]
            missing = [name for name in _GIVEN + _EXPECTED if name not in table.fieldnames]
            if missing:
                raise UnreadableFile(f"missing columns: {', '.join(missing)}")
            for cells in table:
                row = {name: (cells[name] or "").strip() for name in table.fieldnames}
                if any(row.values()):
                    yield row.get("id") or f"line {table.line_num}", row
    except OSError as error:
        raise UnreadableFile(error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise UnreadableFile("not UTF-8 text") from None
    except csv.Error as error:
        raise UnreadableFile(f"not a CSV table: {error}") from None


def _term(row: Mapping[str, str]) -> Term:
    unit = _choice(Unit, row["unit"], "unit")
    text = row["duration"] or ("0" if unit is Unit.SAME_DAY else "")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"duration is not a number: {text!r}") from None
    return Term(value, unit, parse_time(row["cutoff"]) if row["cutoff"] else None)


def _stop(text: str) -> Stop:
    stopped, slash, resumed = text.partition("/")
    if not slash:
        raise ValueError(f"a clock stop is stop/resume: {text.strip()!r}")
    return Stop(_moment(stopped, "stop"), _moment(resumed, "resume") if resumed.strip() else None)


def _moment(text: str, what: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{what} is not a moment (2026-03-02T09:15:00+07:00): {text.strip()!r}") from None
    return local(at)


def _choice(kind: type[_Choice], text: str, what: str) -> _Choice:
    try:
        return kind(text.strip().upper())
    except ValueError:
        raise ValueError(f"{what} is not one of {', '.join(kind)}: {text!r}") from None


def _same(column: str, expected: str, got: str) -> bool:
    if not expected or not got or column == "expected_due_weekday":
        return expected.casefold() == got.casefold()
    return _moment(expected, column) == _moment(got, column)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
