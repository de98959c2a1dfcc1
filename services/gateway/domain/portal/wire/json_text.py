"""JSON as the portal's senders write it: members said again, numbers no reader of JSON keeps, halves, NaN.

Two libraries of one language already differ in which of two equal names counts and in what a long number
becomes (RFC 8259, sections 4 and 6). Here neither loses anything.
"""

import json
import math
from decimal import Decimal
from typing import Any

from services.gateway.domain.portal.wire.twice import with_members

_EXACT = 2**53
"""From here on readers round a whole number (RFC 8259, section 6)."""
_LONGEST_NUMBER = 40


def parsed(text: bytes) -> Any:
    """Return what a JSON text says; raise `ValueError` for what is none.

    A number nobody can keep as one is the text it was written as, one that is none (`NaN`) is null.
    """
    return json.loads(
        text.decode(),
        object_pairs_hook=with_members,
        parse_int=_whole,
        parse_float=_broken,
        parse_constant=lambda _: None,
    )


def _whole(text: str) -> int | str:
    if len(text) > _LONGEST_NUMBER:
        return text
    number = int(text)
    return number if abs(number) <= _EXACT else text


def _broken(text: str) -> float | str:
    if len(text) > _LONGEST_NUMBER:
        return text
    number = float(text)
    if not math.isfinite(number) or Decimal(text) != Decimal(repr(number)):
        return text
    return number
