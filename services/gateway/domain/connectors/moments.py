"""Moments as other systems write them; without a zone they are Vietnam's."""

from datetime import datetime

from services.gateway.domain.portal.wire import words

_FIRST_YEAR = 1900
_NONE = frozenset({"", "null", "none", "n/a", "-"})


def is_none(text: str) -> bool:
    """Tell whether what stands for a moment says there is none: .NET's first one, or a word for nothing."""
    return text.casefold() in _NONE or words.is_no_moment(text)


def moment_of(text: str) -> datetime:
    """Return the moment, read as the portal's are; raise `ValueError` when it is none."""
    found = words.moment_of(text)
    if found is None or found.year < _FIRST_YEAR:
        raise ValueError("không phải thời điểm")
    return found
