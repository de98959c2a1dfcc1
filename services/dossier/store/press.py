"""Prints papers, slips and registers with typst (PDF) and XlsxWriter; QR codes lead to the public look-up."""

import io
import json
from pathlib import Path
from typing import Any

import typst
import xlsxwriter

from services.dossier.domain.legal_sets import LegalSet
from services.dossier.domain.papers import PaperKind
from services.dossier.store.codes_to_scan import svg_of

_FOLDER = Path(__file__).parent / "templates"


class TypstPress:
    """Every text comes as data, never as markup; tens of milliseconds a page, so call it in a thread."""

    def paper(self, kind: PaperKind, content: dict[str, Any], forms: LegalSet) -> bytes:
        """Return the PDF of a paper by a set of forms."""
        form = forms.forms[kind.value]
        data = {
            **content,
            "title": form.title,
            "form": forms.label(kind.value),
            "signer_label": form.signer,
        }
        if "secret" in content:
            # Only the code: the secret is typed, so that a photograph of the QR code alone opens nothing.
            data["qr"] = svg_of(f"{content['look_up']}/qr/{content['dossier_code']}", border=1)
        if "verification" in content:
            data["verification_qr"] = svg_of(content["verification"], border=1)
        return _printed(form.template, data)

    def control_slip(self, content: dict[str, Any]) -> bytes:
        """Return the PDF of a control slip."""
        return _printed("control_slip", content)

    def register(self, content: dict[str, Any]) -> bytes:
        """Return the PDF of a register."""
        return _printed("register", content)

    def copy_book(self, content: dict[str, Any]) -> bytes:
        """Return the PDF of a book of certified copies."""
        return _printed("copy_book", content)

    def copy_words(self, content: dict[str, Any]) -> bytes:
        """Return the page of certification of an electronic copy as PDF."""
        return _printed("copy_words", content)

    def register_sheet(self, content: dict[str, Any]) -> bytes:
        """Return the register as a spreadsheet; texts are texts, also those that look like formulas."""
        out = io.BytesIO()
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(out, options) as book:
            sheet = book.add_worksheet("Sổ theo dõi")
            bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
            for column, width in enumerate(content["widths"]):
                sheet.set_column(column, column, width)
            for number, text in enumerate((content["agency"], content["title"], content["period"])):
                sheet.write_string(number, 0, text, bold)
            sheet.write_string(3, 0, content["form"])
            for row, line in enumerate([content["headings"], *content["lines"]], 5):
                for column, cell in enumerate(line):
                    sheet.write_string(row, column, cell, bold if row == 5 else wrapped)  # noqa: PLR2004 - the headings' row.
        return out.getvalue()


def _printed(template: str, data: dict[str, Any]) -> bytes:
    printed = typst.compile(
        str(_FOLDER / f"{template}.typ"),
        root=str(_FOLDER),
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        ignore_system_fonts=True,
    )
    if not isinstance(printed, bytes):
        raise TypeError("a paper is one PDF")
    return printed
