"""Small real files to hand in: a PDF made on the spot."""

import base64

import typst

_PAGE = """
#set page(width: 105mm, height: 148mm)
#set text(font: "Libertinus Serif", lang: "vi")
= {title}
Tài liệu minh họa của buổi trình diễn Một Cửa.
"""


def a_pdf(title: str) -> bytes:
    """Return a one-page PDF with this title."""
    made = typst.compile(_PAGE.format(title=title).encode(), format="pdf")
    return bytes(made)


def as_base64(title: str) -> str:
    """Return such a PDF as the portal carries it."""
    return base64.b64encode(a_pdf(title)).decode()
