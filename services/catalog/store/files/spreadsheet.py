"""Spreadsheets (XLSX), read row by row with the bounds a stranger's file needs."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import EmptyCell

from kernel.core.zipped import NoArchive, TooLarge, ZipBounds
from services.catalog.domain.errors import NotADocument
from services.catalog.domain.sources.reading_files import MAX_ROWS, Unreadable

_BOUNDS = ZipBounds(parts=1_000, size=200 * 1024 * 1024)
_MOST_COLUMNS = 200


def read_spreadsheet(content: bytes) -> Iterator[Sequence[Any]]:
    """Yield the first sheet's cells; raise `NotADocument` for bombs and what is no workbook.

    A formula says what whoever opened it last saw, an error nothing: such cells are `Unreadable`.
    """
    _refuse_bombs(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parser met.
        raise NotADocument("Không đọc được bảng tính XLSX") from error
    try:
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), 1):
            if number > MAX_ROWS + 1:
                raise NotADocument(f"Bảng tính không quá {MAX_ROWS} dòng")
            yield [_value(cell) for cell in row]
    finally:
        book.close()


def _refuse_bombs(content: bytes) -> None:
    try:
        _BOUNDS.check(content)
    except NoArchive as error:
        raise NotADocument("Không phải bảng tính XLSX") from error
    except TooLarge as error:
        raise NotADocument("Bảng tính nén quá lớn") from error


def _value(cell: Any) -> Any:
    if isinstance(cell, EmptyCell):
        return None
    if cell.data_type == "f":
        return Unreadable(f"ô {cell.coordinate} là công thức; hãy dán giá trị")
    if cell.data_type == "e":
        return Unreadable(f"ô {cell.coordinate} là ô lỗi")
    value = cell.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
