"""Bodies of other systems become rows of texts; moments are read as their systems write them."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.clock import VIETNAM
from services.gateway.domain.connectors.meaning import MIRRORS, Identity, Unmapped, command_of
from services.gateway.domain.connectors.moments import moment_of
from services.gateway.domain.connectors.records import read_row
from services.gateway.domain.connectors.rows import NotReadable, rows_of_csv, rows_of_json
from services.gateway.domain.connectors.source import MappingKind, Source

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=VIETNAM)
SOURCE = Source(name="BCA", title="", route="MINISTRY", agency="H99.201", statuses={"TN": "2"})
ROW = {
    "outside_code": "G01-1",
    "procedure": "TT",
    "status": "TN",
    "owner_name": "Trần Thị Bình",
    "submitted_at": "2026-03-02T08:00:00+07:00",
    "at": "20260302090000",
}


@pytest.mark.parametrize(
    "text",
    [
        "20260302090000",
        "02/03/2026 09:00:00",
        "02/03/2026 09:00",
        "2026-03-02 09:00:00",
        "2026-03-02T02:00:00Z",
        "2026-03-02T09:00:00+07:00",
        "202603020900",
        "02-03-2026 09:00:00",
        "2026/03/02 09:00:00",
        "09:00:00 02/03/2026",
        "20260302090000+0700",
        "/Date(1772416800000)/",
    ],
)
def test_a_moment_is_read_however_it_is_written(text: str) -> None:
    assert moment_of(text) == NINE


@pytest.mark.parametrize("text", ["", "hôm qua", "2026-13-01", "0001-01-01T00:00:00+14:00", "31/02/2026"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        moment_of(text)


@given(st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_a_moment_comes_back_as_it_was(at: datetime) -> None:
    assert moment_of(at.isoformat()) == at


def test_what_nobody_reads_of_a_row_refuses_it_not() -> None:
    """A ministry adds members of its own to a row; one that is read must be a value all the same."""
    more = {"trucTuyen": True, "lePhi": 150000.5, "tep": [], "nguoiNop": {"ten": "B"}, "note2": "x" * 4001}
    (row,) = rows_of_json(orjson.dumps({**ROW, **more}), "items").rows
    read = read_row(row, SOURCE, b"1", NINE)
    assert (read.reason, row.values, read.identity) == ("", ROW, Identity("G01-1", NINE))
    (wrong,) = rows_of_json(orjson.dumps({**ROW, "owner_name": {"ten": "B"}}), "items").rows
    assert read_row(wrong, SOURCE, b"1", NINE).reason == "trường owner_name không phải chữ hoặc số nguyên"
    (cells,) = rows_of_csv(("at;khac\n20260302090000;" + "x" * 4001).encode(), most_rows=5).rows
    assert cells.fault_in(["at"]) == ""
    assert cells.fault_in(["khac"]) == "ô khac dài quá 4000 ký tự"


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_refused_never_a_defect(body: bytes) -> None:
    for read in (lambda: rows_of_csv(body, most_rows=50), lambda: rows_of_json(body, "items")):
        try:
            sheet = read()
        except NotReadable:
            continue
        assert all(
            row.fault or all(isinstance(cell, str) for cell in row.values.values()) for row in sheet.rows
        )


def test_a_formula_stays_the_text_it_is() -> None:
    (row,) = rows_of_csv(b"a;b\n=1+1;'@SUM(A1)\n", most_rows=5).rows
    assert row.values == {"a": "=1+1", "b": "'@SUM(A1)"}


def test_codes_nobody_mapped_are_all_named_at_once() -> None:
    with pytest.raises(Unmapped) as unmapped:
        command_of({**ROW, "status": "LẠ"}, SOURCE, {})
    assert [(need.kind.value, need.code) for need in unmapped.value.needs] == [
        ("procedure", "TT"),
        ("status", "LẠ"),
    ]


def test_what_people_mapped_lies_over_the_configuration() -> None:
    mapped = {(MappingKind.PROCEDURE, "TT"): "1.004222", (MappingKind.STATUS, "TN"): "4"}
    command = command_of(ROW, SOURCE, mapped)
    assert (command.path, command.scope) == (MIRRORS, "mirror.feed")
    told = {name: command.body[name] for name in ("procedure_code", "status", "agency", "at")}
    assert told == {
        "procedure_code": "1.004222",
        "status": 4,
        "agency": "H99.201",
        "at": "2026-03-02T09:00:00+07:00",
    }
