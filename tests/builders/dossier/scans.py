"""What comes out of a scanner: a PDF of one grey picture a page."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfWriter

_A4_INCHES = (8.27, 11.69)


def a_page(dpi: int, text: str, *, paper: int = 250) -> Image.Image:
    """Return an A4 page at a resolution with a large text on it, or none."""
    made = Image.new("L", (round(_A4_INCHES[0] * dpi), round(_A4_INCHES[1] * dpi)), paper)
    if text:
        font = ImageFont.load_default(size=dpi // 2)
        ImageDraw.Draw(made).text((dpi, dpi), text, fill=10, font=font)
    return made


def a_scan(*pages: Image.Image, dpis: Sequence[int]) -> bytes:
    """Return the batch; each page is as large as its picture at its resolution."""
    writer = PdfWriter()
    for page, dpi in zip(pages, dpis, strict=True):
        one = io.BytesIO()
        page.save(one, "PDF", resolution=dpi)
        writer.append(one)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
