"""Patterns that cannot be made slow: RE2 takes time in proportion to the text, whatever the pattern.

RE2's syntax is what is common to it and to ECMA 262 with the `u` flag, so front ends read the same patterns.
"""

from functools import lru_cache
from typing import Any

import re2

from eforms.limits import LONGEST_PATTERN

_MEMORY = 1 << 20


class BadPattern(ValueError):  # noqa: N818 - the fact is the name.
    """The pattern is none, too long, or needs what only backtracking can do."""


@lru_cache(maxsize=2_000)
def pattern(text: str) -> Any:
    """Return the compiled pattern; raise `BadPattern`."""
    if len(text) > LONGEST_PATTERN:
        raise BadPattern(f"biểu thức dài quá {LONGEST_PATTERN} ký tự")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(text, options)
    except re2.error as error:
        raise BadPattern("biểu thức không đọc được hoặc cần quay lui (RE2)") from error


def matches(text: str, value: str) -> bool:
    """Tell whether a pattern is found in a value, as JSON Schema means it."""
    return pattern(text).search(value) is not None
