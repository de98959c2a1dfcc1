"""Reads CSV, JSON and JSON Lines into rows; spreadsheets come as tables from outside."""

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.catalog.domain.errors import NotADocument
from services.catalog.domain.sources.rows import Row

MAX_ROWS = 20_000
_MAX_CELL = 1_000_000
_MOST_TITLES = 15
"""Lines that may stand above a header: names of the agency, of the list, of the decision."""
_LISTS = ("public_procedures", "result", "items", "data", "procedures", "rows", "records")
_ENCODINGS = ("utf-8-sig", "utf-16")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that says no value, and why (Vietnamese)."""

    reason: str


class Format(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"
    XLSX = "xlsx"


def format_of(content: bytes, media_type: str, name: str) -> Format:
    """Return the form a file is in: by its name (`format=`), its media type, or its first bytes."""
    for text in (name.rpartition(".")[2].lower(), media_type.partition(";")[0].strip().lower()):
        found = _BY_NAME.get(text)
        if found is not None:
            return found
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"PK"):
        return Format.XLSX
    if head.startswith(b"["):
        return Format.JSON
    if head.startswith(b"{"):
        first, _, rest = content.strip().partition(b"\n")
        return (
            Format.JSONL if first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{") else Format.JSON
        )
    return Format.CSV


_BY_NAME = {
    "csv": Format.CSV,
    "text/csv": Format.CSV,
    "tsv": Format.CSV,
    "jsonl": Format.JSONL,
    "ndjson": Format.JSONL,
    "application/jsonl": Format.JSONL,
    "application/x-ndjson": Format.JSONL,
    "application/json-lines": Format.JSONL,
    "json": Format.JSON,
    "application/json": Format.JSON,
    "xlsx": Format.XLSX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Format.XLSX,
}


def read_jsonl(content: bytes) -> Iterator[Row]:
    """Read one record a line; a line that is none is a row with its reason."""
    number = 0
    for line in _lines(content):
        if not line.strip():
            continue
        number += 1
        try:
            value = json.loads(line, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            yield Row(number, raw=line[:500], reasons=["dòng không phải JSON"])
            continue
        yield _row(number, value)


def read_json(content: bytes) -> Iterator[Row]:
    """Read a list of records, or the list inside an answer of the national portal or of this service."""
    try:
        value = json.loads(_text(content), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotADocument("Không phải JSON") from error
    value = _unwrapped(value)
    if isinstance(value, Mapping):
        lists = [value[name] for name in _LISTS if isinstance(value.get(name), list)]
        inner = value.get("result")
        if not lists and isinstance(inner, Mapping) and isinstance(inner.get("data"), list):
            lists = [inner["data"]]
        elif not lists and isinstance(inner, Mapping):
            lists = [[inner]]
        value = lists[0] if lists else [value]
    if not isinstance(value, list):
        raise NotADocument("Không có danh sách thủ tục nào")
    for number, entry in enumerate(value, 1):
        yield _row(number, entry)


def _unwrapped(value: Any) -> Any:
    """Return what the portal said inside an answer of the sharing gateway, which sends it on as a string."""
    message = value.get("message") if isinstance(value, Mapping) and "error_code" in value else None
    if not isinstance(message, str) or "result" in value:
        return value
    try:
        return json.loads(message, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotADocument("Câu trả lời của trục kết nối không chứa danh mục") from error


def read_csv(content: bytes) -> Iterator[Row]:
    """Read a table with a header; comma, semicolon and tab are told apart by the header."""
    text = _text(content)
    header = text.partition("\n")[0]
    delimiter = max(",;\t|", key=header.count)
    # The limit is the whole process's: others find it as it was.
    before = csv.field_size_limit(_MAX_CELL)
    try:
        yield from read_table(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise NotADocument("Không đọc được bảng CSV") from error
    finally:
        csv.field_size_limit(before)


def read_table(
    lines: Iterable[Sequence[Any]], is_header: Callable[[Sequence[str]], bool] = lambda _: False
) -> Iterator[Row]:
    """Read rows under a header; empty ones are no rows, longer ones say so, an empty cell says nothing.

    The header is the first line, unless one of those just below is known for one: lists have titles.
    """
    names: list[str] = []
    number = 0
    for line in _from_header(lines, is_header):
        cells = [cell.strip() if isinstance(cell, str) else cell for cell in line]
        if all(cell in {None, ""} for cell in cells):
            continue
        if not names:
            names = [str(cell or "").strip() for cell in cells]
            continue
        number += 1
        row = _row(number, dict(zip(names, cells, strict=False)))
        told = {name: cell for name, cell in row.record.items() if not isinstance(cell, Unreadable)}
        row.record = {name: cell for name, cell in told.items() if cell not in {None, ""}}
        row.raw = told
        row.reasons += [cell.reason for cell in cells if isinstance(cell, Unreadable)]
        if any(cell not in {None, ""} for cell in cells[len(names) :]):
            row.reasons.append("dòng có nhiều ô hơn tiêu đề")
        yield row


def _from_header(
    lines: Iterable[Sequence[Any]], is_header: Callable[[Sequence[str]], bool]
) -> Iterator[Sequence[Any]]:
    waiting = iter(lines)
    first = list(itertools.islice(waiting, _MOST_TITLES))
    places = (place for place, line in enumerate(first) if is_header([str(cell or "") for cell in line]))
    return itertools.chain(first[next(places, 0) :], waiting)


def _row(number: int, value: Any) -> Row:
    if not isinstance(value, Mapping):
        return Row(number, raw=value, reasons=["phải là một đối tượng"])
    return Row(number, record=dict(value), raw=value)


def _text(content: bytes) -> str:
    encodings = _ENCODINGS if content[:2] not in _UTF_16 else _ENCODINGS[1:]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise NotADocument("Có ký tự NUL")
        return text
    raise NotADocument("Không phải văn bản UTF-8")


def _lines(content: bytes) -> Iterator[str]:
    """Yield the lines of a text; UTF-8 one at a time: a nation's file is 90 MB, its text thrice that."""
    if content[:2] in _UTF_16:
        yield from _text(content).split("\n")
        return
    if b"\x00" in content:
        raise NotADocument("Có ký tự NUL")
    try:
        for number, line in enumerate(io.BytesIO(content)):
            yield line.decode("utf-8" if number else "utf-8-sig").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise NotADocument("Không phải văn bản UTF-8") from error


def _no_constant(_: str) -> Any:
    raise ValueError
