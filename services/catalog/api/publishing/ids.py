"""Cursors that hold the id of the last row."""

from typing import Any
from uuid import UUID

from kernel.core.errors import Invalid


def uuid_of(parts: list[Any] | None) -> UUID | None:
    """Return the id a cursor holds; None for the first page."""
    if parts is None:
        return None
    try:
        return UUID(parts[0])
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error
