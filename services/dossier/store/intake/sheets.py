"""Workbooks of the company template, written and read with the bounds a stranger's file needs."""

import io
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.read_only import EmptyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from kernel.core.zipped import NoArchive, TooLarge, ZipBounds
from services.dossier.domain.definitions import Procedure
from services.dossier.domain.intake.batches import Fault, Sheet, SheetRow
from services.dossier.domain.intake.errors import SheetUnreadable
from services.dossier.domain.intake.identifiers import IdentityType

_BOUNDS = ZipBounds(parts=200, size=20 * 1024 * 1024)
_MOST_COLUMNS = 100
_PEOPLE, _COMPANY = "Hồ sơ", "Doanh nghiệp"
_FIELDS = {
    "full_name": "Họ và tên (*)",
    "identity_type": "Loại giấy tờ",
    "identity_number": "Số giấy tờ (*)",
    "nationality": "Quốc tịch (mã 3 chữ)",
    "birth_date": "Ngày sinh",
    "phone": "Điện thoại",
    "email": "Thư điện tử",
    "address": "Địa chỉ",
}
_OF_COMPANY = {
    "full_name": "Tên doanh nghiệp (*)",
    "identity_number": "Mã số thuế (*)",
    "phone": "Điện thoại",
    "email": "Thư điện tử",
}
_LONGEST = 500
_MOST_OF_COMPANY = 10
_MOST_BLANK = 1_000
"""Rows below the table that may be there, saying nothing; each costs time, and numbers go to any height."""
_COUNTRY = "84"
# A mobile number has nine digits after its 0, a landline ten (TT 22/2014/TT-BTTTT).
_WITHOUT_ZERO, _WITH_COUNTRY = (9, 10), (11, 12)


class CompanySheets:
    """The template: one sheet for the company, one with a line a dossier."""

    def template(self, procedure: Procedure) -> bytes:
        """Return an empty workbook: a column a component, marked where it is handed in."""
        book = Workbook()
        people = book.active
        if people is None:
            raise TypeError("a new workbook has a sheet")
        people.title = _PEOPLE
        people.append([*_FIELDS.values(), *_component_columns(procedure)])
        for place, cell in enumerate(people[1], 1):
            cell.font = Font(bold=True)
            people.column_dimensions[get_column_letter(place)].width = 22
        people.freeze_panes = "A2"
        kinds = DataValidation(type="list", formula1=f'"{",".join(IdentityType)}"', allow_blank=True)
        people.add_data_validation(kinds)
        kinds.add("B2:B1000")
        company = book.create_sheet(_COMPANY)
        for label in _OF_COMPANY.values():
            company.append([label, ""])
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def read(self, content: bytes, procedure: Procedure, most_rows: int) -> Sheet:
        """Return what a filled one says; raise `SheetUnreadable` for what is no such workbook."""
        _refuse_bombs(content)
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        except Exception as error:  # openpyxl raises whatever its parser met.
            raise SheetUnreadable("Không phải bảng tính XLSX") from error
        faults: list[Fault] = []
        try:
            company = _company(_cells(_named(book, _COMPANY), _MOST_OF_COMPANY, faults), faults)
            rows = list(_cells(_named(book, _PEOPLE), most_rows + 1, faults))
        except SheetUnreadable:
            raise
        except Exception as error:  # A damaged part is met only when its rows are read.
            raise SheetUnreadable("Không đọc được trang tính") from error
        finally:
            book.close()
        return _sheet(company, rows, procedure, faults)


def _named(book: Any, name: str) -> Any:
    if name not in book.sheetnames:
        raise SheetUnreadable("Thiếu trang tính của mẫu")
    return book[name]


def _component_columns(procedure: Procedure) -> list[str]:
    return [f"{item.code}: {item.name}" for item in procedure.components.values()]


def _refuse_bombs(content: bytes) -> None:
    try:
        _BOUNDS.check(content)
    except NoArchive as error:
        raise SheetUnreadable("Không phải bảng tính XLSX") from error
    except TooLarge as error:
        raise SheetUnreadable("Bảng tính nén quá lớn") from error


def _cells(sheet: Any, most: int, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that say something, as texts; formulas and error cells are faults of their own."""
    # What a program says of its size is not believed: it would be walked to its end.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), 1):
        if number > most + _MOST_BLANK:
            raise SheetUnreadable("Trang tính có dòng ở rất xa dưới bảng, hãy xóa các dòng trống")
        texts = [_text(cell, number, faults) for cell in row]
        if not any(texts):
            continue
        if number > most:
            raise SheetUnreadable(f"Bảng kê không quá {most - 1} dòng")
        yield number, texts


def _text(cell: Any, number: int, faults: list[Fault]) -> str:
    if isinstance(cell, EmptyCell) or cell.value is None:
        return ""
    value = cell.value
    if cell.data_type in {"f", "e"} or isinstance(value, bool):
        said = "Ô công thức, ô lỗi hoặc ô đúng/sai (TRUE/FALSE), hãy dán giá trị bằng chữ"
        faults.append(Fault(number, str(cell.column_letter), said))
        return "?"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unicodedata.normalize("NFC", str(value).strip())[:_LONGEST]


def _phone(told: str) -> str:
    """Return a telephone number with what a spreadsheet drops of one typed as a number, 0 or plus."""
    if not told.isdecimal() or told.startswith("0"):
        return told
    if told.startswith(_COUNTRY) and len(told) in _WITH_COUNTRY:
        return f"+{told}"
    return f"0{told}" if len(told) in _WITHOUT_ZERO else told


def _mended(party: dict[str, Any]) -> dict[str, Any]:
    return {**party, "phone": _phone(party["phone"])} if party.get("phone") else party


def _beyond(number: int, texts: Sequence[str], width: int) -> Iterator[Fault]:
    """Yield a fault for each value beside the template: it would be lost without a word."""
    for place, text in enumerate(texts[width:], width + 1):
        if text:
            yield Fault(number, get_column_letter(place), "Cột này không có trong mẫu")


def _company(rows: Iterator[tuple[int, list[str]]], faults: list[Fault]) -> dict[str, Any]:
    names = {label: name for name, label in _OF_COMPANY.items()}
    found: dict[str, Any] = {}
    for _, texts in rows:
        label, value, *_ = [*texts, ""]
        if label in names and value:
            found[names[label]] = value
        elif label not in names:
            faults.append(Fault(0, label or value, "Dòng này không có trong mẫu"))
        faults += _beyond(0, texts, 2)
    faults += [
        Fault(0, _OF_COMPANY[name], "Chưa có")
        for name in ("full_name", "identity_number")
        if name not in found
    ]
    return _mended({**found, "identity_type": "TAX_CODE"})


def _sheet(
    company: dict[str, Any],
    rows: Sequence[tuple[int, list[str]]],
    procedure: Procedure,
    faults: list[Fault],
) -> Sheet:
    expected = [*_FIELDS.values(), *_component_columns(procedure)]
    if not rows or rows[0][1][: len(expected)] != expected or any(rows[0][1][len(expected) :]):
        raise SheetUnreadable("Dòng tiêu đề không phải của mẫu này, hãy tải lại mẫu")
    codes = list(procedure.components)
    found = [_row(number, texts, codes, faults) for number, texts in rows[1:]]
    if not found:
        raise SheetUnreadable("Bảng kê không có dòng nào")
    return Sheet(company, found, tuple(faults))


def _row(number: int, texts: list[str], codes: list[str], faults: list[Fault]) -> SheetRow:
    names = list(_FIELDS)
    owner: dict[str, Any] = {
        name: text for name, text in zip(names, texts[: len(names)], strict=False) if text
    }
    owner.setdefault("identity_type", IdentityType.CITIZEN_ID.value)
    if owner["identity_type"] not in set(IdentityType):
        faults.append(Fault(number, _FIELDS["identity_type"], "Không có loại giấy tờ này"))
        owner["identity_type"] = IdentityType.OTHER.value
    told = owner.get("identity_number", "")
    if owner["identity_type"] == "CITIZEN_ID" and len(told) in {10, 11} and told.isdecimal():
        # A spreadsheet drops the one or two zeros a province's number begins with.
        owner["identity_number"] = told.zfill(12)
    faults += _beyond(number, texts, len(names) + len(codes))
    marks = texts[len(names) : len(names) + len(codes)]
    return SheetRow(
        number, _mended(owner), tuple(code for code, mark in zip(codes, marks, strict=False) if mark)
    )
