"""The slip of a visit: every dossier received in it, on one page."""

import json
from pathlib import Path
from typing import Any

import typst

_TEMPLATE = (Path(__file__).parents[1] / "templates" / "visit_slip.typ").read_bytes()


def print_visit(content: dict[str, Any]) -> bytes:
    """Return the PDF; takes some tens of milliseconds, so call it in a thread."""
    printed = typst.compile(
        _TEMPLATE, format="pdf", sys_inputs={"data": json.dumps(content)}, ignore_system_fonts=True
    )
    if not isinstance(printed, bytes):
        raise TypeError("a slip is one PDF")
    return printed
