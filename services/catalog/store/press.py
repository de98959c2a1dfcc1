"""Prints sheets as PDF with typst, its own fonts embedded; the QR code leads to the public page."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import segno
import typst

_FOLDER = Path(__file__).parent / "templates"
_PROCEDURE = (_FOLDER / "procedure_sheet.typ").read_bytes()
_POSTINGS = (_FOLDER / "posting_sheets.typ").read_bytes()
_PROCESS = (_FOLDER / "process_sheet.typ").read_bytes()


class TypstPress:
    """Every text comes as data, never as markup; the same content gives the same bytes."""

    def procedure_sheet(self, content: Mapping[str, Any]) -> bytes:
        """Return the PDF of a procedure's sheet; some tens of milliseconds."""
        return _printed(_PROCEDURE, {**content, "qr": _qr(content["page"])})

    def posting_sheets(self, content: Mapping[str, Any]) -> bytes:
        """Return the PDF of what hangs at a point, each procedure with its own QR code."""
        items = [{**one, "qr": _qr(one["page"])} for one in content["items"]]
        return _printed(_POSTINGS, {**content, "items": items})

    def process_sheet(self, content: Mapping[str, Any]) -> bytes:
        """Return the PDF of a process's document."""
        return _printed(_PROCESS, content)


def _printed(template: bytes, content: Mapping[str, Any]) -> bytes:
    printed = typst.compile(
        template, format="pdf", sys_inputs={"data": json.dumps(content)}, ignore_system_fonts=True
    )
    if not isinstance(printed, bytes):
        raise TypeError("a sheet is one PDF")
    return printed


def _qr(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=1)
    return out.getvalue().decode()
