"""Tables of counted use as files, CSV and XLSX."""

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Font

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Sequence[Sequence[str | int]]) -> bytes:
    """Return UTF-8 with a byte order mark, so that spreadsheets read Vietnamese as it is."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows([[_as_text(value) for value in row] for row in rows])
    return (_BOM + file.getvalue()).encode()


def as_xlsx(rows: Sequence[Sequence[str | int]]) -> bytes:
    """Return a workbook of one sheet; numbers are numbers, every text is text and no formula."""
    book = Workbook()
    sheet = book.active
    if sheet is None:  # A new workbook has one; openpyxl's types do not say so.
        raise LookupError
    for place, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(place, column, _as_text(value))
            if place == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _as_text(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
