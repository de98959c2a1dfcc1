"""Files as others write them: every row accounted for, dirt told and mended, bad rows refused by reason."""

import gzip
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.web.request import Unreadable
from services.catalog.api.file_imports import safe_cell, unpacked
from services.catalog.domain.errors import NotADocument
from services.catalog.domain.fees import parse_fees
from services.catalog.domain.sources.reading_files import Format, format_of
from services.catalog.domain.sources.rows import Dirt, dirt_table
from services.catalog.store.files.markup import plain_text
from services.catalog.store.files.opening import rows_of
from tests.builders.catalog import a_public_record
from tests.builders.catalog_files import a_portal_answer, a_workbook


def lines(*records: Any) -> bytes:
    """Return JSON Lines."""
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
def test_lines_are_read_in_the_encodings_spreadsheets_and_editors_write(encoding: str, end: str) -> None:
    text = lines(a_public_record("1.000001", name="Đăng ký"), a_public_record("1.000002")).decode() + end
    rows = rows_of(text.encode(encoding), Format.JSONL)
    assert [(row.number, row.code, row.reasons) for row in rows] == [(1, "1.000001", []), (2, "1.000002", [])]
    assert rows[0].name == "Đăng ký"


@pytest.mark.parametrize(("after", "said"), [(b"\xff\xfa", "UTF-8"), (b"\x00", "NUL")])
def test_a_file_that_is_no_text_further_down_is_no_file_at_all(after: bytes, said: str) -> None:
    with pytest.raises(NotADocument, match=said):
        rows_of(lines(a_public_record("1.000001")) + b"\n" + after, Format.JSONL)


def test_a_table_is_read_whatever_its_columns_are_called() -> None:
    """Vietnamese or English headers, semicolons, a byte order mark, empty lines."""
    content = "\ufeffMã TTHC;Tên thủ tục;Lĩnh vực;Cấp thực hiện\n\n1.000001;Đăng ký;Hộ tịch;Cấp tỉnh|Cấp xã\n"
    [row] = rows_of(content.encode(), Format.CSV)
    assert row.record == {
        "code": "1.000001",
        "name": "Đăng ký",
        "field": "Hộ tịch",
        "levels": ["Cấp tỉnh", "Cấp xã"],
    }


def test_a_spreadsheet_is_a_table() -> None:
    """A code that the spreadsheet took for a number is a code again."""
    rows = rows_of(
        a_workbook(["code", "name"], [1.0001, "Một"], ["1.000002", "Hai"], [None, None]), Format.XLSX
    )
    assert [(row.number, row.code) for row in rows] == [(1, "1.000100"), (2, "1.000002")]


@pytest.mark.parametrize("cells", [["1.000001", "=1+1"], ["=HYPERLINK(1)", "x"], ["1.000001", "#REF!"]])
def test_a_formula_is_no_value(cells: list[str]) -> None:
    """What it shows depends on who opens it: its row is refused, the others are read."""
    rows = rows_of(a_workbook(["code", "name"], cells, ["1.000002", "Hai"]), Format.XLSX)
    assert [bool(row.reasons) for row in rows] == [True, False]
    assert rows[0].reasons[0].startswith("ô ")
    json.dumps(rows[0].raw)


def test_a_list_has_titles_above_its_header() -> None:
    """The name of the agency, of the list, an empty line; rows count from below the header."""
    above = [["DANH MỤC THỦ TỤC HÀNH CHÍNH"], [], ["(Kèm theo Quyết định số 500/QĐ-UBND)"]]
    table = [["STT", "Mã TTHC", "Tên thủ tục", "Lĩnh vực"], [1, "1.000001", "Một", "Hộ tịch"]]
    [row] = rows_of(a_workbook(above[0], *above[1:], *table), Format.XLSX)
    assert (row.number, row.code, row.record["field"], row.reasons) == (1, "1.000001", "Hộ tịch", [])


def test_a_bomb_is_not_unpacked() -> None:
    """Its directory tells how large it would be."""
    with pytest.raises(NotADocument, match="nén"):
        rows_of(a_workbook(["code", "name"], padding=60_000_000), Format.XLSX)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"PK not a zip", Format.XLSX),
        (b"\xff\xfe\xfd", Format.CSV),
        (b"{", Format.JSON),
        (b"3", Format.JSON),
        (b"a\x00b", Format.CSV),
        ((b"[" * 100_000), Format.JSON),
    ],
)
def test_what_is_no_file_of_its_form_is_refused_whole(content: bytes, form: Format) -> None:
    """One reason, no traceback."""
    with pytest.raises(NotADocument):
        rows_of(content, form)


def test_a_broken_line_is_a_row_with_its_reason() -> None:
    """The lines around it are read."""
    rows = rows_of(b'{"code": "1.000001", "name": "a"}\nnot json\n[1]\n\n{"code": NaN}\n', Format.JSONL)
    assert [bool(row.reasons) for row in rows] == [False, True, True, True]


def test_what_the_database_could_not_keep_is_refused() -> None:
    """NUL and half a surrogate pair."""
    rows = rows_of(
        b'{"code":"1.000001","name":"a\\u0000"}\n{"code":"1.000002","name":"\\ud800"}', Format.JSONL
    )
    assert all("không lưu được" in row.reasons[0] for row in rows)
    assert all(row.raw is None for row in rows)


def test_a_code_twice_is_refused_the_second_time() -> None:
    """The same words and other words are told apart; a localised code is the same procedure."""
    one, again, other = (
        a_public_record("1.000001"),
        a_public_record("1.000001"),
        a_public_record("1.000001.000.00.00.H49", name="Khác"),
    )
    rows = rows_of(lines(one, again, other), Format.JSONL)
    assert rows[0].reasons == []
    assert rows[1].reasons == ["code: lặp lại y hệt dòng 1"]
    assert rows[2].reasons == ["code: mã đã có ở dòng 1 với nội dung khác"]
    assert Dirt.CODE_LOCALISED in rows[2].dirt


def test_dirt_is_counted_with_examples() -> None:
    """Once a row, the commonest first."""
    decomposed = unicodedata.normalize("NFD", "Đăng ký tạm trú")
    rows = rows_of(
        lines(
            {"code": "1.000001", "name": decomposed},
            {"code": "1.000002", "name": "<p>Một&nbsp;hai</p>"},
            {"code": "1.000003", "name": "a\tb", "surprise": 1},
        ),
        Format.JSONL,
    )
    assert [row.record["name"] for row in rows] == ["Đăng ký tạm trú", "Một hai", "a b"]
    table = {kind: (count, examples) for kind, count, examples in dirt_table(rows)}
    assert table[Dirt.DECOMPOSED] == (1, ["Đăng ký tạm trú"])
    assert table[Dirt.UNKNOWN_COLUMN] == (1, ["surprise"])
    assert {Dirt.MARKUP, Dirt.SPACES, Dirt.NAME_ONLY} <= table.keys()


def test_the_portals_answer_is_a_procedure() -> None:
    """Cases, channels, fees, papers and laws come over; names of levels are believed, numbers are not."""
    [row] = rows_of(json.dumps({"result": [a_portal_answer()]}).encode(), Format.JSON)
    record = row.record
    assert (record["code"], record["field"], record["levels"]) == (
        "1.001193.000.00.00.H49",
        "Hộ tịch",
        ["Cấp xã"],
    )
    assert [channel["channel"] for channel in record["channels"]] == ["in_person", "online", "postal"]
    assert record["channels"][0]["duration_text"] == "5 Ngày làm việc"
    assert [fee["amount"] for fee in parse_fees(record["channels"][0]["fee_text"])] == [150_000, 0]
    assert record["channels"][1] == {
        "channel": "online",
        "duration_text": None,
        "fee_text": None,
        "description": "Trong ngày",
    }
    assert record["components"][0]["originals"] == 1
    assert record["components"][0]["copies"] == 0
    assert record["legal_bases"][0]["date"] == "2014-11-20"
    assert record["steps_text"] == "Bước 1: nộp\nBước 2: nhận"
    assert {Dirt.NULL_LIST, Dirt.MARKUP, Dirt.DURATION_UNREAD, Dirt.BAD_NUMBER} <= row.dirt.keys()


def test_a_procedure_that_is_not_public_does_not_come_in() -> None:
    """The portal says so by its state."""
    [row] = rows_of(json.dumps({"result": [a_portal_answer(TRANGTHAI="0")]}).encode(), Format.JSON)
    assert row.reasons == ["TRANGTHAI: thủ tục không ở trạng thái công khai"]


def test_the_portals_list_has_codes_and_names() -> None:
    """`LayDanhSachTTHC` says no more."""
    answer = {"result": [{"MATTHC": "1.000001", "TENTTHC": "Một"}, {"MATTHC": "1.000002", "TENTTHC": "Hai"}]}
    rows = rows_of(json.dumps(answer).encode(), Format.JSON)
    assert [(row.code, row.record["name"]) for row in rows] == [("1.000001", "Một"), ("1.000002", "Hai")]


@pytest.mark.parametrize(
    ("found", "plain"),
    [
        ("<p>Một</p><p>Hai</p>", "Một\nHai"),
        ("a<br/>b", "a\nb"),
        ("<script>alert(1)</script>x", "x"),
        ("5 &lt; 7 &amp; 8", "5 < 7 & 8"),
        ("<a href='javascript:x'>liên kết</a>", "liên kết"),
        ("<ul><li>một<li>hai</ul>", "một\nhai"),
    ],
)
def test_markup_is_read_as_a_browser_would(found: str, plain: str) -> None:
    """Blocks are lines; scripts leave nothing."""
    assert plain_text(found) == plain


@pytest.mark.parametrize(
    ("content", "media", "name", "form"),
    [
        (b"", "text/csv; charset=utf-8", "", Format.CSV),
        (b"{}", "application/json", "x.jsonl", Format.JSONL),
        (b'{"a":1}\n{"b":2}', "", "", Format.JSONL),
        (b'{"a":\n1}', "", "", Format.JSON),
        (b"[]", "application/octet-stream", "", Format.JSON),
        (b"PK\x03\x04", "", "", Format.XLSX),
        (b"code,name", "", "", Format.CSV),
    ],
)
def test_a_form_is_known_by_name_then_media_type_then_look(
    content: bytes, media: str, name: str, form: Format
) -> None:
    """Whoever names it knows best."""
    assert format_of(content, media, name) is form


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    """Spreadsheets run what begins so."""
    assert safe_cell(cell) == f"'{cell}"


def test_a_packed_body_is_bounded() -> None:
    """Half a file is unreadable."""
    assert unpacked(gzip.compress(b"abc"), "gzip") == b"abc"
    assert unpacked(b"abc", "") == b"abc"
    for broken in (b"abc", gzip.compress(b"abc" * 1000)[:-4]):
        with pytest.raises(Unreadable):
            unpacked(broken, "gzip")


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    [
        "code",
        "name",
        "field",
        "levels",
        "channels",
        "components",
        "MATTHC",
        "CACHTHUCTHUCHIEN",
        "THANHPHANHOSO",
        "x",
    ]
)


@given(st.lists(st.dictionaries(_NAMES, _VALUES, max_size=6) | _VALUES, max_size=5))
def test_no_row_is_lost_and_nothing_breaks(entries: list[Any]) -> None:
    """Whatever a file holds, each entry is a row with a number."""
    content = json.dumps(entries).encode()
    rows = rows_of(content, Format.JSON)
    assert [row.number for row in rows] == list(range(1, len(entries) + 1))


def test_a_number_of_a_spreadsheet_is_what_was_meant() -> None:
    """A fee or a time that the spreadsheet keeps as a number is not lost; "Không" there says none is due."""
    header = ["Mã TTHC", "Tên thủ tục", "Thời hạn", "Lệ phí"]
    rows = rows_of(
        a_workbook(header, ["1.000001", "A", 5, 150000], ["1.000002", "B", 0.5, "Không"]), Format.XLSX
    )
    told = [
        (row.record["channels"][0]["duration_text"], row.record["channels"][0]["fee_text"]) for row in rows
    ]
    assert told == [("5", "150000"), ("0.5", "Miễn phí")]
    assert [parse_fees(fee)[0]["amount"] for _, fee in told] == [150_000, 0]
    assert Dirt.DURATION_WITHOUT_UNIT in rows[0].dirt


def test_an_amount_with_decimals_is_not_a_hundred_times_as_much() -> None:
    """The portal writes 150000.00 as well as 150.000; half a đồng is not believed."""
    fees = [{"SOTIEN": amount, "DONVI": "Đồng", "MOTA": ""} for amount in ("150000.00", "150.000", "20000.5")]
    channels = [{"KENH": "9", "THOIGIAN": [{"PHILEPHI": [fee]}]} for fee in fees]
    [row] = rows_of(json.dumps([a_portal_answer(CACHTHUCTHUCHIEN=channels)]).encode(), Format.JSON)
    texts = [channel["fee_text"] for channel in row.record["channels"]]
    assert [parse_fees(text)[0]["amount"] for text in texts] == [150_000, 150_000, None]
    assert Dirt.UNKNOWN_CHANNEL in row.dirt


def test_a_day_no_calendar_has_is_none() -> None:
    """The law stays, its day does not."""
    laws = [{"SOVANBAN": "1/2020", "TENVANBAN": "Luật", "NGAYBANHANH": "31/02/2020"}]
    [row] = rows_of(json.dumps([a_portal_answer(CANCUPHAPLY=laws)]).encode(), Format.JSON)
    assert row.record["legal_bases"][0]["date"] is None


def test_an_answer_is_read_as_each_driver_gets_it() -> None:
    """Direct, with one record instead of a list, and as the string the sharing gateway wraps it in."""
    answers: list[Any] = [
        {"result": [a_portal_answer()]},
        {"result": a_portal_answer()},
        {"error_code": "0", "message": json.dumps({"result": [a_portal_answer()]})},
    ]
    found = [rows_of(json.dumps(answer).encode(), Format.JSON) for answer in answers]
    assert [[row.code for row in rows] for rows in found] == [["1.001193.000.00.00.H49"]] * 3
    with pytest.raises(NotADocument):
        rows_of(b'{"error_code": "-1", "message": "khong thanh cong"}', Format.JSON)
