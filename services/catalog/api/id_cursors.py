"""Cursors over rows in the order of their ids."""

from uuid import UUID

from kernel.core.errors import Invalid
from kernel.web.paging import decode_cursor


def after_id(cursor: str) -> UUID | None:
    """Return the id a page begins after, None for the first page; raise `Invalid` for anything not ours."""
    last = decode_cursor(cursor, str)
    if last is None:
        return None
    try:
        return UUID(last[0])
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error
