"""What a file really is: its content decides, never its name or what the sender calls it."""

import io
import zipfile
from enum import StrEnum

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ENDINGS = {PDF: (".pdf",), JPEG: (".jpg", ".jpeg"), PNG: (".png",), DOCX: (".docx",), XLSX: (".xlsx",)}
_OFFICE_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}

HANDED_IN = frozenset({"COMPONENT", "SUPPLEMENT"})
"""Purposes of what the applicant brought; no slip of the counter, no other dossier's paper."""
PORTAL_READS = HANDED_IN | {"RESULT"}
"""What the national portal may be told of and fetch."""


class Fault(StrEnum):
    """Why a file of a known type is not taken."""

    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    ACTIVE = "active"
    TOO_COMPLEX = "too-complex"


class Scan(StrEnum):
    """What is known of malware in a file; OFF where no scanner is set up."""

    OFF = "OFF"
    WAITING = "WAITING"
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"


def media_type_of(content: bytes) -> str | None:
    """Return the media type by the content; None for anything this system does not take."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    return None


def _office_type(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return None
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in names), None)


def name_fits(file_name: str, media_type: str) -> bool:
    """Tell whether the name's ending says what the content is; a name without an ending says nothing."""
    _, dot, ending = file_name.rpartition(".")
    return not dot or f".{ending.lower()}" in _ENDINGS.get(media_type, ())
