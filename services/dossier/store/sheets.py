"""Files of rows, CSV and XLSX, written straight to disk: what was written is not kept in memory."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from services.dossier.domain.figures.export import Format
from services.dossier.use_cases.figures.ports import Sheet

SHEET_ROWS = 1_000_000
"""Rows of one sheet; a spreadsheet takes 1,048,576, what is more goes on in a further sheet."""
_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvSheet:
    """UTF-8 with a byte order mark, so that spreadsheets read Vietnamese as it is."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._file.write(_BOM)
        self._writer = csv.writer(self._file)
        self._writer.writerow(header)

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows; a value a spreadsheet would run as a formula is written as text."""
        self._writer.writerows([[_as_text(value) for value in row] for row in rows])

    def end(self) -> None:
        """Finish the file."""
        self._file.close()


class XlsxSheet:
    """A workbook whose rows go to disk as they come (`constant_memory`); every value is text."""

    def __init__(self, path: Path, header: Sequence[str], most: int = SHEET_ROWS) -> None:
        options = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False}
        self._book = Workbook(str(path), {**options, "strings_to_urls": False, "strings_to_numbers": False})
        self._bold = self._book.add_format({"bold": True})
        self._header, self._most = header, most
        self._begin()

    def _begin(self) -> None:
        self._sheet: Any = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._header) - 1, 18)
        for column, title in enumerate(self._header):
            self._sheet.write_string(0, column, title, self._bold)
        self._row = 0

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows, going on in a further sheet when one is full."""
        for row in rows:
            if self._row == self._most:
                self._begin()
            self._row += 1
            for column, value in enumerate(row):
                if value:
                    self._sheet.write_string(self._row, column, value)

    def end(self) -> None:
        """Finish the file."""
        self._book.close()


def begin_sheet(format: Format, path: Path, header: Sequence[str]) -> Sheet:  # noqa: A002 - the port's word.
    """Begin a file with its header."""
    return CsvSheet(path, header) if format is Format.CSV else XlsxSheet(path, header)


def _as_text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
