"""Looks at scanned pages (blank, resolution, size) and cuts one batch into several PDFs."""

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageStat
from pypdf import PageObject, PdfReader, PdfWriter

from services.dossier.store.inspection.wrong import MOST_PIXELS

_PAINTS = frozenset({b"S", b"s", b"f", b"F", b"f*", b"B", b"b", b"sh"})
_POINTS_AN_INCH = 72
_MM_A_POINT = 25.4 / 72
_SIDE = 400
_INK = 0.0008
"""The share of dark points from which on a page says something: a full stop on A4 is less, a line is more."""
_DARK = 160
_EVEN = 12.0
"""Standard deviation of grey below which paper is just paper, whatever its tone."""


def measure(content: bytes) -> tuple[dict[str, Any], Sequence[bytes]]:
    """Return `pages`: size in millimetres, resolution (0: no picture), and whether it is blank."""
    reader = PdfReader(io.BytesIO(content), strict=False)
    return {"pages": [_measured(number, page) for number, page in enumerate(reader.pages, 1)]}, ()


def _measured(number: int, page: PageObject) -> dict[str, Any]:
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    pictures = list(_pictures(page))
    text = page.extract_text().strip()
    resolution = max((_resolution(one, width, height) for one in pictures), default=0)
    return {
        "page": number,
        "width_mm": round(width * _MM_A_POINT),
        "height_mm": round(height * _MM_A_POINT),
        "resolution_dpi": resolution,
        "has_text": bool(text),
        "is_blank": not text and all(_is_blank(one) for one in pictures) and not _draws(page),
    }


def _pictures(page: PageObject) -> list[Image.Image]:
    found = []
    for item in page.images:
        image = item.image
        if image is not None and image.width * image.height <= MOST_PIXELS:
            found.append(image)
    return found


def _resolution(image: Image.Image, width: float, height: float) -> int:
    """Return dots an inch if the picture fills the page, however it lies: scanners make one a page."""
    long, short = max(image.size), min(image.size)
    inches = max(width, height) / _POINTS_AN_INCH, min(width, height) / _POINTS_AN_INCH
    return round(min(long / inches[0], short / inches[1])) if min(inches) > 0 else 0


def _is_blank(image: Image.Image) -> bool:
    """Tell whether there is nothing on the paper; its edges, where scanners leave shadows, do not count."""
    grey = image.convert("L")
    grey.thumbnail((_SIDE, _SIDE))
    edge_x, edge_y = grey.width // 20, grey.height // 20
    inner = grey.crop((edge_x, edge_y, grey.width - edge_x, grey.height - edge_y))
    dark = sum(inner.histogram()[:_DARK]) / max(1, inner.width * inner.height)
    deviation = ImageStat.Stat(inner).stddev[0]
    return deviation < _EVEN and (dark < _INK or dark > 1 - _INK)


def _draws(page: PageObject) -> bool:
    """Tell whether the page draws lines or shapes of its own."""
    contents = page.get_contents()
    if contents is None:
        return False
    return any(
        operator in {b"S", b"s", b"f", b"F", b"f*", b"B", b"b", b"sh"} for _, operator in contents.operations
    )


def join(content: bytes, last: bytes) -> tuple[dict[str, Any], Sequence[bytes]]:
    """Return one PDF of a scan's pages and the page that goes last; nothing else of the scan goes along."""
    writer = PdfWriter()
    for one in (content, last):
        for page in PdfReader(io.BytesIO(one), strict=False).pages:
            writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return {"pages": len(writer.pages)}, (out.getvalue(),)


def cut(content: bytes, *, pieces: list[list[int]]) -> tuple[dict[str, Any], Sequence[bytes]]:
    """Return one PDF a piece, of these pages (from 1) in this order; nothing else of the batch goes along."""
    reader = PdfReader(io.BytesIO(content), strict=False)
    made = []
    for pages in pieces:
        writer = PdfWriter()
        for number in pages:
            writer.add_page(reader.pages[number - 1])
        out = io.BytesIO()
        writer.write(out)
        made.append(out.getvalue())
    return {"pieces": len(made)}, made
