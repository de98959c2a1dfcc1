"""Bodies of other systems become rows of texts; moments are read as their systems write them."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.clock import VIETNAM
from services.gateway.clients.connector_pages import page_of
from services.gateway.domain.connectors.meaning import MIRRORS, Identity, NotMeant, Unmapped, command_of
from services.gateway.domain.connectors.moments import moment_of
from services.gateway.domain.connectors.records import read_row
from services.gateway.domain.connectors.rows import NotReadable, rows_of_csv, rows_of_json
from services.gateway.domain.connectors.source import MappingKind, PullWay, Source
from services.gateway.use_cases.connectors.ports import SourceSilent

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


@pytest.mark.parametrize(
    "written",
    [
        *(ROW, [ROW], orjson.dumps([ROW]).decode(), orjson.dumps(ROW).decode()),
        *({"item": [ROW]}, {"$values": [ROW]}, {"item": ROW}),
    ],
)
def test_a_list_is_read_whatever_a_bridge_makes_of_it(written: Any) -> None:
    """One change alone as an object, a list as a text, a mark at the beginning: pushed or in a page alike."""
    body = b"\xef\xbb\xbf" + orjson.dumps({"items": written, "next_cursor": "7"})
    for is_page in (False, True):
        assert [row.values for row in rows_of_json(body, "items", is_page=is_page).rows] == [ROW]
    page = page_of(body, PullWay(url="https://bo.example", key=""))
    assert (page.items, page.next_cursor, page.body) == (1, "7", body)


@pytest.mark.parametrize("nothing", [None, "", {}, []])
def test_nothing_under_the_lists_name_is_a_page_without_news(nothing: Any) -> None:
    body = orjson.dumps({"items": nothing})
    assert page_of(body, PullWay(url="https://bo.example", key="")).items == 0
    assert rows_of_json(body, "items", is_page=True).rows == []


def test_a_row_with_a_member_of_the_lists_name_is_a_row_and_a_page_without_a_list_is_none() -> None:
    (row,) = rows_of_json(orjson.dumps({**ROW, "items": None}), "items").rows
    assert row.values == ROW
    for body in ({}, {"items": "bảo trì"}, [ROW]):
        with pytest.raises(SourceSilent):
            page_of(orjson.dumps(body), PullWay(url="https://bo.example", key=""))


@pytest.mark.parametrize(
    "text",
    [
        "ma;ghi chú (a,b,c,d)\n1;x\n",
        "sep=;\nma;ghi chú (a,b,c,d)\n1;x\n",
        "sep=,\r\nma,ghi chú (a;b;c)\r\n1,x\r\n",
        "ma\tghi chú; (a, b, c)\n1\tx, y, z\n2\tx\n",
    ],
)
def test_what_parts_the_names_parts_the_lines_below(text: str) -> None:
    rows = rows_of_csv(text.encode(), most_rows=5).rows
    assert [row.fault for row in rows] == [""] * len(rows)
    assert rows[0].values["ma"] == "1"


@pytest.mark.parametrize(
    "empty",
    [
        *("0001-01-01T00:00:00", "01/01/0001 00:00:00", "N/A", "null", "-"),
        *("0000-00-00 00:00:00", "00000000000000", "0", "1900-01-01T00:00:00", "1899-12-30", "1753-01-01"),
        *("1970-01-01T00:00:00Z", "9999-12-31T23:59:59"),
    ],
)
def test_a_moment_that_says_there_is_none_is_left_out_where_it_may_be_and_missed_where_not(
    empty: str,
) -> None:
    mapped = {(MappingKind.PROCEDURE, "TT"): "1.004222"}
    assert command_of({**ROW, "due_at": empty, "accepted_at": empty}, SOURCE, mapped).body["due_at"] is None
    with pytest.raises(NotMeant, match="thiếu thời điểm at"):
        command_of({**ROW, "at": empty}, SOURCE, mapped)


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
