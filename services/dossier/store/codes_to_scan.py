"""The square codes on papers that lead to where a paper is checked."""

import io

import segno

_MASK = 2
"""A code is as good under any of its eight masks, and says which it has. Trying all for the evenest took
four fifths of its making; what addresses end in is random, so that all come out as even."""


def code_of(address: str) -> segno.QRCode:
    """Return the code of an address, readable if a seventh of it is lost."""
    return segno.make(address, error="m", micro=False, mask=_MASK)


def svg_of(address: str, *, border: int) -> str:
    """Return the code of an address as SVG, with so many squares of margin."""
    out = io.BytesIO()
    code_of(address).save(out, kind="svg", border=border)
    return out.getvalue().decode()
