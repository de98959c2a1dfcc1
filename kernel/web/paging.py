"""Paging by keyset: a cursor is the last row's sort key, so a page costs the same at any depth."""

import base64
import binascii
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel

from kernel.core.errors import Invalid

Item = TypeVar("Item")
MAX_LIMIT = 100

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Số dòng một trang")]
Cursor = Annotated[str, Query(max_length=500, description="Con trỏ của trang trước")]


class Page(BaseModel, Generic[Item]):
    """One page and the cursor of the next, which is null on the last."""

    items: list[Item]
    next_cursor: str | None = None


def encode_cursor(*parts: Any) -> str:
    """Return an opaque cursor for these JSON values."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type) -> list[Any] | None:
    """Return the values of a cursor, None for the first page; raise `Invalid` for anything not ours."""
    if not cursor:
        return None
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error
    if (
        not isinstance(parts, list)
        or len(parts) != len(kinds)
        or not all(isinstance(part, kind) for part, kind in zip(parts, kinds, strict=True))
    ):
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")])
    return parts
