"""Work on a message of the portal that takes long is done beside the loop, which has everybody else's calls.

A body within all bounds may have 50,000 values: each is looked at some dozen times, half a second in all.
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")
_MOST_AT_ONCE = 1_000
"""Values that are looked at in a few milliseconds."""
_BYTES_OF_A_VALUE = 32


async def aside(values: int, work: Callable[_P, _T], *given: _P.args, **named: _P.kwargs) -> _T:
    """Return what a pure work says of a message of so many values."""
    if values <= _MOST_AT_ONCE:
        return work(*given, **named)
    return await asyncio.to_thread(work, *given, **named)


def values_at_most(text: bytes) -> int:
    """Return how many values a text may have about, before anybody has counted them."""
    return len(text) // _BYTES_OF_A_VALUE
