"""What the cursors of this service's lists hold."""

from datetime import datetime
from uuid import UUID

from kernel.core.errors import Invalid


def cursor_id(text: str) -> UUID:
    """Return the id in a cursor; raise `Invalid` for anything else."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error


def cursor_moment(text: str) -> datetime:
    """Return the moment in a cursor; raise `Invalid` for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error
    if at.tzinfo is None:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")])
    return at
