"""Opens a file of procedures of any form known here."""

import zlib

from services.catalog.domain.errors import NotADocument
from services.catalog.domain.sources.reading_files import (
    MAX_ROWS,
    Format,
    read_csv,
    read_json,
    read_jsonl,
    read_table,
)
from services.catalog.domain.sources.records import is_header, read_record, refuse_twins
from services.catalog.domain.sources.rows import Row
from services.catalog.store.files.markup import plain_text
from services.catalog.store.files.spreadsheet import read_spreadsheet

_GZIP = b"\x1f\x8b"


def rows_kept(kept: bytes, form: Format) -> list[Row]:
    """Return the rows of what was kept of a file, as it was sent; how much it makes was bounded then.

    What begins as packed is packed once: the edge unpacks all that does. Only the first part of it counts, as
    there.
    """
    is_packed = kept.startswith(_GZIP)
    return rows_of(zlib.decompressobj(wbits=31).decompress(kept) if is_packed else kept, form)


def rows_of(content: bytes, form: Format) -> list[Row]:
    """Return every row, read and judged; raise `NotADocument` for what is no file of that form."""
    if form is Format.XLSX:
        lines = read_table(read_spreadsheet(content), is_header)
    else:
        lines = {Format.CSV: read_csv, Format.JSONL: read_jsonl, Format.JSON: read_json}[form](content)
    rows: list[Row] = []
    for row in lines:
        if len(rows) == MAX_ROWS:
            raise NotADocument(f"Không quá {MAX_ROWS} dòng một lần")
        read_record(row, plain_text)
        row.fold()
        rows.append(row)
    refuse_twins(rows)
    return rows
