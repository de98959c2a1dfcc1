"""The portal's list as an XLSX file, read with the bounds a stranger's file needs."""

import io
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from kernel.core.zipped import NoArchive, TooLarge, ZipBounds
from services.gateway.domain.portal.answers.comparison import HeadMissing, Sheet, read_sheet

_BOUNDS = ZipBounds(parts=200, size=400 * 1024 * 1024)
_MOST_COLUMNS = 60
_LONGEST = 200


class SheetUnreadable(ValueError):  # noqa: N818 - the fact is the name.
    """Not such a list; the text is Vietnamese, for who uploaded it."""


def read_portal_sheet(content: bytes, most_lines: int) -> Sheet:
    """Return what the first sheet says; raise `SheetUnreadable`. Takes seconds: run it in a thread."""
    _refuse_bombs(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parser met.
        raise SheetUnreadable("Không phải bảng tính XLSX") from error
    try:
        return read_sheet(_lines(book.worksheets[0], most_lines))
    except SheetUnreadable:
        raise
    except HeadMissing as error:
        raise SheetUnreadable("Không thấy cột Mã hồ sơ và cột Trạng thái") from error
    except Exception as error:  # A damaged part is met only when its rows are read.
        raise SheetUnreadable("Không đọc được trang tính") from error
    finally:
        book.close()


def _lines(sheet: Any, most: int) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True), 1):
        if number > most:
            raise SheetUnreadable(f"Bảng không quá {most} dòng")
        yield number, [_text(value) for value in row]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()[:_LONGEST]


def _refuse_bombs(content: bytes) -> None:
    try:
        _BOUNDS.check(content)
    except NoArchive as error:
        raise SheetUnreadable("Không phải bảng tính XLSX") from error
    except TooLarge as error:
        raise SheetUnreadable("Bảng tính nén quá lớn") from error
