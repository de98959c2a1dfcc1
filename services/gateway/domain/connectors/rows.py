"""Bodies become rows: JSON of pages and pushes, CSV of files. Values are texts and stay texts.

A cell that looks like a formula is a text like any other: nothing here, nor later, ever evaluates it.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.gateway.domain.portal.wire.lists import said
from services.gateway.domain.portal.wire.twice import is_blank

Values = Mapping[str, str]
_DELIMITERS = (";", ",", "\t")
_TOLD = re.compile(r"sep=(?P<sign>[;,\t])\r?\n", re.IGNORECASE)
_HEAD_LINES, _LONGEST_HEAD = 20, 100_000
_COMPRESSED = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"7z\xbc\xaf": "7z", b"BZh": "bzip2"}
_MARK = b"\xef\xbb\xbf"
_LONGEST_CELL = 4000
_MOST_COLUMNS = 200
_MOST_ITEMS = 10_000


class NotReadable(ValueError):  # noqa: N818 - the fact is the name.
    """Nothing of a body can be read; the reason is for people (Vietnamese) and repeats no content."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it came, or why it is none."""

    line: int
    values: Values = field(default_factory=dict)
    fault: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    """Why members are no values, by name: it is a fault of the row where the source is read for one."""

    def fault_in(self, names: Iterable[str]) -> str:
        """Return why the row cannot be read, by who reads these members of it."""
        return self.fault or next((self.faults[name] for name in names if name in self.faults), "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A body's rows and how it was written."""

    rows: Sequence[Row]
    form: str


def rows_of_json(body: bytes, items: str, *, is_page: bool = False) -> Sheet:
    """Read one object, a list of them, or an object with the list under `items`, which a page always is."""
    told = json_of(body)
    listed = items_of(told, items, is_page=is_page) if isinstance(told, dict) else told
    if listed is None and not is_page:
        listed = [told]
    if not isinstance(listed, list):
        raise NotReadable("không thấy danh sách hồ sơ")
    if len(listed) > _MOST_ITEMS:
        raise NotReadable(f"quá {_MOST_ITEMS} dòng trong một lần gửi")
    return Sheet([_json_row(line, item) for line, item in enumerate(listed, 1)], "JSON")


def json_of(body: bytes) -> Any:
    """Return what a body says, with or without a byte order mark; raise `NotReadable`."""
    try:
        return orjson.loads(body.removeprefix(_MARK))
    except orjson.JSONDecodeError as error:
        raise NotReadable("nội dung không phải JSON") from error


def items_of(told: dict[str, Any], items: str, *, is_page: bool = False) -> list[Any] | None:
    """Return the list under `items`, None where none stands there.

    One object alone is a list of it, a list named once more (`{"item": […]}`) that list, as XML bridges have
    it; a JSON text what it says. In a page, nothing under that name is an empty list; elsewhere the object
    may be a row which has a member of that name.
    """
    held = said(told.get(items))
    if isinstance(held, dict) and len(held) == 1:
        (only,) = held.values()
        held = only if isinstance(only, list | dict) else held
    if isinstance(held, list):
        return held
    if is_page and items in told and is_blank(held):
        return []
    return [held] if isinstance(held, dict) and held else None


def _json_row(line: int, item: Any) -> Row:
    if not isinstance(item, dict):
        return Row(line, fault="dòng không phải một đối tượng")
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    for name, value in item.items():
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            faults[name] = f"trường {_short(name)} không phải chữ hoặc số nguyên"
        else:
            values[name] = _text(str(value))
    return _checked(line, values, faults)


def rows_of_csv(body: bytes, *, most_rows: int) -> Sheet:
    """Read UTF-8 with or without a byte order mark, columns parted by `;`, `,` or a tab, the first row names.

    A line `sep=;` above the names says what parts them. Lines are counted as an editor counts rows of a
    sheet: the names are line 1. Blank rows are no rows.
    """
    for mark, name in _COMPRESSED.items():
        if body.startswith(mark):
            raise NotReadable(f"tệp nén ({name}), không phải CSV")
    if b"\0" in body:
        raise NotReadable("có ký tự NUL: tệp nhị phân hoặc UTF-16, hãy lưu CSV UTF-8")
    has_mark = body.startswith(_MARK)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotReadable(f"không phải UTF-8 (byte thứ {error.start})") from error
    told = _TOLD.match(text)
    above, text = (1, text[told.end() :]) if told else (0, text)
    delimiter = told["sign"] if told else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = _csv_rows(reader, most_rows, above)
    except csv.Error as error:
        raise NotReadable(f"hàng {reader.line_num}: sai định dạng CSV") from error
    return Sheet(rows, f"CSV UTF-8{' BOM' if has_mark else ''} {'TAB' if delimiter == chr(9) else delimiter}")


def _delimiter(text: str) -> str:
    """Return what parts the names as it parts the lines below; of two, what parts them into more."""
    lines = [line for line in text[:_LONGEST_HEAD].splitlines() if line.strip()][:_HEAD_LINES]

    def fits(delimiter: str) -> tuple[int, int]:
        names, *below = [line.count(delimiter) for line in lines] or [0]
        return (sum(1 for count in below if count == names) if names else -1, names)

    return max(_DELIMITERS, key=fits)


def _csv_rows(reader: Iterable[list[str]], most_rows: int, above: int) -> list[Row]:
    lines = iter(reader)
    names = [_text(name) for name in next(lines, [])]
    if not any(names):
        raise NotReadable("tệp rỗng, không có hàng tên cột")
    if len(names) > _MOST_COLUMNS or len(set(names)) < len(names):
        raise NotReadable("tên cột trùng nhau hoặc quá nhiều cột")
    rows: list[Row] = []
    for line, cells in enumerate(lines, 2 + above):
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= most_rows:
            raise NotReadable(f"quá {most_rows} hàng")
        if len(cells) != len(names):
            rows.append(Row(line, fault=f"có {len(cells)} ô, cần {len(names)}"))
            continue
        pairs = zip(names, cells, strict=True)
        rows.append(_checked(line, {name: text for name, cell in pairs if (text := _text(cell))}, {}))
    return rows


def _checked(line: int, values: Values, faults: Mapping[str, str]) -> Row:
    found = {name: fault for name, value in values.items() if (fault := _fault(name, value))}
    kept = {name: value for name, value in values.items() if name not in found}
    return Row(line, kept, faults={**faults, **found})


def _fault(name: str, value: str) -> str:
    if len(value) > _LONGEST_CELL or len(name) > _LONGEST_CELL:
        return f"ô {_short(name)} dài quá {_LONGEST_CELL} ký tự"
    if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\r\t" for sign in value):
        return f"ô {_short(name)} có ký tự điều khiển"
    return ""


def _short(name: str) -> str:
    return "".join(sign for sign in name if sign.isprintable())[:40]


def _text(value: str) -> str:
    return unicodedata.normalize("NFC", value).strip()
