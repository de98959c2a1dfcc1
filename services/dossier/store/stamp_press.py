"""Prints the visible part of a signature; the QR code leads to the public verification."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import typst

from services.dossier.domain.signing.stamps import StampTemplate
from services.dossier.store.codes_to_scan import svg_of
from services.dossier.store.shipped import DATA, read_yaml

_ROOT = Path(__file__).parents[1]


@cache
def stamp_templates() -> Mapping[str, StampTemplate]:
    """Return the templates of `data/stamps.yaml`, read once."""
    told = read_yaml(DATA / "stamps.yaml")
    return {name: StampTemplate.of(name, data) for name, data in told.items()}


def print_stamp(
    template: StampTemplate, *, signer: str, organization: str, signed_at: str, address: str
) -> bytes:
    """Return a PDF of one small page; takes some tens of milliseconds, so call it in a thread."""
    data = {
        "title": template.title,
        "width_mm": template.width_mm,
        "height_mm": template.height_mm,
        "signer": signer,
        "organization": organization,
        "signed_at": signed_at,
        "qr": svg_of(address, border=0),
    }
    printed = typst.compile(
        (_ROOT / "store" / "templates" / "stamp.typ").read_bytes(),
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        ignore_system_fonts=True,
    )
    if not isinstance(printed, bytes):
        raise TypeError("a stamp is one PDF")
    return printed
