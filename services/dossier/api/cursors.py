"""What the cursors of this service's lists hold."""

from datetime import datetime
from uuid import UUID

from kernel.core.errors import Invalid
from kernel.web.paging import decode_cursor

OLDEST, NEWEST = UUID(int=0), UUID(int=2**128 - 1)


def cursor_id(text: str) -> UUID:
    """Return the id in a cursor; raise `Invalid` for anything else."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error


def cursor_place(cursor: str, first: UUID) -> UUID:
    """Return the id a page goes on from, `first` for the first page; raise `Invalid` for what is not ours."""
    parts = decode_cursor(cursor, str)
    return cursor_id(parts[0]) if parts else first


def cursor_moment(text: str) -> datetime:
    """Return the moment in a cursor; raise `Invalid` for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error
    if at.tzinfo is None:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")])
    return at
