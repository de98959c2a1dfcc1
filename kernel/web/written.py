"""Days and instants as a body says them: written out, as the contract has them."""

import re
from typing import Any

from pydantic import BeforeValidator

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?")


def _written(value: Any) -> Any:
    if isinstance(value, int | float) or (isinstance(value, str) and not _ISO.fullmatch(value.strip())):
        raise ValueError("Phải viết theo ISO 8601, ví dụ 2026-03-05")
    return value


WRITTEN_OUT = BeforeValidator(_written)
"""Refuses a number, and a text of one: it would be taken for seconds since 1970."""
